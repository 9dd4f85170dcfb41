/** Metrics of chats: lines said, what became of them, and how long they took, from the asking to the answer. */

import { HereaboutsError } from "../../schema/errors.ts";
import type { Appended, ChatLog } from "../chatlog/chatlog.ts";
import type { Chats } from "../chats/chats.ts";
import type { Meters } from "./meters.ts";

/** The log, with each append timed. */
export function measureChatLog(meters: Meters, log: ChatLog): ChatLog {
  const seconds = meters.histogram("chat_store_seconds", "From a line's coming to the store to its being stored", [
    "outcome",
  ]);
  return { ...log, append: (...line) => timed(seconds, () => log.append(...line)) };
}

/** The chats, with each say timed. What is said in a chat of another process is counted by both. */
export function measureChats(meters: Meters, chats: Chats): Chats {
  const seconds = meters.histogram("chat_say_seconds", "From saying a line to the answer", ["outcome"]);
  return { ...chats, say: (...said) => timed(seconds, () => chats.say(...said)) };
}

type Seconds = ReturnType<Meters["histogram"]>;

/** `refused`: one of the error table said no; `failed`: the store did not answer, or something went wrong. */
async function timed(seconds: Seconds, work: () => Promise<Appended>): Promise<Appended> {
  const since = performance.now();
  let outcome = "failed";
  try {
    const appended = await work();
    outcome = appended.isRepeat ? "repeated" : appended.isCounted ? "counted" : "stored";
    return appended;
  } catch (error) {
    if (error instanceof HereaboutsError && error.status < 500) outcome = "refused";
    throw error;
  } finally {
    seconds.observe({ outcome }, (performance.now() - since) / 1000);
  }
}
