/**
 * Who matters to whom: chooses the movers of one frame where not all fit.
 *
 * Each stale mover (changed since this client was last sent it) gets a score of its age in ticks times a weight that
 * falls with the square of its distance; the highest are sent. So the nearest go every tick and the rest in turn; one that
 * was left out for `farTicks` comes before all others, so that even the farthest are sent by then if the budget allows.
 */
import { maxSlots } from "../../schema/frames.ts";
import type { Poses } from "./poses.ts";

const levels = 1024;
/** Score at which a mover is due; one left out goes on rising, near and far alike. */
const due = levels / 4;
/** Scores up to here have a level each, those above share one by sixteen: so a near one rises for 34 ticks. */
const fine = levels / 2;

/** In the densest crowd near is still a quarter of the distance it is at most, squared. */
const closest = 1 / 16;

/** Spreads the first of those that tie over all of them, tick by tick, in no step with how many there are. */
const scatter = 0x9e3779b1;

export class Interest {
  readonly #scores: Uint16Array = new Uint16Array(maxSlots);
  readonly #histogram: Uint16Array = new Uint16Array(levels);
  readonly #widestSquared: number;
  #nearStepsSquared: number;
  readonly #leastWeight: number;
  readonly #farTicks: number;

  /** `nearSteps`: within this distance, in steps, a mover is due at every tick; `focus` makes it less in a crowd. */
  constructor(options: { nearSteps: number; farTicks: number }) {
    this.#widestSquared = options.nearSteps ** 2;
    this.#nearStepsSquared = this.#widestSquared;
    this.#leastWeight = due / options.farTicks;
    this.#farTicks = options.farTicks;
  }

  /**
   * Takes stock of a tick: near is what about half of a frame of `room` movers can hold, by how densely they stand, so
   * that those next to one are not one in turn with half the world.
   */
  focus(poses: Poses, room: number): void {
    const order = poses.ordered();
    let [minX, minY, maxX, maxY] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
    for (let i = 0; i < order.length; i++) {
      const x = poses.x[order[i]!]!;
      const y = poses.y[order[i]!]!;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    const area = (maxX - minX + 1) * (maxY - minY + 1);
    const holdsHalf = (area * room) / (2 * Math.PI * order.length);
    this.#nearStepsSquared = Math.min(this.#widestSquared, Math.max(this.#widestSquared * closest, holdsHalf));
  }

  /**
   * Writes up to `room` stale movers into `chosen`, in block order, for a client that sees from slot `eye` and was sent
   * slot s at tick `sentAt[s]`. Returns how many.
   */
  choose(poses: Poses, sentAt: Uint32Array, eye: number | undefined, room: number, chosen: Uint16Array): number {
    const scores = this.#scores;
    const histogram = this.#histogram.fill(0);
    const order = poses.ordered();
    const { changedAt, x, y, z, tick } = poses;
    const isBlind = eye === undefined || changedAt[eye] === 0;
    const eyeX = isBlind ? 0 : x[eye]!;
    const eyeY = isBlind ? 0 : y[eye]!;
    const eyeZ = isBlind ? 0 : z[eye]!;
    const near = this.#nearStepsSquared * due;
    let stale = 0;
    for (let i = 0; i < order.length; i++) {
      const slot = order[i]!;
      if (changedAt[slot]! <= sentAt[slot]!) {
        scores[i] = 0;
        continue;
      }
      const dx = x[slot]! - eyeX;
      const dy = y[slot]! - eyeY;
      const dz = z[slot]! - eyeZ;
      const weight = near / (dx * dx + dy * dy + dz * dz + 1);
      const age = tick - sentAt[slot]!;
      const level =
        age >= this.#farTicks ? levels - 1 : levelOf(age * Math.min(due, Math.max(this.#leastWeight, weight)));
      scores[i] = level;
      histogram[level]!++;
      stale++;
    }
    if (stale === 0) return 0;
    let threshold = levels - 1;
    let above = 0;
    while (threshold > 1 && above + histogram[threshold]! < room) above += histogram[threshold--]!;
    const wanted = Math.min(room - above, histogram[threshold]!);
    const ties = histogram[threshold]!;
    const firstTie = (Math.imul(tick, scatter) >>> 0) % ties;
    let tie = 0;
    let count = 0;
    for (let i = 0; i < order.length; i++) {
      const score = scores[i]!;
      if (score > threshold) chosen[count++] = order[i]!;
      else if (score === threshold && (tie++ - firstTie + ties) % ties < wanted) chosen[count++] = order[i]!;
    }
    return count;
  }
}

function levelOf(score: number): number {
  if (score < fine) return score < 1 ? 1 : score | 0;
  return Math.min(levels - 1, fine + ((score - fine) >> 4));
}
