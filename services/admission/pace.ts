/** How fast joins are begun, and when those who were refused are to come again so that they come no faster than that. */

const windowMs = 1000;
/** A machine of one slow core begins more; from a guess that is too low a rush would be slow to start. */
const leastPerSecond = 250;

/** Counts over the last second. */
export class Pace {
  #from = Number.NEGATIVE_INFINITY;
  #before = 0;
  #count = 0;

  count(now: number): void {
    this.#move(now);
    this.#count++;
  }

  perSecond(now: number): number {
    this.#move(now);
    const part = (now - this.#from) / windowMs;
    return Math.max(leastPerSecond, this.#count + this.#before * (1 - part));
  }

  #move(now: number): void {
    const windows = Math.floor((now - this.#from) / windowMs);
    if (windows < 1) return;
    this.#before = windows === 1 ? this.#count : 0;
    this.#count = 0;
    this.#from = windows === 1 ? this.#from + windowMs : now;
  }
}

const mostMs = 20_000;

/** Gives everyone who is refused a time of their own. */
export class Comebacks {
  readonly #leastMs: number;
  #last = Number.NEGATIVE_INFINITY;

  constructor(leastMs: number) {
    this.#leastMs = leastMs;
  }

  /** In how many ms the next one is to come again. */
  next(now: number, perSecond: number): number {
    this.#last = Math.max(this.#last, now + this.#leastMs) + 1000 / perSecond;
    // more than come again within that time: they share its later half
    if (this.#last > now + mostMs) this.#last = now + mostMs / 2;
    return Math.ceil(this.#last - now);
  }
}
