/** The poses of one chunk, by slot: where someone was at any instant of it. */
import { fromSteps, type Geometry, mixPoses, type Pose } from "../geometry.ts";
import { readPoses, type Steps } from "./chunk.ts";

/** `from`: the tick before, from which on they went there. */
type Sample = { readonly t: number; readonly from: number; readonly steps: Steps };

export class Tracks {
  readonly first: number;
  readonly #geometry: Geometry;
  readonly #samples = new Map<number, Sample[]>();

  /** Throws where `poses` are none. */
  constructor(poses: Uint8Array<ArrayBuffer>, first: number, geometry: Geometry) {
    this.first = first;
    this.#geometry = geometry;
    let from = first;
    let now = first;
    const add = (t: number, slot: number, steps: Steps) => {
      const samples = this.#samples.get(slot);
      if (samples) samples.push({ t, from, steps });
      else this.#samples.set(slot, [{ t, from, steps }]);
    };
    readPoses(poses, first, {
      begin(before) {
        from = now = before;
      },
      key: (slot, steps) => add(first, slot, steps),
      tick(t) {
        from = now;
        now = t;
      },
      move: add,
    });
  }

  /**
   * Exactly what the frame of a tick said at that tick, and on the way there since the tick before, in `tickMs` at most.
   * `next` are the tracks of the chunk that follows. Undefined where a slot has no pose, or has its first one after `since`.
   */
  poseAt(slot: number, t: number, since: number, tickMs: number, next: Tracks | undefined): Pose | undefined {
    const samples = this.#samples.get(slot);
    const i = samples ? lastUpTo(samples, t) : -1;
    const sample = samples?.[i];
    if (!sample || sample.t < since) return undefined;
    const pose = fromSteps(sample.steps, this.#geometry);
    const after = samples[i + 1] ?? next?.firstOf(slot);
    const wayMs = after ? Math.min(tickMs, after.t - after.from) : 0;
    if (!after || t <= after.t - wayMs) return pose;
    return mixPoses(pose, fromSteps(after.steps, this.#geometry), 1 - (after.t - t) / wayMs);
  }

  firstOf(slot: number): Sample | undefined {
    return this.#samples.get(slot)?.[0];
  }
}

function lastUpTo(samples: readonly Sample[], t: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle]!.t <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
