/**
 * A clock for telling silence: it never goes back, and time in which nobody looked does not count as silence. A process
 * that was busy or suspended has not heard what came meanwhile.
 */

/** At most so much passes between two looks. */
const unseenMs = 500;
/** Who looked away for longer was asleep. */
const asleepMs = 5000;

export class SteadyClock {
  /** Milliseconds since the first look. */
  now = 0;
  #lookedAt: number | undefined;

  /** Looks at the caller's clock (ms since anything). Returns how long it slept in between, 0 if it was awake. */
  look(at: number): number {
    const passed = at - (this.#lookedAt ?? at);
    this.#lookedAt = at;
    if (!(passed > 0)) return 0;
    this.now += Math.min(passed, unseenMs);
    return passed < asleepMs ? 0 : passed;
  }
}
