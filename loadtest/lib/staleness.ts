/**
 * How old the newest known pose is, as a viewer sees it: looked at each millisecond, not only when one arrives, so that
 * waiting for a lost one counts for as long as it lasts. A pose that arrives after a newer one changes nothing.
 */
import { type Histogram, record } from "./histogram.ts";

const everyMs = 1;

export class Staleness {
  readonly #ages: Histogram;
  #sentAt: number;
  #lookAt: number;

  /** From `now` on, starting with a pose that was sent at `sentAt`. Several may record into the same `ages`. */
  constructor(ages: Histogram, sentAt: number, now: number) {
    this.#ages = ages;
    this.#sentAt = sentAt;
    this.#lookAt = now;
  }

  arrived(sentAt: number, now: number): void {
    this.look(now);
    this.#sentAt = Math.max(this.#sentAt, sentAt);
  }

  /** Records all looks until `now`. */
  look(now: number): void {
    for (; this.#lookAt <= now; this.#lookAt += everyMs) record(this.#ages, this.#lookAt - this.#sentAt);
  }
}
