/** How many may be at something at once, of one person and in all. */
import { HereaboutsError } from "../schema/errors.ts";

const retryAfterMs = 1000;

export class Slots {
  readonly #limits: { each: number; all: number };
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(limits: { each: number; all: number }) {
    this.#limits = limits;
  }

  /** Returns the function that gives the slot back. Throws TOO_FAST. */
  take(who: string): () => void {
    const { each, all } = this.#limits;
    const own = this.#taken.get(who) ?? 0;
    if (own >= each) throw full(`You have ${each} under way.`);
    if (this.#all >= all) throw full(`${all} are under way here.`);
    this.#taken.set(who, own + 1);
    this.#all++;
    return () => {
      const rest = this.#taken.get(who)! - 1;
      if (rest === 0) this.#taken.delete(who);
      else this.#taken.set(who, rest);
      this.#all--;
    };
  }
}

function full(details: string): HereaboutsError {
  return new HereaboutsError("TOO_FAST", details, { retryAfterMs });
}
