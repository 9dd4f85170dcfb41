/** A world or chat that one has joined, as the place from which one sees where someone goes whom one goes along with. */
import type { Followed } from "../schema/messages.ts";
import type { Emitter } from "./emitter.ts";
import type { Outbox } from "./outbox.ts";

export interface VantageEvents {
  followed(followed: Followed): void;
  /** The connection is back. */
  open(): void;
  closed(): void;
}

export interface Vantage {
  /** Whether one keeps it as one travels. */
  readonly lasts: boolean;
  /** Throws PERSON_NOT_FOUND, NOT_SHARED, FOLLOW_SELF, FOLLOW_CYCLE, CLOSED. */
  follow(whom: { person: string; id: string }): Promise<Followed>;
  unfollow(id: string): void;
  watch(events: VantageEvents): () => void;
}

/** Of a seat that emits `connection`, `closed`, and `followed` as its room says it. */
export function vantageOf({ lasts, outbox, events }: { lasts: boolean; outbox: Outbox; events: Emitter }): Vantage {
  return {
    lasts,
    follow: async (whom) => (await outbox.request("follow", whom, { repeatable: true })) as Followed,
    unfollow: (id) => void outbox.request("unfollow", { id }, { repeatable: true }).catch(() => {}),
    watch({ followed, open, closed }) {
      const offs = [
        events.on("followed", followed),
        events.on("connection", ({ state }: { state: string }) => state === "open" && open()),
        events.on("closed", closed),
      ];
      return () => {
        for (const off of offs) off();
      };
    },
  };
}
