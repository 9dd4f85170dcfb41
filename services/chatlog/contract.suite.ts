/**
 * What every chat log must do, whatever it is kept in: the contract of `chatlog.ts` as tests. Titles quote
 * REQUIREMENTS.md. A store brings a `Place`, where a log can be opened again and again.
 */
import { afterEach, describe } from "vitest";
import type { ChatLog } from "./chatlog.ts";
import { changing } from "./testing/changing.ts";
import { counting } from "./testing/counting.ts";
import { keeping } from "./testing/keeping.ts";
import { moderating } from "./testing/moderating.ts";
import type { Opener, Place } from "./testing/opener.ts";
import { saying } from "./testing/saying.ts";

export function chatLogContract(store: string, newPlace: () => Place): void {
  const opened: ChatLog[] = [];
  const track = (log: ChatLog) => {
    opened.push(log);
    return log;
  };
  const opener: Opener = {
    open: (options) => track(newPlace().open(options)),
    place() {
      const place = newPlace();
      return { open: (options) => track(place.open(options)) };
    },
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });

  describe(`a chat log in ${store}`, { timeout: 30_000 }, () => {
    for (const part of [saying, counting, changing, moderating, keeping]) part(opener);
  });
}
