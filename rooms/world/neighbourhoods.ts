/**
 * Parts the movers of a world into neighbourhoods: halves the world, across and along in turn, until few are left in
 * each part. Two times give the same number to the same part.
 */
import { maxSlots } from "../../schema/blocks.ts";
import type { Poses } from "./poses.ts";

/** In a neighbourhood. With more its corners would see less of what is near them than its middle. */
const most = 8;
const steps = 2 ** 16;

export class Neighbourhoods {
  readonly #poses: Poses;
  readonly #leastSteps: number;
  readonly #slots: Uint16Array = new Uint16Array(maxSlots);
  readonly #of: Float64Array = new Float64Array(maxSlots);

  /** `leastSteps`: side of the smallest, however many stand there. */
  constructor(poses: Poses, leastSteps: number) {
    this.#poses = poses;
    this.#leastSteps = leastSteps;
  }

  /** Parts those who have a pose now. */
  part(): void {
    const order = this.#poses.ordered();
    this.#slots.set(order);
    this.#halve(0, order.length, 1, 0, 0, steps, steps);
  }

  /** Number of the neighbourhood that a slot stood in when they were parted. */
  of(slot: number): number {
    return this.#of[slot]!;
  }

  #halve(from: number, past: number, number: number, x: number, y: number, width: number, height: number): void {
    if (past - from <= most || Math.max(width, height) <= this.#leastSteps) {
      for (let i = from; i < past; i++) this.#of[this.#slots[i]!] = number;
      return;
    }
    if (width > height) {
      const half = width / 2;
      const middle = this.#split(from, past, this.#poses.x, x + half);
      this.#halve(from, middle, number * 2, x, y, half, height);
      this.#halve(middle, past, number * 2 + 1, x + half, y, half, height);
    } else {
      const half = height / 2;
      const middle = this.#split(from, past, this.#poses.y, y + half);
      this.#halve(from, middle, number * 2, x, y, width, half);
      this.#halve(middle, past, number * 2 + 1, x, y + half, width, half);
    }
  }

  /** Moves those below `at` to the front. Returns where the others begin. */
  #split(from: number, past: number, along: Uint16Array, at: number): number {
    const slots = this.#slots;
    let middle = from;
    for (let i = from; i < past; i++) {
      const slot = slots[i]!;
      if (along[slot]! >= at) continue;
      slots[i] = slots[middle]!;
      slots[middle++] = slot;
    }
    return middle;
  }
}
