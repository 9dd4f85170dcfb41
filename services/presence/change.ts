/** What the crowd says happened: to a room's roster, and to the seats in it. */
import type { LeaveReason } from "../../schema/messages.ts";
import { isSame, type RoomKey, type RosterEntry, type SeatRole } from "./entry.ts";

/** `was` of an update: the person this entry was before they signed in. */
export type RosterChange =
  | { type: "join" | "ghost" | "return"; room: RoomKey; entry: RosterEntry }
  | { type: "update"; room: RoomKey; entry: RosterEntry; was?: string }
  | { type: "leave"; room: RoomKey; person: string; reason: LeaveReason };
/** What becomes of one seat: which role it plays, or that the crowd let go of it. */
export type SeatChange =
  | { type: "role"; room: RoomKey; seat: string; role: SeatRole }
  | { type: "end"; room: RoomKey; seat: string; reason: LeaveReason };
export type Change = RosterChange | SeatChange;

/** What made a person's entry in a room another than before, if it is one. */
export function changeOf(
  room: RoomKey,
  before: RosterEntry | undefined,
  after: RosterEntry | undefined,
  reason: LeaveReason,
): RosterChange | undefined {
  if (!after) return before && { type: "leave", room, person: before.identity.person, reason };
  if (!before) return { type: "join", room, entry: after };
  if (isSame(before, after)) return undefined;
  if (before.status === after.status || after.status === "away") return { type: "update", room, entry: after };
  if (after.status === "ghost") return { type: "ghost", room, entry: after };
  return { type: before.status === "ghost" ? "return" : "update", room, entry: after };
}
