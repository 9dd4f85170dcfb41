/**
 * Who is where: the one reducer that online, here, ghosts and counts are read from.
 *
 * Pure: it takes events and a `now`, keeps seats, and returns what changed. It owns no timer, clock or socket, and knows
 * no room class. Rules PR1 to PR5 and PR9 of docs/SPEC.md. Whoever drives it calls `apply({ type: "tick" })` when
 * `deadline` has come; an event about a seat it does not know (a late close, a second close) changes nothing.
 */
import type { Attention, LeaveReason } from "../../schema/messages.ts";
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
  readonly since: number;
  /** Set while the connection is lost: when it stops being held. */
  readonly awayUntil: number | undefined;
}

/** Someone in a room's roster, over all their seats in it. */
export interface RosterEntry {
  readonly identity: Identity;
  readonly status: "here" | "away" | "ghost";
  /** Where a ghost went, if shared. */
  readonly to: string;
  readonly attention: Attention;
  readonly connections: number;
  readonly since: number;
}

export interface Counts {
  people: number;
  connections: number;
  guests: number;
}

export type CrowdEvent =
  | {
      type: "join";
      seat: string;
      room: RoomKey;
      identity: Identity;
      connection: string;
      attention: Attention;
      share: boolean;
      /** One seat of a person plays and the others watch (PR9). */
      exclusive: boolean;
    }
  | { type: "drop"; seat: string }
  | { type: "resume"; seat: string }
  | { type: "leave"; seat: string; reason: LeaveReason }
  | { type: "attention"; seat: string; attention: Attention }
  | { type: "play"; seat: string }
  | { type: "identify"; seat: string; identity: Identity; exclusive: boolean }
  | { type: "tick" };

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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Ghost = { identity: Identity; to: string; since: number; until: number };
/** A person's part in one room. */
type Place = { seats: Mutable<Seat>[]; ghost: Ghost | undefined };

const attentionOrder: Record<Attention, number> = { hidden: 0, visible: 1, focused: 2 };
const isWorld = (room: RoomKey) => room.startsWith("world:");

export class Crowd {
  readonly #graceMs: number;
  readonly #ghostMs: number;
  readonly #seats = new Map<string, Mutable<Seat>>();
  readonly #rooms = new Map<RoomKey, { places: Map<string, Place>; counts: Counts }>();
  readonly #roomsOf = new Map<string, Set<RoomKey>>();
  #deadline = Number.POSITIVE_INFINITY;
  #changes: Change[] = [];

  constructor(options: { graceMs: number; ghostMs: number }) {
    this.#graceMs = options.graceMs;
    this.#ghostMs = options.ghostMs;
  }

  /** When the next hold or ghost ends, in ms on the clock of `now`; infinity if there is none. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Takes one event at `now` and returns what it changed, in order. What was due before is settled first. */
  apply(event: CrowdEvent, now: number): Change[] {
    this.#changes = [];
    if (now >= this.#deadline) this.#expire(now);
    if (event.type === "join") this.#join(event, now);
    else if (event.type !== "tick") this.#onSeat(event, now);
    return this.#changes;
  }

  seat(key: string): Seat | undefined {
    return this.#seats.get(key);
  }

  entry(room: RoomKey, person: string): RosterEntry | undefined {
    return entryOf(this.#rooms.get(room)?.places.get(person));
  }

  *roster(room: RoomKey): IterableIterator<RosterEntry> {
    for (const place of this.#rooms.get(room)?.places.values() ?? []) yield entryOf(place)!;
  }

  counts(room: RoomKey): Readonly<Counts> {
    return this.#rooms.get(room)?.counts ?? { people: 0, connections: 0, guests: 0 };
  }

  rooms(): IterableIterator<RoomKey> {
    return this.#rooms.keys();
  }

  /** Everyone in any room, each once. */
  get people(): number {
    return this.#roomsOf.size;
  }

  #onSeat(event: Exclude<CrowdEvent, { type: "join" | "tick" }>, now: number): void {
    const seat = this.#seats.get(event.seat);
    if (!seat) return;
    switch (event.type) {
      case "drop":
        if (seat.awayUntil !== undefined) return;
        this.#change(seat, () => {
          seat.awayUntil = now + this.#graceMs;
          this.#deadline = Math.min(this.#deadline, seat.awayUntil);
        });
        if (now >= seat.awayUntil!) this.#expire(now);
        return;
      case "resume":
        this.#change(seat, () => {
          seat.awayUntil = undefined;
        });
        return;
      case "attention":
        this.#change(seat, () => {
          seat.attention = event.attention;
        });
        return;
      case "play":
        this.#makePlayer(seat);
        return;
      case "leave":
        this.#leave(seat, event.reason, now);
        return;
      case "identify":
        this.#identify(seat, event.identity, event.exclusive);
        return;
      default:
        event satisfies never;
    }
  }

  #join(event: Extract<CrowdEvent, { type: "join" }>, now: number): void {
    const { room, identity, connection } = event;
    const place = this.#place(room, identity.person);
    const before = entryOf(place);
    const previous = place.seats.find((seat) => seat.connection === connection);
    if (previous) this.#remove(previous, "replaced");
    const seat: Mutable<Seat> = {
      key: event.seat,
      room,
      identity,
      connection,
      attention: event.attention,
      role: previous?.role ?? "player",
      share: event.share,
      since: previous?.since ?? now,
      awayUntil: undefined,
    };
    place.seats.push(seat);
    place.ghost = undefined;
    this.#seats.set(seat.key, seat);
    this.#report(room, identity.person, before, "joined");
    if (event.exclusive && !previous) this.#makePlayer(seat);
    if (!previous && isWorld(room)) this.#follow(seat, now);
  }

  /** The worlds that a tab was in before it opened this one: it went, and did not get lost. */
  #follow(arrived: Seat, now: number): void {
    for (const room of [...(this.#roomsOf.get(arrived.identity.person) ?? [])]) {
      if (room === arrived.room || !isWorld(room)) continue;
      const place = this.#place(room, arrived.identity.person);
      const left = place.seats.find((seat) => seat.connection === arrived.connection && seat.awayUntil !== undefined);
      if (left) this.#leave(left, "moved", now);
    }
  }

  #leave(seat: Mutable<Seat>, reason: LeaveReason, now: number): void {
    const { room, identity } = seat;
    const place = this.#place(room, identity.person);
    const before = entryOf(place);
    this.#remove(seat, reason);
    const went = (reason === "left" || reason === "moved") && isWorld(room) && place.seats.length === 0;
    const elsewhere = went ? this.#newestElsewhere(identity.person, room) : undefined;
    if (elsewhere) {
      const to = isWorld(elsewhere.room) && elsewhere.share ? elsewhere.room.slice("world:".length) : "";
      place.ghost = { identity, to, since: before!.since, until: now + this.#ghostMs };
      this.#deadline = Math.min(this.#deadline, place.ghost.until);
    }
    this.#report(room, identity.person, before, reason);
    if (elsewhere && now >= place.ghost!.until) this.#expire(now);
  }

  /** The person's newest live seat in another room, worlds first. */
  #newestElsewhere(person: string, room: RoomKey): Seat | undefined {
    const rooms = [...(this.#roomsOf.get(person) ?? [])].filter((other) => other !== room);
    const live = rooms.flatMap((other) =>
      this.#place(other, person).seats.filter((seat) => seat.awayUntil === undefined),
    );
    return live.sort((a, b) => Number(isWorld(b.room)) - Number(isWorld(a.room)) || b.since - a.since)[0];
  }

  /** A guest signs in: their place goes over to who they are. */
  #identify(seat: Mutable<Seat>, identity: Identity, exclusive: boolean): void {
    const { room } = seat;
    const was = seat.identity.person;
    if (was === identity.person) {
      this.#change(seat, () => {
        for (const other of this.#place(room, was).seats) other.identity = identity;
      });
      return;
    }
    const from = this.#place(room, was);
    const fromBefore = entryOf(from);
    const to = this.#place(room, identity.person);
    const toBefore = entryOf(to);
    for (const other of [...to.seats]) {
      if (other.connection === seat.connection) this.#remove(other, "replaced");
    }
    from.seats.splice(from.seats.indexOf(seat), 1);
    this.#promoteHeir(from);
    seat.identity = identity;
    to.seats.push(seat);
    to.ghost = undefined;
    if (from.seats.length === 0 && !toBefore) {
      this.#count(room, fromBefore, -1);
      this.#count(room, entryOf(to), 1);
      this.#forget(room, was);
      this.#changes.push({ type: "update", room, entry: entryOf(to)!, was });
    } else {
      this.#report(room, was, fromBefore, "replaced");
      this.#report(room, identity.person, toBefore, "joined");
    }
    if (exclusive) this.#makePlayer(seat);
  }

  /** This seat plays; the person's others in the room watch. */
  #makePlayer(seat: Mutable<Seat>): void {
    for (const other of this.#place(seat.room, seat.identity.person).seats) {
      const role = other === seat ? "player" : "spectator";
      if (other.role === role) continue;
      other.role = role;
      this.#changes.push({ type: "role", room: seat.room, seat: other.key, role });
    }
  }

  #expire(now: number): void {
    let next = Number.POSITIVE_INFINITY;
    const lost: Mutable<Seat>[] = [];
    const gone: [RoomKey, Place, Ghost][] = [];
    for (const [room, { places }] of this.#rooms) {
      for (const place of places.values()) {
        for (const seat of place.seats) {
          if (seat.awayUntil === undefined) continue;
          if (seat.awayUntil <= now) lost.push(seat);
          else next = Math.min(next, seat.awayUntil);
        }
        if (!place.ghost) continue;
        if (place.ghost.until <= now) gone.push([room, place, place.ghost]);
        else next = Math.min(next, place.ghost.until);
      }
    }
    this.#deadline = next;
    for (const seat of lost) this.#leave(seat, "lost", now);
    for (const [room, place, ghost] of gone) {
      const before = entryOf(place);
      place.ghost = undefined;
      this.#report(room, ghost.identity.person, before, "moved");
    }
  }

  /** Changes one seat and reports what that means for the person's entry. */
  #change(seat: Mutable<Seat>, change: () => void): void {
    const person = seat.identity.person;
    const before = entryOf(this.#place(seat.room, person));
    change();
    this.#report(seat.room, person, before, "left");
  }

  #remove(seat: Mutable<Seat>, reason: LeaveReason): void {
    const { seats } = this.#place(seat.room, seat.identity.person);
    seats.splice(seats.indexOf(seat), 1);
    this.#seats.delete(seat.key);
    this.#changes.push({ type: "end", room: seat.room, seat: seat.key, reason });
    if (reason !== "replaced") this.#promoteHeir(this.#place(seat.room, seat.identity.person));
  }

  /** Where nobody plays any more, the newest of those who watch does. */
  #promoteHeir({ seats }: Place): void {
    if (seats.some((seat) => seat.role === "player")) return;
    const heir = seats.findLast((seat) => seat.awayUntil === undefined) ?? seats.at(-1);
    if (heir) this.#makePlayer(heir);
  }

  #place(room: RoomKey, person: string): Place {
    let inRoom = this.#rooms.get(room);
    if (!inRoom) {
      inRoom = { places: new Map(), counts: { people: 0, connections: 0, guests: 0 } };
      this.#rooms.set(room, inRoom);
    }
    let place = inRoom.places.get(person);
    if (!place) {
      place = { seats: [], ghost: undefined };
      inRoom.places.set(person, place);
      const rooms = this.#roomsOf.get(person) ?? new Set();
      this.#roomsOf.set(person, rooms.add(room));
    }
    return place;
  }

  #forget(room: RoomKey, person: string): void {
    const places = this.#rooms.get(room)?.places;
    places?.delete(person);
    if (places?.size === 0) this.#rooms.delete(room);
    const rooms = this.#roomsOf.get(person);
    rooms?.delete(room);
    if (rooms?.size === 0) this.#roomsOf.delete(person);
  }

  #count(room: RoomKey, entry: RosterEntry | undefined, sign: 1 | -1): void {
    const counts = this.#rooms.get(room)?.counts;
    if (!counts || !entry || entry.status === "ghost") return;
    counts.people += sign;
    counts.connections += sign * entry.connections;
    if (entry.identity.guest) counts.guests += sign;
  }

  /** Compares a person's entry with what it was, keeps the counts, and says what happened in one diff. */
  #report(room: RoomKey, person: string, before: RosterEntry | undefined, reason: LeaveReason | "joined"): void {
    const after = this.entry(room, person);
    this.#count(room, before, -1);
    this.#count(room, after, 1);
    if (!after) this.#forget(room, person);
    if (!before && after) this.#changes.push({ type: "join", room, entry: after });
    else if (before && !after) {
      this.#changes.push({ type: "leave", room, person, reason: reason === "joined" ? "left" : reason });
    } else if (before && after && !isSame(before, after)) {
      const type =
        before.status === after.status || after.status === "away"
          ? "update"
          : after.status === "ghost"
            ? "ghost"
            : before.status === "ghost"
              ? "return"
              : "update";
      this.#changes.push({ type, room, entry: after });
    }
  }
}

function entryOf(place: Place | undefined): RosterEntry | undefined {
  if (!place) return undefined;
  const { seats, ghost } = place;
  if (seats.length === 0) {
    if (!ghost) return undefined;
    return {
      identity: ghost.identity,
      status: "ghost",
      to: ghost.to,
      attention: "hidden",
      connections: 0,
      since: ghost.since,
    };
  }
  const live = seats.filter((seat) => seat.awayUntil === undefined);
  const counted = live.length > 0 ? live : seats;
  return {
    identity: seats[0]!.identity,
    status: live.length > 0 ? "here" : "away",
    to: "",
    attention: counted.map((seat) => seat.attention).reduce((a, b) => (attentionOrder[a] >= attentionOrder[b] ? a : b)),
    connections: seats.length,
    since: Math.min(...seats.map((seat) => seat.since)),
  };
}

function isSame(a: RosterEntry, b: RosterEntry): boolean {
  return (
    isSameIdentity(a.identity, b.identity) &&
    a.status === b.status &&
    a.to === b.to &&
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
