/**
 * How many inputs of one player count in a step of the server: one for each step that has passed. Those that the network
 * brought late and together are made up for, so that nobody is slower by it; nobody is faster by sending more. Inputs that
 * wait all the time are left out, or whoever had a bad second would lag for good.
 */

/** Steps that one can be behind and make up for. */
const mostCredit = 8;
/** Inputs that may wait for the next steps. */
const mostWaiting = 16;
/** Of which so many steps it is looked what waited all the time, and what of that is no lag: a network is uneven. */
const lookSteps = 30;
const even = 2;

export class Pace {
  #credit = 0;
  #steps = 0;
  #leastWaiting = Number.POSITIVE_INFINITY;

  /** Of `waiting` inputs, the oldest first: how many to leave out, and how many to apply then. */
  next(waiting: number): { skip: number; take: number } {
    this.#credit = Math.min(this.#credit + 1, mostCredit);
    const skip = Math.min(waiting, Math.max(0, waiting - this.#credit - mostWaiting, this.#lag()));
    const take = Math.min(waiting - skip, this.#credit);
    this.#credit -= take;
    this.#leastWaiting = Math.min(this.#leastWaiting, waiting - skip - take);
    return { skip, take };
  }

  #lag(): number {
    this.#steps++;
    if (this.#steps < lookSteps) return 0;
    const lag = this.#leastWaiting - even;
    this.#steps = 0;
    this.#leastWaiting = Number.POSITIVE_INFINITY;
    return lag;
  }
}
