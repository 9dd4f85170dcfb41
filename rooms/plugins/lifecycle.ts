/**
 * The life of a world's or a chat's room, told on the bus (SE5): made, who came and went, empty, over or gone on elsewhere.
 *
 * Someone is in it once for each of their connections, however many seats that connection had there: to lose the
 * connection and come back in time is neither leaving nor joining. Audio sessions tell of themselves (services/sessions).
 */
import type { Identity } from "../../services/identity/person.ts";
import type { Attendee, LifecycleBus, LiveSession } from "../../services/lifecycle.ts";
import { newId } from "../../services/sessions/ids.ts";

export function newSession(kind: "world" | "chat", label: string, now: number): LiveSession {
  return { id: newId(label), kind, key: `${kind}:${label}`, label, created: Math.round(now) };
}

export class RoomLife {
  readonly #bus: LifecycleBus;
  readonly #session: LiveSession;
  readonly #bySeat = new Map<string, Attendee>();
  /** By person and connection: how many seats. */
  readonly #seats = new Map<string, number>();
  #isTold = false;

  constructor(bus: LifecycleBus, session: LiveSession) {
    this.#bus = bus;
    this.#session = session;
  }

  /** Whether anyone is in it, those whose connection is lost and whose place is held among them. */
  get isAttended(): boolean {
    return this.#seats.size > 0;
  }

  made(): void {
    this.#isTold = true;
    this.#bus.emit("session.created", { session: this.#session });
  }

  join(seat: string, { person, handle }: Identity, connection: string): void {
    const who = { as: "room", person, handle, connection } as const;
    this.#bySeat.set(seat, who);
    this.#add(who);
  }

  /** Who has the seat is someone else now: a guest that signed in. */
  identify(seat: string, identity: Identity): void {
    const before = this.#bySeat.get(seat);
    if (!before) return;
    this.join(seat, identity, before.connection!);
    this.#remove(before);
  }

  /** The seat is over, and not held any more. */
  leave(seat: string): void {
    const who = this.#bySeat.get(seat);
    if (!this.#bySeat.delete(seat)) return;
    this.#remove(who!);
    if (!this.isAttended) this.#bus.emit("session.idle", { session: this.#session });
  }

  /** Nothing comes after this. A room that could not be made was never told of. */
  end(movesOn: boolean): void {
    if (!this.#isTold) return;
    this.#isTold = false;
    const session = this.#session;
    const reason = this.isAttended ? "closing" : "empty";
    for (const who of this.#bySeat.values()) this.#remove(who);
    this.#bySeat.clear();
    if (movesOn) this.#bus.emit("session.moved", { session });
    else this.#bus.emit("session.removed", { session, reason });
  }

  #add(who: Attendee): void {
    const seats = this.#seats.get(nameOf(who)) ?? 0;
    this.#seats.set(nameOf(who), seats + 1);
    if (seats === 0) this.#bus.emit("session.joined", { session: this.#session, who });
  }

  #remove(who: Attendee): void {
    const seats = this.#seats.get(nameOf(who))! - 1;
    if (seats > 0) return void this.#seats.set(nameOf(who), seats);
    this.#seats.delete(nameOf(who));
    this.#bus.emit("session.left", { session: this.#session, who });
  }
}

const nameOf = ({ person, connection }: Attendee) => `${person} ${connection}`;
