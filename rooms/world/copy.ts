/** Bringing what stands in one world to the room of another, which may live in another process. */
import { matchMaker } from "@colyseus/core";
import { HereaboutsError } from "../../schema/errors.ts";
import type { WorldForked } from "../../schema/messages.ts";
import type { LiveSession } from "../../services/lifecycle.ts";
import type { KeptProp } from "../../services/saves/saves.ts";

/** Plain data: it may travel between processes. */
export type WorldCopy = { from: LiveSession; props: readonly KeptProp[] };

const answerMs = 2000;

/** Has the room take the copy. Throws UNAVAILABLE where it has just gone, or its process does not answer. */
export async function copyTo(roomId: string, copy: WorldCopy): Promise<WorldForked["status"]> {
  try {
    const taken: unknown = await matchMaker.remoteRoomCall(roomId, "takeCopy" as never, [copy] as never, answerMs);
    return taken as WorldForked["status"];
  } catch (cause) {
    throw new HereaboutsError("UNAVAILABLE", "The process that the world is in does not answer.", { cause });
  }
}
