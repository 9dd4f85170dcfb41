/** Takes turns as people do: `count` takers, each after thinking for a random time, so that now and then many do so at once. */

const nextRandom = Math.random;

export class Thinkers {
  readonly #count: number;
  readonly #meanMs: number;
  readonly #turn: (taker: number) => void;
  readonly #random: () => number;
  readonly #timers: NodeJS.Timeout[] = [];

  /** `random`: 0 to 1, below 1. */
  constructor(count: number, meanMs: number, turn: (taker: number) => void, random = nextRandom) {
    this.#count = count;
    this.#meanMs = meanMs;
    this.#turn = turn;
    this.#random = random;
  }

  start(): void {
    for (let taker = 0; taker < this.#count; taker++) this.#think(taker);
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  #think(taker: number): void {
    this.#timers[taker] = setTimeout(
      () => {
        this.#turn(taker);
        this.#think(taker);
      },
      thinkMs(this.#meanMs, this.#random),
    );
  }
}

/** How long someone thinks: exponential, so that what they did before tells nothing of it. */
export function thinkMs(meanMs: number, random: () => number = nextRandom): number {
  return -Math.log(1 - random()) * meanMs;
}
