/**
 * What someone is in one room: the seats they hold there, or the ghost that is left of them, and the entry of the room's
 * roster that follows from these. Pure and without history; the crowd (crowd.ts) decides what happens to seats.
 */
import type { Attention } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";

/** "world:field", "chat:system": what a room is, and the name it is joined by. */
export type RoomKey = `${string}:${string}`;
export type SeatRole = "player" | "spectator";

/** One client's place in one room. */
export interface Seat {
  readonly key: string;
  readonly room: RoomKey;
  readonly identity: Identity;
  /** The tab or device that holds the seat; the same one over reloads. */
  readonly connection: string;
  readonly attention: Attention;
  readonly role: SeatRole;
  readonly share: boolean;
  readonly invisible: boolean;
  readonly since: number;
  /** Id of the person whom it goes along with; "" for nobody. */
  readonly follows: string;
  /** Set while the connection is lost: when it stops being held; infinity where its owner decides. */
  readonly awayUntil: number | undefined;
  /** Id of the process that owns it; "" for this one. */
  readonly origin: string;
  /** Set where its process is gone and nobody has taken it over: why it will have ended. */
  readonly orphan: "lost" | "drained" | undefined;
  /** That of its room's home: seats of an earlier home give way. */
  readonly fence: number;
}

/** Someone in a room's roster, over all their seats in it. Who is invisible is in none. */
export interface RosterEntry {
  readonly identity: Identity;
  readonly status: "here" | "away" | "ghost";
  /** Where a ghost went, if shared. */
  readonly to: string;
  /** In a chat: also in its piece. */
  readonly here: boolean;
  /** In a chat: slug of the world they are in, if shared. */
  readonly where: string;
  readonly attention: Attention;
  readonly connections: number;
  readonly since: number;
}

export interface Counts {
  people: number;
  connections: number;
  guests: number;
  /** In a chat: those who are also in its piece. */
  here: number;
}

/** All that makes someone be shown in a room as they are. */
export interface Grounds {
  readonly entry: RosterEntry | undefined;
  readonly seats: readonly Seat[];
  readonly seatsElsewhere: readonly Seat[];
  readonly ghost: { readonly to: string; readonly until: number } | undefined;
}

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type Ghost = { identity: Identity; to: string; since: number; until: number };
/** A person's part in one room. `here` and `where` follow from their worlds, and are kept for their chats. */
export type Place = { seats: Mutable<Seat>[]; ghost: Ghost | undefined; here: boolean; where: string };

const attentionOrder: Record<Attention, number> = { hidden: 0, visible: 1, focused: 2 };
export const isWorld = (room: RoomKey) => room.startsWith("world:");
export const slugOf = (world: RoomKey) => world.slice("world:".length);
export const isAway = (seat: Seat) => seat.awayUntil !== undefined;
export const isOwn = (seat: Seat) => seat.origin === "" && !seat.orphan;

export function noCounts(): Counts {
  return { people: 0, connections: 0, guests: 0, here: 0 };
}

export function isInvisible({ seats }: Place): boolean {
  return seats.some((seat) => seat.invisible);
}

export function entryOf(place: Place | undefined): RosterEntry | undefined {
  if (!place || isInvisible(place)) return undefined;
  const { seats, ghost, here, where } = place;
  if (seats.length === 0) {
    if (!ghost) return undefined;
    const { identity, to, since } = ghost;
    return { identity, status: "ghost", to, here, where, attention: "hidden", connections: 0, since };
  }
  const live = seats.filter((seat) => !isAway(seat));
  const counted = live.length > 0 ? live : seats;
  return {
    identity: seats[0]!.identity,
    status: live.length > 0 ? "here" : "away",
    to: "",
    here,
    where,
    attention: counted.map((seat) => seat.attention).reduce((a, b) => (attentionOrder[a] >= attentionOrder[b] ? a : b)),
    connections: seats.length,
    since: Math.min(...seats.map((seat) => seat.since)),
  };
}

export function isSame(a: RosterEntry, b: RosterEntry): boolean {
  return (
    isSameIdentity(a.identity, b.identity) &&
    a.status === b.status &&
    a.to === b.to &&
    a.here === b.here &&
    a.where === b.where &&
    a.attention === b.attention &&
    a.connections === b.connections &&
    a.since === b.since
  );
}

function isSameIdentity(a: Identity, b: Identity): boolean {
  return (
    a.person === b.person &&
    a.handle === b.handle &&
    a.name === b.name &&
    a.kind === b.kind &&
    a.role === b.role &&
    a.guest === b.guest
  );
}
