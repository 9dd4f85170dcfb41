/**
 * Who is where: the one reducer that online, here, ghosts and counts are read from.
 *
 * Pure: it takes events and a `now`, keeps seats, and returns what changed. It owns no timer, clock or socket, and knows
 * no room class. Rules PR1 to PR5, PR8 and PR9 of docs/SPEC.md. Whoever drives it calls `apply({ type: "tick" })` when
 * `deadline` has come; an event about a seat it does not know (a late close, a second close) changes nothing.
 */
import type { Attention, LeaveReason } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import { type Change, changeOf } from "./change.ts";
import {
  type Counts,
  entryOf,
  type Ghost,
  type Grounds,
  isAway,
  isWorld,
  type Mutable,
  type Place,
  type RoomKey,
  type RosterEntry,
  type Seat,
  slugOf,
} from "./entry.ts";
import { Places } from "./places.ts";

export type { Change, RosterChange, SeatChange } from "./change.ts";
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

export class Crowd {
  readonly #graceMs: number;
  readonly #ghostMs: number;
  readonly #seats = new Map<string, Mutable<Seat>>();
  readonly #places: Places;
  #deadline = Number.POSITIVE_INFINITY;
  #changes: Change[] = [];

  /** `pieceOf`: the slug of a chat's own piece; that of the same name if left out. */
  constructor(options: { graceMs: number; ghostMs: number; pieceOf?: ((instance: string) => string) | undefined }) {
    this.#graceMs = options.graceMs;
    this.#ghostMs = options.ghostMs;
    this.#places = new Places(options.pieceOf ?? ((instance) => instance));
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
    return this.#places.entry(room, person);
  }

  roster(room: RoomKey): IterableIterator<RosterEntry> {
    return this.#places.roster(room);
  }

  /** Those in a room who are invisible: for moderators. */
  invisible(room: RoomKey): Identity[] {
    return this.#places.invisible(room);
  }

  grounds(room: RoomKey, person: string): Grounds {
    return this.#places.grounds(room, person);
  }

  /** Ids of everyone who is anywhere and whom `matches` takes. */
  find(matches: (identity: Identity) => boolean): string[] {
    const found = new Set<string>();
    for (const { identity } of this.#seats.values()) if (matches(identity)) found.add(identity.person);
    return [...found];
  }

  counts(room: RoomKey): Readonly<Counts> {
    return this.#places.counts(room);
  }

  rooms(): IterableIterator<RoomKey> {
    return this.#places.rooms();
  }

  /** Everyone who holds a seat in any room, each once; a ghost holds none. */
  get people(): number {
    return this.#places.people;
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
    const place = this.#places.at(room, identity.person);
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
    if (!isWorld(room)) Object.assign(place, this.#places.whereabouts(room, identity.person));
    this.#seats.set(seat.key, seat);
    this.#report(room, identity.person, before, "joined");
    if (event.exclusive && !previous) this.#makePlayer(seat);
    if (!previous && isWorld(room)) this.#follow(seat, now);
  }

  /** The worlds that a tab was in before it opened this one: it went, and did not get lost. */
  #follow(arrived: Seat, now: number): void {
    for (const room of this.#places.roomsOf(arrived.identity.person)) {
      if (room === arrived.room || !isWorld(room)) continue;
      const place = this.#places.at(room, arrived.identity.person);
      const left = place.seats.find((seat) => seat.connection === arrived.connection && isAway(seat));
      if (left) this.#leave(left, "moved", now);
    }
  }

  #leave(seat: Mutable<Seat>, reason: LeaveReason, now: number): void {
    const { room, identity } = seat;
    const place = this.#places.at(room, identity.person);
    const before = entryOf(place);
    this.#remove(seat, reason);
    const isGoing = (reason === "left" || reason === "moved") && isWorld(room) && before !== undefined;
    const elsewhere = isGoing && place.seats.every(isAway) ? this.#newestElsewhere(seat) : undefined;
    if (elsewhere && before) {
      for (const other of [...place.seats]) this.#remove(other, "moved");
      const isTold = isWorld(elsewhere.room) && elsewhere.share && this.entry(elsewhere.room, identity.person);
      const to = isTold ? slugOf(elsewhere.room) : "";
      place.ghost = { identity, to, since: before.since, until: now + this.#ghostMs };
      this.#deadline = Math.min(this.#deadline, place.ghost.until);
    }
    this.#report(room, identity.person, before, reason);
    if (elsewhere && now >= place.ghost!.until) this.#expire(now);
  }

  /** The person's live seat in another room that they went to: in a world first, the same tab's first, the newest first. */
  #newestElsewhere({ identity: { person }, room, connection }: Seat): Seat | undefined {
    const rooms = this.#places.roomsOf(person).filter((other) => other !== room);
    const live = rooms.flatMap((other) => this.#places.at(other, person).seats.filter((seat) => !isAway(seat)));
    const rank = (seat: Seat) => Number(isWorld(seat.room)) * 2 + Number(seat.connection === connection);
    return live.sort((a, b) => rank(b) - rank(a) || b.since - a.since)[0];
  }

  /** A guest signs in: their place goes over to who they are. */
  #identify(seat: Mutable<Seat>, identity: Identity, exclusive: boolean): void {
    const { room } = seat;
    const was = seat.identity.person;
    if (was === identity.person) {
      this.#change(seat, () => {
        for (const other of this.#places.at(room, was).seats) other.identity = identity;
      });
      return;
    }
    const from = this.#places.at(room, was);
    const fromBefore = entryOf(from);
    const to = this.#places.at(room, identity.person);
    const toBefore = entryOf(to);
    for (const other of [...to.seats]) {
      if (other.connection === seat.connection) this.#remove(other, "replaced");
    }
    from.seats.splice(from.seats.indexOf(seat), 1);
    this.#promoteHeir(from);
    to.seats.push(seat);
    for (const other of to.seats) other.identity = identity;
    to.ghost = undefined;
    if (!isWorld(room)) Object.assign(to, this.#places.whereabouts(room, identity.person));
    if (from.seats.length === 0 && !toBefore) {
      const entry = entryOf(to);
      this.#places.count(room, fromBefore, entry);
      this.#places.forgetIfEmpty(room, was);
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
    for (const other of this.#places.at(seat.room, seat.identity.person).seats) {
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
    for (const room of this.#places.rooms()) {
      for (const place of this.#places.in(room)) {
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
    const before = entryOf(this.#places.at(seat.room, person));
    change();
    this.#report(seat.room, person, before, "left");
  }

  #remove(seat: Mutable<Seat>, reason: LeaveReason): void {
    const { seats } = this.#places.at(seat.room, seat.identity.person);
    seats.splice(seats.indexOf(seat), 1);
    this.#seats.delete(seat.key);
    this.#changes.push({ type: "end", room: seat.room, seat: seat.key, reason });
    if (reason !== "replaced") this.#promoteHeir(this.#places.at(seat.room, seat.identity.person));
  }

  /** Where nobody plays any more, the newest of those who watch does. */
  #promoteHeir({ seats }: Place): void {
    if (seats.some((seat) => seat.role === "player")) return;
    const heir = seats.findLast((seat) => !isAway(seat)) ?? seats.at(-1);
    if (heir) this.#makePlayer(heir);
  }

  /** Compares a person's entry with what it was, keeps the counts, and says what happened in one diff. */
  #report(room: RoomKey, person: string, before: RosterEntry | undefined, reason: LeaveReason | "joined"): void {
    const after = this.#places.entry(room, person);
    this.#places.count(room, before, after);
    this.#places.forgetIfEmpty(room, person);
    const change = changeOf(room, before, after, reason === "joined" ? "left" : reason);
    if (change) this.#changes.push(change);
    if (isWorld(room)) this.#updateChats(person);
  }

  /** Someone's worlds changed: so may be what their chats say of them. */
  #updateChats(person: string): void {
    for (const room of this.#places.roomsOf(person)) {
      if (isWorld(room)) continue;
      const place = this.#places.at(room, person);
      const next = this.#places.whereabouts(room, person);
      if (place.here === next.here && place.where === next.where) continue;
      const before = entryOf(place);
      Object.assign(place, next);
      this.#report(room, person, before, "left");
    }
  }
}
