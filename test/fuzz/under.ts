/** Work that is under way: how much of it there may be at once, and waiting for all of it. */
export class UnderWay {
  readonly #most: number;
  readonly #onError: (error: unknown) => void;
  readonly #all = new Set<Promise<void>>();

  constructor(most: number, onError: (error: unknown) => void) {
    this.#most = most;
    this.#onError = onError;
  }

  get isFull(): boolean {
    return this.#all.size >= this.#most;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  add(work: Promise<unknown>): void {
    const tracked: Promise<void> = work.then(
      () => void this.#all.delete(tracked),
      (error: unknown) => {
        this.#all.delete(tracked);
        this.#onError(error);
      },
    );
    this.#all.add(tracked);
  }

  async ended(): Promise<void> {
    while (this.#all.size > 0) await Promise.all(this.#all);
  }
}
