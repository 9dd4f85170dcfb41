/**
 * Who matters to whom: chooses the movers of one frame where not all fit.
 *
 * Each stale mover around a client (changed since that client was last sent it) gets a score of its age in ticks times
 * a weight that falls steeply with the distance beyond those that are near; the highest are sent. Near reaches as far as
 * a frame can hold, so that the nearest go every tick; where more stand within a short distance they take turns. Who
 * is far is the sweep's matter (sweep.ts).
 */
import { maxSlots } from "../../schema/blocks.ts";
import { Grid, ringSpans } from "./grid.ts";
import type { Poses } from "./poses.ts";

const levels = 1024;
/** What the score of a near mover rises by with each tick. */
const perTick = 20;
/** Stale movers looked at for each that fits: a look around ends there. */
const looks = 2;
/** Those around that are not near go at least at this part of the rate of those that are. */
const leastWeight = 1 / 8;
/** Those in the inner half of near come first where not even all of near fit. */
const nextWeight = 2;
/** Part of a frame that near ones are to fill. */
const nearPart = 0.7;
/** Near goes no farther than this in one tick than the tick before, as a factor of the area. */
const nearChange = 1.25;
const everywhere = 2 * 0xffff ** 2;

/** Spreads the first of those that tie over all of them, tick by tick, in no step with how many there are. */
const scatter = 0x9e3779b1;

/** One client's interest. */
export interface Eye {
  /** Whose place it sees from; undefined sees from the middle. */
  slot: number | undefined;
  /** How far near reaches, in steps, squared; adapts to what a frame holds. */
  nearSquared: number;
}

export class Interest {
  readonly #poses: Poses;
  readonly #grid: Grid;
  readonly #spans: Uint16Array = new Uint16Array(ringSpans);
  readonly #around: Uint16Array = new Uint16Array(maxSlots);
  readonly #scores: Uint16Array = new Uint16Array(maxSlots);
  readonly #histogram: Uint16Array = new Uint16Array(levels);
  readonly #isChosen: Uint32Array = new Uint32Array(maxSlots / 32);
  readonly #leastSquared: number;
  readonly #middleX: number;
  readonly #middleY: number;

  /** Within `leastSteps` all are equally near. */
  constructor(poses: Poses, leastSteps: number) {
    this.#poses = poses;
    this.#grid = new Grid(poses, leastSteps);
    const { minX, minY, maxX, maxY, step } = poses.geometry;
    this.#middleX = (maxX - minX) / step / 2;
    this.#middleY = (maxY - minY) / step / 2;
    this.#leastSquared = Math.max(1, leastSteps) ** 2;
  }

  /** Begins a tick: only those that changed after tick `since` are looked at. */
  gather(since: number): void {
    this.#grid.gather(since);
  }

  /**
   * Writes up to `room` stale movers into `chosen`, in block order, for a client that was sent slot s at tick
   * `sentAt[s]`. Returns how many.
   */
  choose(sentAt: Uint32Array, eye: Eye, room: number, chosen: Uint16Array): number {
    const { tick } = this.#poses;
    const grid = this.#grid;
    const { slots, x, y, z, changedAt } = grid;
    const [eyeX, eyeY, eyeZ] = this.#placeOf(eye);
    const near = Math.max(this.#leastSquared, eye.nearSquared);
    const around = this.#around;
    const scores = this.#scores;
    const histogram = this.#histogram;
    const spans = this.#spans;
    const enough = room * looks;
    let nearCount = 0;
    let stale = 0;
    let highest = 1;
    for (let ring = 0, ends = -1; stale < enough && ends !== 0; ring++) {
      ends = grid.ring(eyeX, eyeY, ring, spans);
      for (let span = 0; span < ends; span += 2) {
        const past = spans[span + 1]!;
        for (let i = spans[span]!; i < past; i++) {
          const slot = slots[i]!;
          const sent = sentAt[slot]!;
          if (changedAt[i]! <= sent) continue;
          const dx = x[i]! - eyeX;
          const dy = y[i]! - eyeY;
          const dz = z[i]! - eyeZ;
          const squared = dx * dx + dy * dy + dz * dz;
          let score = (tick - sent) * perTick;
          if (squared > near) {
            // `**` is a call that would take longer than all the rest
            const nearness = (near / squared) * (near / squared);
            score *= Math.max(leastWeight, nearness * nearness);
          } else {
            nearCount++;
            if (squared * 4 < near) score *= nextWeight;
          }
          const level = score < 1 ? 1 : score < levels ? score | 0 : levels - 1;
          if (level > highest) highest = level;
          around[stale] = slot;
          scores[stale++] = level;
          histogram[level]!++;
        }
      }
    }
    if (room > 0) eye.nearSquared = adapt(near, nearCount / (room * nearPart));
    return this.#pick(stale, highest, room, chosen);
  }

  #placeOf({ slot }: Eye): readonly [x: number, y: number, z: number] {
    const { changedAt, x, y, z } = this.#poses;
    if (slot === undefined || changedAt[slot] === 0) return [this.#middleX, this.#middleY, 0];
    return [x[slot]!, y[slot]!, z[slot]!];
  }

  /**
   * Writes the up to `room` highest of the first `stale` scores, none above `highest`, into `chosen` in block order, ties
   * in turn. Returns how many. The histogram is empty afterwards.
   */
  #pick(stale: number, highest: number, room: number, chosen: Uint16Array): number {
    const histogram = this.#histogram;
    let threshold = highest;
    let above = 0;
    while (threshold > 1 && above + histogram[threshold]! < room) above += histogram[threshold--]!;
    const ties = histogram[threshold]!;
    const wanted = Math.min(Math.max(0, room - above), ties);
    const { tick, rank } = this.#poses;
    const firstTie = (Math.imul(tick, scatter) >>> 0) % Math.max(1, ties);
    const [around, scores, isChosen] = [this.#around, this.#scores, this.#isChosen];
    let tie = 0;
    let count = 0;
    for (let i = 0; i < stale; i++) {
      const score = scores[i]!;
      if (score < threshold) continue;
      if (score === threshold && (tie++ - firstTie + ties) % ties >= wanted) continue;
      const at = rank[around[i]!]!;
      isChosen[at >> 5]! |= 1 << (at & 31);
      count++;
    }
    histogram.fill(0, 0, highest + 1);
    return this.#inOrder(count, chosen);
  }

  /** Writes the `count` that are chosen into `chosen`, in block order. None is chosen afterwards. */
  #inOrder(count: number, chosen: Uint16Array): number {
    const order = this.#poses.ordered();
    const isChosen = this.#isChosen;
    let at = 0;
    for (let word = 0; at < count; word++) {
      let bits = isChosen[word]!;
      isChosen[word] = 0;
      for (; bits !== 0; bits &= bits - 1) chosen[at++] = order[(word << 5) + 31 - Math.clz32(bits & -bits)]!;
    }
    return count;
  }
}

/** Near as an area, for the next tick: `filled` is the part of its share of a frame that it filled. */
function adapt(near: number, filled: number): number {
  const factor = Math.min(nearChange, Math.max(1 / nearChange, 1 / (filled || 1 / nearChange)));
  return Math.min(everywhere, near * factor);
}
