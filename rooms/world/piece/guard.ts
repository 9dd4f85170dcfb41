/**
 * Runs what a piece does, so that none of it ends anything but itself: what throws is told, now or when a promise fails.
 * A tick that fails, or takes more than `slowMs`, `strikes` times in a row is not called again; all else goes on.
 */
export const slowMs = 20;
export const strikes = 100;

export interface GuardOptions {
  onError(error: unknown, doing: string): void;
  onSlow(ms: number): void;
  /** Ticks have ended. */
  onOff(): void;
  /** In ms. */
  clock(): number;
}

export class Guard {
  readonly #options: GuardOptions;
  #strikes = 0;
  #isTicking = false;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  get isOff(): boolean {
    return this.#strikes >= strikes;
  }

  /** Whether it went well so far; a promise, where it may fail yet, when it is done. */
  run(doing: string, work: () => unknown): boolean | Promise<boolean> {
    const fail = (error: unknown) => {
      this.#options.onError(error, doing);
      return false;
    };
    try {
      const result = work();
      return isThenable(result) ? Promise.resolve(result).then(() => true, fail) : true;
    } catch (error) {
      return fail(error);
    }
  }

  /** Not while the last one is awaited. */
  tick(work: () => unknown): void {
    if (this.isOff || this.#isTicking) return;
    const from = this.#options.clock();
    const went = this.run("onTick", work);
    const ms = this.#options.clock() - from;
    if (ms > slowMs) this.#options.onSlow(ms);
    if (typeof went === "boolean") {
      this.#count(went && ms <= slowMs);
      return;
    }
    this.#isTicking = true;
    void went.then((well) => {
      this.#isTicking = false;
      this.#count(well && ms <= slowMs);
    });
  }

  #count(well: boolean): void {
    this.#strikes = well ? 0 : this.#strikes + 1;
    if (this.#strikes === strikes) this.#options.onOff();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
