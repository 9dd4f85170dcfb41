/**
 * What processes tell each other of their seats, as JSON: rooms and people once per message, a seat as a short row.
 * Messages of another version of this format are not read.
 */
import type { Attention, LeaveReason } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import type { RoomKey, SeatState } from "./crowd.ts";

/** Names one life of a process's presence; its numbers begin at 1. */
interface Numbered {
  readonly incarnation: string;
  readonly number: number;
}

export type Message =
  | (Numbered & {
      type: "batch";
      /** Taken before the ends: a tab's new seat takes the place of its last before that one ends. */
      puts: readonly SeatState[];
      ends: readonly (readonly [seat: string, reason: LeaveReason])[];
      /** Rooms that this process lost: their seats are nobody's. */
      lost: readonly RoomKey[];
      /** Which part of a snapshot it is: what was not put between its first and last part is no more. */
      part: "none" | "first" | "middle" | "last" | "whole";
    })
  /** The newest number, for whoever missed it. `isDrained`: none will follow, and its seats are nobody's. */
  | (Numbered & { type: "newest"; isDrained: boolean })
  /** Asks processes for a snapshot; everyone if it names nobody. */
  | { type: "ask"; of: readonly string[] };

const version = 1;
const attentions: readonly Attention[] = ["hidden", "visible", "focused"];
const parts = ["none", "first", "middle", "last", "whole"] as const;

/** Seat, index of room, index of person, connection, flags, since, whom it follows if anybody. */
type Row = [string, number, number, string, number, number, string?];
const spectator = 4;
const shared = 8;
const invisible = 16;
const away = 32;

type Encoded =
  | {
      v: number;
      b: [incarnation: string, number: number, part: number];
      r: [room: RoomKey, fence: number][];
      p: Identity[];
      s: Row[];
      e: [string, LeaveReason][];
      l: RoomKey[];
    }
  | { v: number; n: [incarnation: string, number: number, isDrained: 0 | 1] }
  | { v: number; a: string[] };

export function encode(message: Message): string {
  const v = version;
  if (message.type === "ask") return JSON.stringify({ v, a: message.of });
  const { incarnation, number } = message;
  if (message.type === "newest") return JSON.stringify({ v, n: [incarnation, number, message.isDrained ? 1 : 0] });
  const { puts, ends: e, lost: l, part } = message;
  const rooms = new Index<[RoomKey, number]>();
  const people = new Index<Identity>();
  const s = puts.map((seat): Row => {
    const { key, room, identity, connection, since, fence, follows } = seat;
    const row: Row = [
      key,
      rooms.of(`${room} ${fence}`, [room, fence]),
      people.of(`${identity.person} ${identity.name}`, identity),
      connection,
      flagsOf(seat),
      since,
    ];
    if (follows) row.push(follows);
    return row;
  });
  return JSON.stringify({ v, b: [incarnation, number, parts.indexOf(part)], r: rooms.all, p: people.all, s, e, l });
}

/** Undefined if it is of another version. Throws where it is no message at all. */
export function decode(text: string): Message | undefined {
  const encoded = JSON.parse(text) as Encoded;
  if (encoded.v !== version) return undefined;
  if ("a" in encoded) return { type: "ask", of: encoded.a };
  if ("n" in encoded) {
    const [incarnation, number, isDrained] = encoded.n;
    return { type: "newest", incarnation, number, isDrained: isDrained === 1 };
  }
  const { b, r, p, s, e: ends, l: lost } = encoded;
  const puts = s.map(([key, room, person, connection, flags, since, follows = ""]): SeatState => {
    const of = { key, room: r[room]![0], identity: p[person]!, connection, since, fence: r[room]![1], follows };
    return {
      ...of,
      attention: attentions[flags & 3]!,
      role: flags & spectator ? "spectator" : "player",
      share: (flags & shared) > 0,
      invisible: (flags & invisible) > 0,
      isAway: (flags & away) > 0,
    };
  });
  return { type: "batch", incarnation: b[0], number: b[1], part: parts[b[2]]!, puts, ends, lost };
}

function flagsOf(seat: SeatState): number {
  return (
    attentions.indexOf(seat.attention) +
    (seat.role === "spectator" ? spectator : 0) +
    (seat.share ? shared : 0) +
    (seat.invisible ? invisible : 0) +
    (seat.isAway ? away : 0)
  );
}

/** Gives each thing a place in a list, once. */
class Index<T> {
  readonly all: T[] = [];
  readonly #places = new Map<string, number>();

  of(key: string, value: T): number {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.all.push(value) - 1;
      this.#places.set(key, place);
    }
    return place;
  }
}
