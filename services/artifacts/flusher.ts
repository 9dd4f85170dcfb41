/** What has something to write, told together every so often: a few at a time, and errors to one place. */
import type { Turns } from "./disk.ts";

export interface Flushable {
  flush(): Promise<void>;
}

export class Flusher {
  readonly #turns: Turns;
  readonly #onError: (error: unknown) => void;
  readonly #due = new Set<Flushable>();
  #running: Promise<void> | undefined;

  constructor(turns: Turns, onError: (error: unknown) => void) {
    this.#turns = turns;
    this.#onError = onError;
  }

  add(one: Flushable): void {
    this.#due.add(one);
  }

  /** Unless it is under way. */
  tick(): void {
    if (this.#due.size > 0 && !this.#running) void this.flush();
  }

  /** All that was added until now. Never throws. */
  async flush(): Promise<void> {
    const running = this.#flushAfter(this.#running);
    this.#running = running;
    await running;
    if (this.#running === running) this.#running = undefined;
  }

  async #flushAfter(before: Promise<void> | undefined): Promise<void> {
    await before;
    const due = [...this.#due];
    this.#due.clear();
    await Promise.all(due.map((one) => this.#turns(() => one.flush()).catch(this.#onError)));
  }
}
