/**
 * Who is where: the one reducer that online, here, ghosts and counts are read from.
 *
 * Pure: it takes events and a `now`, keeps seats, and returns what changed. It owns no timer, clock or socket, and knows
 * no room class. Rules PR1 to PR6, PR8 and PR9 of docs/SPEC.md. Whoever drives it calls `apply({ type: "tick" })` when
 * `deadline` has come; an event about a seat it does not know (a late close, a second close) changes nothing.
 *
 * Each seat has one process that owns it and decides what becomes of it: that of its room. Those of other processes are
 * as these say, and count like own ones; they neither expire nor leave ghosts here.
 */
import type { LeaveReason } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import type { Change } from "./change.ts";
import {
  type Counts,
  entryOf,
  type Ghost,
  type Grounds,
  isAway,
  isOwn,
  isWorld,
  type Mutable,
  type Place,
  type RoomKey,
  type RosterEntry,
  type Seat,
  slugOf,
} from "./entry.ts";
import type { CrowdEvent, OwnEvent, SeatState } from "./events.ts";
import { Places } from "./places.ts";
import { Seats } from "./seats.ts";

export type { Change, RosterChange, SeatChange } from "./change.ts";
export type { Counts, Grounds, RoomKey, RosterEntry, Seat, SeatRole } from "./entry.ts";
export type { CrowdEvent, OwnEvent, SeatState } from "./events.ts";

export interface CrowdOptions {
  graceMs: number;
  ghostMs: number;
  /** How long the seats of a process that died are held; `graceMs` if left out. */
  holdMs?: number | undefined;
  /** The slug of a chat's own piece; that of the same name if left out. */
  pieceOf?: ((instance: string) => string) | undefined;
  /** Whether there are other processes, so that outcomes are kept for them. */
  isShared?: boolean;
}

export class Crowd {
  readonly #graceMs: number;
  readonly #ghostMs: number;
  readonly #holdMs: number;
  readonly #places: Places;
  readonly #seats: Seats;
  #deadline = Number.POSITIVE_INFINITY;

  constructor({
    graceMs,
    ghostMs,
    holdMs = graceMs,
    pieceOf = (instance) => instance,
    isShared = false,
  }: CrowdOptions) {
    this.#graceMs = graceMs;
    this.#ghostMs = ghostMs;
    this.#holdMs = holdMs;
    this.#places = new Places(pieceOf);
    this.#seats = new Seats(this.#places, isShared);
  }

  /** When the next hold or ghost ends, in ms on the clock of `now`; infinity if there is none. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Takes one event at `now` and returns what it changed, in order. What was due before is settled first. */
  apply(event: CrowdEvent, now: number): Change[] {
    if (now >= this.#deadline) this.#expire(now);
    switch (event.type) {
      case "tick":
        break;
      case "join":
        this.#join(event, now);
        break;
      case "put":
        this.#put(event.seat, event.origin, now);
        break;
      case "end": {
        const seat = this.#seats.get(event.seat);
        if (seat?.origin === event.origin && !seat.orphan) this.#end(seat, event.reason);
        break;
      }
      case "vanish":
        this.#vanish(event, now);
        break;
      case "adopt":
        this.#adopt(event.room, event.fence, now);
        break;
      default:
        this.#onSeat(event, now);
    }
    return this.#seats.takeChanges();
  }

  /**
   * The own seats that changed since this was last asked, with the reason of those that ended. Empty where there are no
   * others to tell.
   */
  takeOutcomes(): ReadonlyMap<string, LeaveReason | undefined> {
    return this.#seats.takeOutcomes();
  }

  /** Those whose worlds may be others than when this was last asked. */
  takeMoved(): string[] {
    return this.#seats.takeMoved();
  }

  /** Seats that a process speaks for: this one if left out. */
  *seatsOf(origin = ""): IterableIterator<Seat> {
    for (const seat of this.#seats.all()) if (seat.origin === origin && !seat.orphan) yield seat;
  }

  /** Those of everyone, or of one person, in all rooms and processes. */
  *seats(person?: string): IterableIterator<Seat> {
    for (const seat of this.#seats.all()) if (person === undefined || seat.identity.person === person) yield seat;
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

  /** Whether a tab holds a seat anywhere. */
  hasConnection(connection: string): boolean {
    return this.#seats.hasConnection(connection);
  }

  /** Ids of everyone who is anywhere and whom `matches` takes. */
  find(matches: (identity: Identity) => boolean): string[] {
    const found = new Set<string>();
    for (const { identity } of this.#seats.all()) if (matches(identity)) found.add(identity.person);
    return [...found];
  }

  /** Slug of the world that someone is in and shares, the newest of several; "" for none. */
  where(person: string): string {
    return this.#places.where(person);
  }

  /** Whether others can see that someone holds a seat anywhere. */
  isSeen(person: string): boolean {
    return this.#places.isSeen(person);
  }

  /** In all rooms and processes. */
  seatsOfPerson(person: string): Seat[] {
    return this.#places.seatsOf(person);
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

  #onSeat(event: Exclude<OwnEvent, { type: "join" | "tick" }>, now: number): void {
    const seat = this.#seats.get(event.seat);
    if (!seat || !isOwn(seat)) return;
    switch (event.type) {
      case "drop":
        if (seat.awayUntil !== undefined) return;
        this.#seats.change(seat, () => {
          seat.awayUntil = now + this.#graceMs;
        });
        this.#holdUntil(now + this.#graceMs, now);
        return;
      case "resume":
        this.#seats.change(seat, () => {
          seat.awayUntil = undefined;
        });
        return;
      case "attention":
        this.#seats.change(seat, () => {
          seat.attention = event.attention;
        });
        return;
      case "play":
        this.#seats.makePlayer(seat);
        return;
      case "follow":
        this.#seats.change(seat, () => {
          seat.follows = event.person;
        });
        return;
      case "leave":
        this.#leave(seat, event.reason, now);
        return;
      case "identify":
        this.#seats.identify(seat, event.identity, event.exclusive);
        return;
      default:
        event satisfies never;
    }
  }

  #join(event: Extract<OwnEvent, { type: "join" }>, now: number): void {
    const previous = this.#previous(event);
    const seat: Mutable<Seat> = {
      key: event.seat,
      room: event.room,
      identity: event.identity,
      connection: event.connection,
      attention: event.attention,
      role: previous?.role ?? "player",
      share: event.share,
      invisible: event.invisible ?? false,
      since: previous?.since ?? now,
      follows: previous?.follows ?? "",
      awayUntil: undefined,
      origin: "",
      orphan: undefined,
      fence: event.fence ?? 0,
    };
    this.#seats.add(seat, previous);
    if (event.exclusive && !previous) this.#seats.makePlayer(seat);
    else this.#seats.promoteHeir(this.#places.at(seat.room, seat.identity.person));
    if (!previous && isWorld(seat.room)) this.#follow(seat, now);
  }

  #previous({ room, identity, connection }: Pick<Seat, "room" | "identity" | "connection">) {
    return this.#places.at(room, identity.person).seats.find((seat) => seat.connection === connection);
  }

  /** Another process says what one of its seats is. Nobody is heard who was the room's home before. */
  #put({ isAway: away, ...state }: SeatState, origin: string, now: number): void {
    if (state.fence < this.#places.fence(state.room)) return;
    const awayUntil = away ? Number.POSITIVE_INFINITY : undefined;
    const told = { ...state, origin, orphan: undefined, awayUntil };
    const known = this.#seats.get(state.key);
    if (!known) {
      const previous = this.#previous(state);
      this.#seats.add(told, previous);
      if (!previous && !away && isWorld(state.room)) this.#follow(told, now);
      return;
    }
    if (known.identity.person !== state.identity.person) this.#seats.identify(known, state.identity, false);
    this.#seats.change(known, () => {
      Object.assign(known, told);
      this.#seats.rename(this.#places.at(known.room, known.identity.person), known.identity);
    });
    this.#places.raiseFence(state.room, state.fence);
  }

  #vanish({ origin, room, reason }: Extract<CrowdEvent, { type: "vanish" }>, now: number): void {
    const awayUntil = now + (reason === "drained" ? this.#graceMs : this.#holdMs);
    for (const seat of this.seatsOf(origin)) {
      if (room !== undefined && seat.room !== room) continue;
      this.#seats.change(seat, () => void Object.assign(seat, { orphan: reason, awayUntil }));
    }
    this.#holdUntil(awayUntil, now);
  }

  #adopt(room: RoomKey, fence: number, now: number): void {
    if (fence < this.#places.fence(room)) return; // it lost the room before it was made
    this.#places.raiseFence(room, fence);
    const own = { origin: "", orphan: undefined, fence };
    for (const place of this.#places.in(room)) {
      for (const seat of place.seats) {
        if (isOwn(seat)) continue;
        const awayUntil = seat.orphan ? seat.awayUntil : now + this.#holdMs;
        this.#seats.change(seat, () => void Object.assign(seat, { ...own, awayUntil }));
      }
      this.#seats.promoteHeir(place); // who plays may have been one that this process never heard of
    }
    this.#holdUntil(now + this.#holdMs, now);
  }

  #holdUntil(until: number, now: number): void {
    this.#deadline = Math.min(this.#deadline, until);
    if (now >= until) this.#expire(now);
  }

  /** The worlds that a tab was in before it opened this one: it went, and did not get lost. */
  #follow(arrived: Seat, now: number): void {
    for (const room of this.#places.roomsOf(arrived.identity.person)) {
      if (room === arrived.room || !isWorld(room)) continue;
      const place = this.#places.at(room, arrived.identity.person);
      const left = place.seats.find((seat) => seat.connection === arrived.connection && isAway(seat));
      if (left && isOwn(left) && left.since <= arrived.since) this.#leave(left, "moved", now);
    }
  }

  #leave(seat: Mutable<Seat>, reason: LeaveReason, now: number): void {
    const { room, identity } = seat;
    const place = this.#places.at(room, identity.person);
    const before = entryOf(place);
    this.#seats.remove(seat, reason);
    const isGoing = (reason === "left" || reason === "moved") && isWorld(room) && before !== undefined;
    const elsewhere = isGoing && place.seats.every(isAway) ? this.#newestElsewhere(seat) : undefined;
    if (elsewhere && before) {
      for (const other of place.seats.filter(isOwn)) this.#seats.remove(other, "moved");
      const isTold = isWorld(elsewhere.room) && elsewhere.share && this.entry(elsewhere.room, identity.person);
      const to = isTold ? slugOf(elsewhere.room) : "";
      place.ghost = { identity, to, since: before.since, until: now + this.#ghostMs };
      this.#deadline = Math.min(this.#deadline, place.ghost.until);
    }
    this.#seats.report(room, identity.person, before, reason);
    if (elsewhere && now >= place.ghost!.until) this.#expire(now);
  }

  /** A seat ended, as its owner says or as nobody took it over. */
  #end(seat: Mutable<Seat>, reason: LeaveReason): void {
    const { room, identity } = seat;
    const before = entryOf(this.#places.at(room, identity.person));
    this.#seats.remove(seat, reason);
    this.#seats.report(room, identity.person, before, reason);
  }

  /** The person's live seat in another room that they went to: in a world first, the same tab's first, the newest first. */
  #newestElsewhere({ identity: { person }, room, connection }: Seat): Seat | undefined {
    const rooms = this.#places.roomsOf(person).filter((other) => other !== room);
    const live = rooms.flatMap((other) => this.#places.at(other, person).seats.filter((seat) => !isAway(seat)));
    const rank = (seat: Seat) => Number(isWorld(seat.room)) * 2 + Number(seat.connection === connection);
    return live.sort((a, b) => rank(b) - rank(a) || b.since - a.since)[0];
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
    for (const seat of lost) {
      if (isOwn(seat)) this.#leave(seat, "lost", now);
      else this.#end(seat, seat.orphan ?? "lost");
    }
    for (const [room, place, ghost] of gone) {
      const before = entryOf(place);
      place.ghost = undefined;
      this.#seats.report(room, ghost.identity.person, before, "moved");
    }
  }
}
