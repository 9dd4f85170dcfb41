/**
 * Takes turns at a steady rate: `count` takers, each `hz` times a second, evenly apart, so that their sends are spread
 * over the whole tick of a server. After a hitch it catches up; after one of more than a second it goes on from now.
 */
import { now } from "./clock.ts";

const hitchMs = 1000;

export class Pacer {
  readonly #count: number;
  readonly #gapMs: number;
  readonly #turn: (taker: number) => void;
  #next = 0;
  #dueAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(count: number, hz: number, turn: (taker: number) => void) {
    this.#count = count;
    this.#gapMs = 1000 / hz / count;
    this.#turn = turn;
  }

  start(): void {
    this.#dueAt = now();
    this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #run = (): void => {
    const at = now();
    if (at - this.#dueAt > hitchMs) this.#dueAt = at;
    while (this.#dueAt <= at) {
      this.#turn(this.#next);
      this.#next = (this.#next + 1) % this.#count;
      this.#dueAt += this.#gapMs;
    }
    this.#timer = setTimeout(this.#run, Math.max(1, this.#dueAt - now()));
  };
}
