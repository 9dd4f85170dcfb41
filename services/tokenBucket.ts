/** A token bucket on a given clock: how often something may be done, with bursts. */

/** What rounding may have taken from a whole token. */
const nearlyOne = 1 - 1e-4;

/** Holds `perSecond` tokens for each second of `burstSeconds`; each `take` costs one. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burstSeconds: number, now: number) {
    this.#perSecond = perSecond;
    this.#capacity = Math.max(1, perSecond * burstSeconds);
    this.#tokens = this.#capacity;
    this.#at = now;
  }

  /** 0 if it was granted, else the ms until it would be. */
  take(now: number): number {
    this.#tokens = Math.min(this.#capacity, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens >= nearlyOne) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }

  /** For what has turned out to cost nothing. */
  giveBack(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + 1);
  }
}
