/**
 * Going from world to world: the next one is joined before those so far are left, so that one is never in neither.
 *
 * Of several journeys at once the newest that arrives wins, whichever arrives first, and leaves what the others joined. One
 * that fails changes nothing.
 */
import { HereaboutsError } from "../schema/errors.ts";
import { type Deferred, deferred } from "./deferred.ts";
import type { ConnectionState } from "./seat.ts";

interface Place {
  readonly connection: ConnectionState;
  leave(): Promise<void>;
}

/** Numbered as they begin. `isNew`: nothing but journeys asked for its world. `hasArrived` is false where it failed. */
type Journey = {
  readonly number: number;
  readonly slug: string;
  readonly isNew: boolean;
  readonly hasArrived: Deferred<boolean>;
};

export interface TravelsOptions<W extends Place> {
  /** The worlds one is in, by slug. */
  joined: ReadonlyMap<string, W>;
  /** Those, and the ones that are being joined. */
  asked: ReadonlyMap<string, Promise<W>>;
}

export class Travels<W extends Place> {
  readonly #options: TravelsOptions<W>;
  /** Oldest first. */
  readonly #underWay = new Set<Journey>();
  #number = 0;
  /** The newest journey that led where it was to. */
  #last: Journey | undefined;

  constructor(options: TravelsOptions<W>) {
    this.#options = options;
  }

  /**
   * Joins a world, then leaves those that were joined or asked for before. `arrive` is called while one is in both; where it
   * throws, one stays where one was.
   *
   * @throws HereaboutsError why it was not joined; CLOSED where a later journey led elsewhere, or the world has ended.
   */
  async go(slug: string, join: () => Promise<W>, arrive?: (world: W) => Promise<void>): Promise<W> {
    const { asked } = this.#options;
    const isNew = !asked.has(slug) || [...this.#underWay].some((other) => other.slug === slug && other.isNew);
    const before = [...asked.keys()].filter((other) => other !== slug);
    const journey: Journey = { number: ++this.#number, slug, isNew, hasArrived: deferred() };
    this.#underWay.add(journey);
    try {
      const world = await join();
      try {
        await arrive?.(world);
      } catch (error) {
        this.#underWay.delete(journey);
        const isWanted = this.#isLedTo(journey) || [...this.#underWay].some((other) => other.slug === slug);
        if (isNew && !isWanted) await world.leave();
        throw error;
      }
      if (world.connection === "closed") throw new HereaboutsError("CLOSED", `${slug} ended as it was joined.`);
      journey.hasArrived.resolve(true);
      const winner = await this.#winnerOver(journey);
      if (winner?.slug === slug) return world;
      if (winner) throw new HereaboutsError("CLOSED", `One travelled on to ${winner.slug}.`);
      this.#last = journey;
      await Promise.all(before.map((other) => this.#leave(other, journey)));
      return world;
    } finally {
      this.#underWay.delete(journey);
      journey.hasArrived.resolve(false);
    }
  }

  /** The later journey that this one gives way to, once that is known. */
  async #winnerOver(journey: Journey): Promise<Journey | undefined> {
    for (;;) {
      const newest = [...this.#underWay].at(-1)!;
      if (newest === journey) return this.#last && this.#last.number > journey.number ? this.#last : undefined;
      if (await newest.hasArrived.promise) return newest;
    }
  }

  /** One that is still being joined is left when it is, unless a later journey leads there. */
  async #leave(slug: string, { number }: Journey): Promise<void> {
    const { joined, asked } = this.#options;
    const world = joined.get(slug);
    if (world) {
      await world.leave();
      return;
    }
    asked.get(slug)?.then(
      (late) => (this.#isLedTo({ number, slug }) ? undefined : late.leave()),
      () => {},
    );
  }

  /** Whether a journey leads there that began later. */
  #isLedTo({ number, slug }: Pick<Journey, "number" | "slug">): boolean {
    const later = (journey?: Journey) => journey !== undefined && journey.number > number && journey.slug === slug;
    return later(this.#last) || [...this.#underWay].some(later);
  }
}
