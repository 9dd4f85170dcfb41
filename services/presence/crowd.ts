/**
 * Who is where: the one reducer that online, here, ghosts and counts are read from.
 *
 * Pure: it takes events and a `now`, keeps seats, and returns what changed. It owns no timer, clock or socket, and knows
 * no room class. Rules PR1 to PR5, PR8 and PR9 of docs/SPEC.md. Whoever drives it calls `apply({ type: "tick" })` when
 * `deadline` has come; an event about a seat it does not know (a late close, a second close) changes nothing.
 */
import type { Attention, LeaveReason } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import {
  type Counts,
  entryOf,
  type Ghost,
  type Grounds,
  isAway,
  isInvisible,
  isSame,
  isWorld,
  type Mutable,
  noCounts,
  type Place,
  type RoomKey,
  type RosterEntry,
  type Seat,
  type SeatRole,
  slugOf,
} from "./entry.ts";

export type { Counts, Grounds, RoomKey, RosterEntry, Seat, SeatRole } from "./entry.ts";

export type CrowdEvent =
  | {
      type: "join";
      seat: string;
      room: RoomKey;
      identity: Identity;
      connection: string;
      attention: Attention;
      share: boolean;
      /** Counted nowhere, and shown to moderators only. */
      invisible?: boolean;
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

export class Crowd {
  readonly #graceMs: number;
  readonly #ghostMs: number;
  readonly #pieceOf: (instance: string) => string;
  readonly #seats = new Map<string, Mutable<Seat>>();
  readonly #rooms = new Map<RoomKey, { places: Map<string, Place>; counts: Counts }>();
  readonly #roomsOf = new Map<string, Set<RoomKey>>();
  #deadline = Number.POSITIVE_INFINITY;
  #changes: Change[] = [];

  /** `pieceOf`: the slug of a chat's own piece; that of the same name if left out. */
  constructor(options: { graceMs: number; ghostMs: number; pieceOf?: ((instance: string) => string) | undefined }) {
    this.#graceMs = options.graceMs;
    this.#ghostMs = options.ghostMs;
    this.#pieceOf = options.pieceOf ?? ((instance) => instance);
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
    for (const place of this.#rooms.get(room)?.places.values() ?? []) {
      const entry = entryOf(place);
      if (entry) yield entry;
    }
  }

  /** Those in a room who are invisible: for moderators. */
  invisible(room: RoomKey): Identity[] {
    const places = [...(this.#rooms.get(room)?.places.values() ?? [])];
    return places.filter(isInvisible).map(({ seats }) => seats[0]!.identity);
  }

  grounds(room: RoomKey, person: string): Grounds {
    const place = this.#rooms.get(room)?.places.get(person);
    const others = [...(this.#roomsOf.get(person) ?? [])].filter((other) => other !== room);
    return {
      entry: entryOf(place),
      seats: [...(place?.seats ?? [])],
      seatsElsewhere: others.flatMap((other) => this.#place(other, person).seats),
      ghost: place?.ghost,
    };
  }

  /** Ids of everyone who is anywhere and whom `matches` takes. */
  find(matches: (identity: Identity) => boolean): string[] {
    const found = new Set<string>();
    for (const { identity } of this.#seats.values()) if (matches(identity)) found.add(identity.person);
    return [...found];
  }

  counts(room: RoomKey): Readonly<Counts> {
    return this.#rooms.get(room)?.counts ?? noCounts();
  }

  rooms(): IterableIterator<RoomKey> {
    return this.#rooms.keys();
  }

  /** Everyone who holds a seat in any room, each once; a ghost holds none. */
  get people(): number {
    let people = 0;
    for (const [person, rooms] of this.#roomsOf) {
      if ([...rooms].some((room) => this.#place(room, person).seats.length > 0)) people++;
    }
    return people;
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
      invisible: event.invisible ?? false,
      since: previous?.since ?? now,
      awayUntil: undefined,
    };
    for (const other of place.seats) other.identity = identity;
    place.seats.push(seat);
    place.ghost = undefined;
    if (!isWorld(room)) Object.assign(place, this.#whereabouts(room, identity.person));
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
      const left = place.seats.find((seat) => seat.connection === arrived.connection && isAway(seat));
      if (left) this.#leave(left, "moved", now);
    }
  }

  #leave(seat: Mutable<Seat>, reason: LeaveReason, now: number): void {
    const { room, identity } = seat;
    const place = this.#place(room, identity.person);
    const before = entryOf(place);
    this.#remove(seat, reason);
    const isGoing = (reason === "left" || reason === "moved") && isWorld(room) && before !== undefined;
    const elsewhere = isGoing && place.seats.every(isAway) ? this.#newestElsewhere(seat) : undefined;
    if (elsewhere && before) {
      for (const other of [...place.seats]) this.#remove(other, "moved");
      const to = isWorld(elsewhere.room) && elsewhere.share ? slugOf(elsewhere.room) : "";
      place.ghost = { identity, to, since: before.since, until: now + this.#ghostMs };
      this.#deadline = Math.min(this.#deadline, place.ghost.until);
    }
    this.#report(room, identity.person, before, reason);
    if (elsewhere && now >= place.ghost!.until) this.#expire(now);
  }

  /** The person's live seat in another room that they went to: in a world first, the same tab's first, the newest first. */
  #newestElsewhere({ identity: { person }, room, connection }: Seat): Seat | undefined {
    const rooms = [...(this.#roomsOf.get(person) ?? [])].filter((other) => other !== room);
    const live = rooms.flatMap((other) => this.#place(other, person).seats.filter((seat) => !isAway(seat)));
    const rank = (seat: Seat) => Number(isWorld(seat.room)) * 2 + Number(seat.connection === connection);
    return live.sort((a, b) => rank(b) - rank(a) || b.since - a.since)[0];
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
    to.seats.push(seat);
    for (const other of to.seats) other.identity = identity;
    to.ghost = undefined;
    if (!isWorld(room)) Object.assign(to, this.#whereabouts(room, identity.person));
    if (from.seats.length === 0 && !toBefore) {
      this.#count(room, fromBefore, -1);
      this.#count(room, entryOf(to), 1);
      this.#forget(room, was);
      const entry = entryOf(to);
      if (entry && fromBefore) this.#changes.push({ type: "update", room, entry, was });
      else if (entry) this.#changes.push({ type: "join", room, entry });
      else if (fromBefore) this.#changes.push({ type: "leave", room, person: was, reason: "replaced" });
      if (isWorld(room)) for (const person of [was, identity.person]) this.#updateChats(person);
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
    const heir = seats.findLast((seat) => !isAway(seat)) ?? seats.at(-1);
    if (heir) this.#makePlayer(heir);
  }

  #place(room: RoomKey, person: string): Place {
    let inRoom = this.#rooms.get(room);
    if (!inRoom) {
      inRoom = { places: new Map(), counts: noCounts() };
      this.#rooms.set(room, inRoom);
    }
    let place = inRoom.places.get(person);
    if (!place) {
      place = { seats: [], ghost: undefined, here: false, where: "" };
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
    if (entry.here) counts.here += sign;
  }

  /** Compares a person's entry with what it was, keeps the counts, and says what happened in one diff. */
  #report(room: RoomKey, person: string, before: RosterEntry | undefined, reason: LeaveReason | "joined"): void {
    const after = this.entry(room, person);
    this.#count(room, before, -1);
    this.#count(room, after, 1);
    const place = this.#rooms.get(room)?.places.get(person);
    if (place && place.seats.length === 0 && !place.ghost) this.#forget(room, person);
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
    if (isWorld(room)) this.#updateChats(person);
  }

  /** Someone's worlds changed: so may be what their chats say of them. */
  #updateChats(person: string): void {
    for (const room of [...(this.#roomsOf.get(person) ?? [])]) {
      if (isWorld(room)) continue;
      const place = this.#place(room, person);
      const next = this.#whereabouts(room, person);
      if (place.here === next.here && place.where === next.where) continue;
      const before = entryOf(place);
      Object.assign(place, next);
      this.#report(room, person, before, "left");
    }
  }

  /** Whether someone is in the piece of a chat, and in which world they are seen to be, if they share it. */
  #whereabouts(chat: RoomKey, person: string): { here: boolean; where: string } {
    const piece: RoomKey = `world:${this.#pieceOf(chat.slice(chat.indexOf(":") + 1))}`;
    const status = this.entry(piece, person)?.status;
    const worlds = [...(this.#roomsOf.get(person) ?? [])].filter((room) => isWorld(room) && this.entry(room, person));
    const shared = worlds.flatMap((room) => this.#place(room, person).seats.filter((seat) => seat.share));
    const newest = shared.sort((a, b) => b.since - a.since)[0];
    return { here: status === "here" || status === "away", where: newest ? slugOf(newest.room) : "" };
  }
}
