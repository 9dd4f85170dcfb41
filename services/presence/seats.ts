/**
 * The seats that are held, and what follows when one of them changes: entries, counts, roles, and what is told of all this.
 * It keeps; the crowd (crowd.ts) decides.
 */
import type { LeaveReason } from "../../schema/messages.ts";
import type { Identity } from "../identity/person.ts";
import { type Change, changeOf } from "./change.ts";
import {
  entryOf,
  isAway,
  isOwn,
  isWorld,
  type Mutable,
  type Place,
  type RoomKey,
  type RosterEntry,
  type Seat,
} from "./entry.ts";
import type { Places } from "./places.ts";

export class Seats {
  readonly #seats = new Map<string, Mutable<Seat>>();
  /** How many seats each tab has. */
  readonly #connections = new Map<string, number>();
  readonly #places: Places;
  #changes: Change[] = [];
  readonly #moved = new Set<string>();
  #outcomes: Map<string, LeaveReason | undefined> | undefined;

  /** `isShared`: outcomes are kept for other processes. */
  constructor(places: Places, isShared: boolean) {
    this.#places = places;
    if (isShared) this.#outcomes = new Map();
  }

  get(key: string): Mutable<Seat> | undefined {
    return this.#seats.get(key);
  }

  all(): IterableIterator<Mutable<Seat>> {
    return this.#seats.values();
  }

  hasConnection(connection: string): boolean {
    return this.#connections.has(connection);
  }

  /** What changed since this was last asked, in order. */
  takeChanges(): Change[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** Those whose worlds may be others than when this was last asked. */
  takeMoved(): string[] {
    const moved = [...this.#moved];
    this.#moved.clear();
    return moved;
  }

  /** The own seats that changed since this was last asked: the reason of those that ended. */
  takeOutcomes(): ReadonlyMap<string, LeaveReason | undefined> {
    const outcomes = this.#outcomes;
    if (!outcomes || outcomes.size === 0) return noOutcomes;
    this.#outcomes = new Map();
    return outcomes;
  }

  /** A seat is there that was not, in the place of the one that its tab held before, if any. */
  add(seat: Mutable<Seat>, previous: Mutable<Seat> | undefined): void {
    const { room, identity } = seat;
    const place = this.#places.at(room, identity.person);
    const before = entryOf(place);
    if (previous) this.remove(previous, "replaced");
    this.rename(place, identity);
    place.seats.push(seat);
    place.ghost = undefined;
    if (!isWorld(room)) Object.assign(place, this.#places.whereabouts(room, identity.person));
    this.#seats.set(seat.key, seat);
    this.#connections.set(seat.connection, (this.#connections.get(seat.connection) ?? 0) + 1);
    this.#places.raiseFence(room, seat.fence);
    this.#touch(seat);
    this.report(room, identity.person, before, "joined");
  }

  /** A guest signs in: their place goes over to who they are. */
  identify(seat: Mutable<Seat>, identity: Identity, exclusive: boolean): void {
    const { room } = seat;
    const was = seat.identity.person;
    if (was === identity.person) {
      this.change(seat, () => this.rename(this.#places.at(room, was), identity));
      return;
    }
    const from = this.#places.at(room, was);
    const fromBefore = entryOf(from);
    const to = this.#places.at(room, identity.person);
    const toBefore = entryOf(to);
    for (const other of [...to.seats]) {
      if (other.connection === seat.connection) this.remove(other, "replaced");
    }
    from.seats.splice(from.seats.indexOf(seat), 1);
    this.promoteHeir(from);
    to.seats.push(seat);
    this.rename(to, identity);
    to.ghost = undefined;
    if (!isWorld(room)) Object.assign(to, this.#places.whereabouts(room, identity.person));
    if (from.seats.length === 0) this.#followAs(was, identity.person);
    if (from.seats.length === 0 && !toBefore) {
      const entry = entryOf(to);
      this.#places.count(room, fromBefore, entry);
      this.#places.forgetIfEmpty(room, was);
      if (entry && fromBefore) this.#changes.push({ type: "update", room, entry, was });
      else if (entry) this.#changes.push({ type: "join", room, entry });
      else if (fromBefore) this.#changes.push({ type: "leave", room, person: was, reason: "replaced" });
      if (isWorld(room)) for (const person of [was, identity.person]) this.#worldsChanged(person);
    } else {
      this.report(room, was, fromBefore, "replaced");
      this.report(room, identity.person, toBefore, "joined");
    }
    if (exclusive) this.makePlayer(seat);
  }

  /** Whoever goes along with someone does so still when that one has signed in, in whatever worlds they are. */
  #followAs(was: string, person: string): void {
    if (this.#places.seatsOf(was).some((seat) => isWorld(seat.room))) return;
    for (const seat of this.#seats.values()) {
      if (seat.follows !== was) continue;
      seat.follows = person;
      this.#touch(seat);
    }
  }

  /** Someone has one name in a room. */
  rename({ seats }: Place, identity: Identity): void {
    for (const seat of seats) {
      seat.identity = identity;
      this.#touch(seat);
    }
  }

  /** This seat plays; the person's others in the room watch. */
  makePlayer(seat: Mutable<Seat>): void {
    for (const other of this.#places.at(seat.room, seat.identity.person).seats) {
      const role = other === seat ? "player" : "spectator";
      if (other.role === role || !isOwn(other)) continue;
      other.role = role;
      this.#touch(other);
      this.#changes.push({ type: "role", room: seat.room, seat: other.key, role });
    }
  }

  /** Changes one seat and reports what that means for the person's entry. */
  change(seat: Mutable<Seat>, change: () => void): void {
    const person = seat.identity.person;
    const before = entryOf(this.#places.at(seat.room, person));
    change();
    this.#touch(seat);
    this.report(seat.room, person, before, "left");
  }

  #touch(seat: Seat): void {
    if (this.#outcomes && isOwn(seat)) this.#outcomes.set(seat.key, undefined);
  }

  remove(seat: Mutable<Seat>, reason: LeaveReason): void {
    const { seats } = this.#places.at(seat.room, seat.identity.person);
    seats.splice(seats.indexOf(seat), 1);
    this.#seats.delete(seat.key);
    const left = this.#connections.get(seat.connection)! - 1;
    if (left > 0) this.#connections.set(seat.connection, left);
    else this.#connections.delete(seat.connection);
    if (this.#outcomes && isOwn(seat)) this.#outcomes.set(seat.key, reason);
    this.#changes.push({ type: "end", room: seat.room, seat: seat.key, reason });
    if (reason !== "replaced") this.promoteHeir(this.#places.at(seat.room, seat.identity.person));
  }

  /** Where nobody plays any more, the newest of those who watch does. */
  promoteHeir({ seats }: Place): void {
    if (seats.some((seat) => seat.role === "player")) return;
    const own = seats.filter(isOwn);
    const heir = own.findLast((seat) => !isAway(seat)) ?? own.at(-1);
    if (heir) this.makePlayer(heir);
  }

  /** Compares a person's entry with what it was, keeps the counts, and says what happened in one diff. */
  report(room: RoomKey, person: string, before: RosterEntry | undefined, reason: LeaveReason | "joined"): void {
    const after = this.#places.entry(room, person);
    this.#places.count(room, before, after);
    this.#places.forgetIfEmpty(room, person);
    const change = changeOf(room, before, after, reason === "joined" ? "left" : reason);
    if (change) this.#changes.push(change);
    if (isWorld(room)) this.#worldsChanged(person);
  }

  /** So may have what is said of them in their chats, and to those who go along with them. */
  #worldsChanged(person: string): void {
    this.#moved.add(person);
    for (const room of this.#places.roomsOf(person)) {
      if (isWorld(room)) continue;
      const place = this.#places.at(room, person);
      const next = this.#places.whereabouts(room, person);
      if (place.here === next.here && place.where === next.where) continue;
      const before = entryOf(place);
      Object.assign(place, next);
      this.report(room, person, before, "left");
    }
  }
}

const noOutcomes: ReadonlyMap<string, LeaveReason | undefined> = new Map();
