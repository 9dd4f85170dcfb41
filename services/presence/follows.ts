/**
 * Who goes along with whom: for each seat here that follows a person, where that one is, told as it changes.
 *
 * That a seat follows is kept by the crowd: so it lasts over a reconnect, and other processes know it. Nobody is told more
 * than someone shares, and nobody can follow whom they do not see: in the roster of the seat's room, or by following them
 * already, from another room of the same tab.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Followed } from "../../schema/messages.ts";
import type { Crowd, CrowdEvent, Seat } from "./crowd.ts";
import { isOwn } from "./entry.ts";

export interface FollowsOptions {
  crowd: Pick<Crowd, "seat" | "entry" | "where" | "isSeen" | "seatsOfPerson">;
  apply(event: CrowdEvent): void;
}

type Tell = (followed: Followed) => void;
type Follower = { id: string; person: string; slug: string; tell: Tell };

export class Follows {
  readonly #options: FollowsOptions;
  /** By seat. */
  readonly #followers = new Map<string, Follower>();
  readonly #seatsAfter = new Map<string, Set<string>>();

  constructor(options: FollowsOptions) {
    this.#options = options;
  }

  /**
   * A seat goes along with a person, and with nobody else. Answers where that one is. `id` names it in what is told.
   *
   * @throws HereaboutsError PERSON_NOT_FOUND, NOT_SHARED, FOLLOW_SELF, FOLLOW_CYCLE
   */
  begin(key: string, { person, id }: { person: string; id: string }, tell: Tell): Followed {
    const { crowd, apply } = this.#options;
    const seat = crowd.seat(key);
    if (!seat) throw new HereaboutsError("CLOSED");
    if (seat.identity.person === person) throw new HereaboutsError("FOLLOW_SELF");
    if (!this.#mayAsk(seat, person)) throw new HereaboutsError("PERSON_NOT_FOUND");
    const slug = crowd.where(person);
    if (slug === "") throw new HereaboutsError(crowd.isSeen(person) ? "NOT_SHARED" : "PERSON_NOT_FOUND");
    if (this.#leadsTo(person, seat.identity.person)) throw new HereaboutsError("FOLLOW_CYCLE");
    this.forget(key);
    this.#keep(key, { id, person, slug, tell });
    if (seat.follows !== person) apply({ type: "follow", seat: key, person });
    return { id, person, slug };
  }

  /** A seat goes along with nobody, unless it began with another id since. */
  end(key: string, id: string): void {
    if ((this.#followers.get(key)?.id ?? id) !== id) return;
    this.forget(key);
    if (this.#options.crowd.seat(key)?.follows) this.#options.apply({ type: "follow", seat: key, person: "" });
  }

  /** A seat whose tab has come back without a word of whom it goes along with does so no more: its page was loaded anew. */
  lapse(key: string): void {
    if (!this.#followers.has(key)) this.end(key, "");
  }

  /** The seat has ended. */
  forget(key: string): void {
    const person = this.#followers.get(key)?.person;
    if (person === undefined) return;
    this.#followers.delete(key);
    const seats = this.#seatsAfter.get(person)!;
    seats.delete(key);
    if (seats.size === 0) this.#seatsAfter.delete(person);
  }

  /** Someone's worlds may be others than before: those who go along with them are told. */
  moved(person: string): void {
    for (const key of [...(this.#seatsAfter.get(person) ?? [])]) this.#look(key, this.#followers.get(key)!);
  }

  #look(key: string, follower: Follower): void {
    const { crowd } = this.#options;
    const seat = crowd.seat(key);
    if (!seat?.follows || !isOwn(seat)) {
      this.forget(key);
      return;
    }
    const { id, person, slug, tell } = follower;
    if (seat.follows !== person) {
      // they have signed in
      this.forget(key);
      const renamed = { ...follower, person: seat.follows };
      this.#keep(key, renamed);
      tell({ id, person: seat.follows, slug });
      this.#look(key, renamed);
      return;
    }
    const next = crowd.where(person);
    if (next === slug) return;
    const ended = next === "" ? (crowd.isSeen(person) ? "hidden" : "left") : undefined;
    // two who began at once, in two processes
    const over = ended ?? (this.#leadsTo(person, seat.identity.person) ? "cycle" : undefined);
    if (over) this.end(key, id);
    else follower.slug = next;
    tell(over ? { id, person, ended: over } : { id, person, slug: next });
  }

  #keep(key: string, follower: Follower): void {
    this.#followers.set(key, follower);
    const seats = this.#seatsAfter.get(follower.person) ?? new Set();
    this.#seatsAfter.set(follower.person, seats.add(key));
  }

  #mayAsk({ room, identity, connection }: Seat, person: string): boolean {
    const { crowd } = this.#options;
    if (crowd.entry(room, person)) return true;
    const own = crowd.seatsOfPerson(identity.person);
    return own.some((seat) => seat.connection === connection && seat.follows === person);
  }

  /** Whether someone goes along with `person`, or with someone who does. */
  #leadsTo(someone: string, person: string): boolean {
    const reached = new Set([someone]);
    for (const each of reached) {
      if (each === person) return true;
      for (const { follows } of this.#options.crowd.seatsOfPerson(each)) if (follows) reached.add(follows);
    }
    return false;
  }
}
