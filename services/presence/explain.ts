/**
 * Why someone is shown in a room as they are (PR8), in sentences that a person understands: each seat, since when, in
 * which process, and what would end it and when.
 */
import type { Grounds, RoomKey, Seat } from "./crowd.ts";

export interface Explanation {
  readonly room: RoomKey;
  readonly person: string;
  readonly handle: string | undefined;
  /** As everyone sees them: here, away, ghost, invisible, or gone. */
  readonly shown: "here" | "away" | "ghost" | "invisible" | "gone";
  readonly sentences: readonly string[];
}

export function explain(
  { entry, seats, seatsElsewhere, ghost }: Grounds,
  about: { room: RoomKey; person: string; process: string; now: number },
): Explanation {
  const { room, person, process, now } = about;
  const isInvisible = !entry && seats.some((seat) => seat.invisible);
  const shown = entry?.status ?? (isInvisible ? "invisible" : "gone");
  const seatText = (seat: Seat) =>
    `${seat.room}, ${seat.role}, tab ${seat.connection.slice(0, 8)}, since ${time(seat.since)}, process ${seat.origin || process}${holdText(
      seat,
      now,
    )}${seat.invisible ? ", invisible" : ""}`;
  return {
    room,
    person,
    handle: (entry?.identity ?? seats[0]?.identity ?? seatsElsewhere[0]?.identity)?.handle,
    shown,
    sentences: [
      headline(shown, seats.length),
      ...seats.map((seat) => `Seat in this room: ${seatText(seat)}.`),
      ...(ghost ? [ghostText(ghost, now)] : []),
      ...(entry && room.startsWith("chat:") ? [hereText(entry.here, entry.where)] : []),
      ...(seatsElsewhere.length === 0 ? ["No seat elsewhere."] : []),
      ...seatsElsewhere.map((seat) => `Seat elsewhere: ${seatText(seat)}.`),
    ],
  };
}

function headline(shown: Explanation["shown"], seats: number): string {
  switch (shown) {
    case "here":
      return seats === 1
        ? "Shown as here: a seat in this room, which is connected."
        : `Shown as here: ${seats} seats in this room, at least one of them connected.`;
    case "away":
      return "Shown as away: every connection to this room is lost, and the place is held.";
    case "ghost":
      return "Shown as a ghost: they left this room and hold a seat elsewhere.";
    case "invisible":
      return "Not shown: they are here and asked to be invisible.";
    case "gone":
      return "Not shown: they hold no seat in this room.";
    default:
      return shown satisfies never;
  }
}

function holdText({ awayUntil, orphan }: Seat, now: number): string {
  if (awayUntil === undefined) return ", connected";
  if (!Number.isFinite(awayUntil)) return ", connection lost: held for as long as that process says";
  const held = `held for another ${seconds(awayUntil - now)}, then it counts as left`;
  return orphan ? `, which is gone (${orphan}): ${held}` : `, connection lost: ${held}`;
}

function ghostText(ghost: { to: string; until: number }, now: number): string {
  const where = ghost.to ? `They went to ${ghost.to}` : "They did not share where they went";
  return `${where}; the ghost goes in ${seconds(ghost.until - now)}.`;
}

function hereText(here: boolean, where: string): string {
  const inPiece = here ? "Here: they hold a seat in the chat's own piece" : "Not here: no seat in the chat's own piece";
  return `${inPiece}${where ? `, and share that they are in ${where}` : ""}.`;
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
