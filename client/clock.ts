/**
 * Server time, estimated from the times that frames carry: the frame that travelled fastest tells the most.
 * The estimate follows at once when a frame comes sooner than expected, and gives way slowly when all come later.
 */

const driftPerMs = 0.002;

export class ServerClock {
  #last = 0;
  #total = 0;
  #offset: number | undefined;
  #at = 0;
  #jitter = 0;

  /** Takes a frame's time (32 bits, wrapping) that came at `now`. Returns it on the scale of `at`. */
  sample(time: number, now: number): number {
    if (this.#offset === undefined) this.#total = time;
    else this.#total += (time - this.#last) | 0;
    this.#last = time;
    const offset = this.#total - now;
    if (this.#offset === undefined) this.#offset = offset;
    const given = this.#offset - (now - this.#at) * driftPerMs;
    const late = Math.max(0, given - offset);
    this.#jitter += (late - this.#jitter) * 0.05;
    this.#offset = Math.max(given, offset);
    this.#at = now;
    return this.#total;
  }

  /** A time on the scale of `at`, of a frame that came out of turn and so tells nothing about how long frames take. */
  place(time: number): number {
    return this.#total + ((time - this.#last) | 0);
  }

  /** Server time in ms at `now`, as if frames took no time; 0 before the first. */
  at(now: number): number {
    return this.#offset === undefined ? 0 : now + this.#offset;
  }

  /** How much later than the fastest frames come, on average, in ms. */
  get jitterMs(): number {
    return this.#jitter;
  }

  reset(): void {
    this.#offset = undefined;
    this.#jitter = 0;
  }
}
