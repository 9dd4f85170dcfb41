/**
 * Where each mover is at each of its steps, so that a pose tells by itself when it was sent.
 *
 * Every mover walks round a square of its own. No two steps of a round are at the same place, so whoever reads a pose
 * from a frame knows which step it was, and by the board when that step was taken: nothing needs to be added to the
 * protocol. A round takes 400 steps (20 s at 20 Hz): ages up to that are told apart. The square is tilted, so that each
 * step changes x and y, as most movement does: a patch that sends only what changed has no easy walk along an axis.
 */
import { UsageError } from "./usage.ts";

export const stepsPerRound = 400;
const stepsPerSide = stepsPerRound / 4;
/** Quantization steps that a stride must have on each axis for its steps to be told apart surely. */
const stepsPerStride = 3;
/** Cosine and sine of the tilt. */
const cos = 0.8;
const sin = 0.6;

export class Walk {
  readonly stride: number;
  /** The first corner of each mover's square, the one with the least y. */
  readonly #cornerX: Float64Array;
  readonly #cornerY: Float64Array;

  /** `people` squares spread evenly over -spread..spread in x and y. `stride` is what a step measures, in units. */
  constructor(people: number, spread: number, stride: number) {
    const extent = stepsPerSide * stride * (cos + sin);
    const free = 2 * spread - extent;
    if (free < 0) throw new UsageError(`--spread must be at least ${extent / 2} for this --stride.`);
    this.stride = stride;
    this.#cornerX = new Float64Array(people);
    this.#cornerY = new Float64Array(people);
    const leftOfCorner = stepsPerSide * stride * sin;
    for (let i = 0; i < people; i++) {
      // The R2 sequence: fills the area evenly for any number of people, and the same way in every run.
      this.#cornerX[i] = ((0.5 + i * 0.754_877_666_246_693) % 1) * free - spread + leftOfCorner;
      this.#cornerY[i] = ((0.5 + i * 0.569_840_290_998_053) % 1) * free - spread;
    }
  }

  /** Throws a UsageError if a world quantized to `step` could take one step for another. */
  mustSuit(step: number): void {
    const least = (stepsPerStride * step) / Math.min(cos, sin);
    if (this.stride < least)
      throw new UsageError(`--stride must be at least ${least} in this world of steps of ${step}.`);
  }

  x(mover: number, step: number): number {
    return this.#cornerX[mover]! + (cos * along(step) - sin * across(step)) * this.stride;
  }

  y(mover: number, step: number): number {
    return this.#cornerY[mover]! + (sin * along(step) + cos * across(step)) * this.stride;
  }

  /** The step that a mover is seen at, or -1 if the place is off its path by more than `tolerance` units on an axis. */
  stepAt(mover: number, x: number, y: number, tolerance: number): number {
    const dx = x - this.#cornerX[mover]!;
    const dy = y - this.#cornerY[mover]!;
    const step = stepOn(
      Math.round((cos * dx + sin * dy) / this.stride),
      Math.round((cos * dy - sin * dx) / this.stride),
    );
    if (step < 0) return -1;
    const isThere = Math.abs(this.x(mover, step) - x) <= tolerance && Math.abs(this.y(mover, step) - y) <= tolerance;
    return isThere ? step : -1;
  }
}

/** Strides along the square's first side. */
function along(step: number): number {
  const n = stepsPerSide;
  return step < n ? step : step < 2 * n ? n : step < 3 * n ? 3 * n - step : 0;
}

/** Strides across it, along the second side. */
function across(step: number): number {
  const n = stepsPerSide;
  return step < n ? 0 : step < 2 * n ? step - n : step < 3 * n ? n : 4 * n - step;
}

/** The step at so many strides along and across, -1 if there is none. */
function stepOn(i: number, j: number): number {
  const n = stepsPerSide;
  if (i < 0 || j < 0 || i > n || j > n) return -1;
  if (j === 0 && i < n) return i + 0; // never -0
  if (i === n && j < n) return n + j;
  if (j === n && i > 0) return 3 * n - i;
  if (i === 0 && j > 0) return 4 * n - j;
  return -1;
}
