/** Chance from a seed: the same seed gives the same choices, so that what a test found can be looked at again. */
import { randomOf } from "../../web/shared/seed.ts";

/** A stream of numbers that depends on its seed only. */
export class Random {
  /** 0 up to but not including 1. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = randomOf(seed);
  }

  /** 0 to `below` - 1. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(from.length)]!;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.int(256)));
  }
}
