/**
 * The poses of a world by slot, as floats for its rules and as steps for its frames, with the tick at which each last
 * changed. A slot that was freed rests for a while before someone else gets it, so that no late frame draws one person
 * in another's place.
 */

import { maxSlots, type QuantizedPoses, quantize } from "../../schema/blocks.ts";
import { type Geometry, geometryOf, type Pose } from "../../schema/geometry.ts";

const restMs = 5000;

export class Poses implements QuantizedPoses {
  readonly geometry: Geometry;
  readonly x: Uint16Array = new Uint16Array(maxSlots);
  readonly y: Uint16Array = new Uint16Array(maxSlots);
  readonly z: Uint16Array = new Uint16Array(maxSlots);
  readonly direction: Uint8Array = new Uint8Array(maxSlots);
  readonly key: Uint16Array = new Uint16Array(maxSlots);
  /** Where a slot stands in `ordered()`, once that was called. */
  readonly rank: Uint16Array = new Uint16Array(maxSlots);
  /** The tick whose frames were the first to carry a slot's pose as it is; 0 while it has none. */
  readonly changedAt: Uint32Array = new Uint32Array(maxSlots);
  /** The tick that the next frames belong to. Starts at 1. */
  tick = 1;

  readonly #exact: (Pose | undefined)[] = [];
  readonly #freed: { slot: number; at: number }[] = [];
  #order: Uint16Array = new Uint16Array(0);
  #isOrdered = true;

  constructor(geometry: Parameters<typeof geometryOf>[0]) {
    this.geometry = geometryOf(geometry);
  }

  /** A slot without a pose. Undefined if all are taken. */
  allocate(now: number): number | undefined {
    const rested = this.#freed.findIndex(({ at }) => at + restMs <= now);
    if (rested >= 0) return this.#freed.splice(rested, 1)[0]!.slot;
    if (this.#exact.length === maxSlots) return undefined;
    return this.#exact.push(undefined) - 1;
  }

  /** All slots are below this. */
  get slots(): number {
    return this.#exact.length;
  }

  free(slot: number, now: number): void {
    this.#exact[slot] = undefined;
    this.changedAt[slot] = 0;
    this.#isOrdered = false;
    this.#freed.push({ slot, at: now });
  }

  get(slot: number): Readonly<Pose> | undefined {
    return this.#exact[slot];
  }

  set(slot: number, pose: Readonly<Pose>): void {
    const { x, y, z, angle } = pose;
    const exact = this.#exact[slot];
    if (exact) {
      exact.x = x;
      exact.y = y;
      exact.z = z;
      exact.angle = angle;
    } else this.#exact[slot] = { x, y, z, angle };
    const key = this.key[slot];
    const isNew = this.changedAt[slot] === 0;
    const isChanged = quantize(this, slot, pose, this.geometry);
    if (isChanged || isNew) this.changedAt[slot] = this.tick;
    if (isNew || this.key[slot] !== key) this.#isOrdered = false;
  }

  /** Slots that have a pose, in the order of their block keys and then of their numbers. Valid until the next change. */
  ordered(): Uint16Array {
    if (this.#isOrdered) return this.#order;
    const slots: number[] = [];
    for (let slot = 0; slot < this.#exact.length; slot++) if (this.#exact[slot]) slots.push(slot);
    this.#order = Uint16Array.from(slots).sort((a, b) => this.key[a]! - this.key[b]!);
    for (let i = 0; i < this.#order.length; i++) this.rank[this.#order[i]!] = i;
    this.#isOrdered = true;
    return this.#order;
  }
}
