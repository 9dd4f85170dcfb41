/** Time for work of growing sizes, so that it ends when it was said to: tells what there is time left for. Pure but for its clock. */

export class TimeLimit {
  readonly #ms: number;
  readonly #clock: () => number;
  readonly #from: number;
  #last: { size: number; ms: number } | undefined;

  constructor(ms: number, clock: () => number) {
    this.#ms = ms;
    this.#clock = clock;
    this.#from = clock();
  }

  /** Does something of a size, and remembers how long that took. */
  async time<T>(size: number, work: () => Promise<T>): Promise<T> {
    const from = this.#clock();
    try {
      return await work();
    } finally {
      this.#last = { size, ms: this.#clock() - from };
    }
  }

  /** Whether there is time: by the last time, of which a larger size takes its share more. The first always has. */
  allows(size: number): boolean {
    if (!this.#last) return true;
    const wantedMs = this.#last.ms * Math.max(1, size / this.#last.size);
    return this.#clock() - this.#from + wantedMs <= this.#ms;
  }
}
