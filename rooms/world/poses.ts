/**
 * The poses of a world by slot, as floats for its rules and as steps for its frames, with the tick at which each last
 * changed. A slot that was freed rests for a while before someone else gets it, so that no late frame draws one person
 * in another's place.
 */

import { maxSlots, type QuantizedPoses, quantize } from "../../schema/blocks.ts";
import { type Geometry, geometryOf, type Pose } from "../../schema/geometry.ts";

const restMs = 5000;
/** Room for so many at first: most worlds are small, and there may be thousands. It doubles. */
const fewestSlots = 64;

export class Poses implements QuantizedPoses {
  readonly geometry: Geometry;
  x: Uint16Array = new Uint16Array(fewestSlots);
  y: Uint16Array = new Uint16Array(fewestSlots);
  z: Uint16Array = new Uint16Array(fewestSlots);
  direction: Uint8Array = new Uint8Array(fewestSlots);
  key: Uint16Array = new Uint16Array(fewestSlots);
  /** Where a slot stands in `ordered()`, once that was called. */
  rank: Uint16Array = new Uint16Array(fewestSlots);
  /** The tick whose frames were the first to carry a slot's pose as it is; 0 while it has none. */
  changedAt: Uint32Array = new Uint32Array(fewestSlots);
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
    if (this.#exact.length === this.x.length) this.#grow(this.x.length * 2);
    return this.#exact.push(undefined) - 1;
  }

  #grow(slots: number): void {
    const grown = <T extends Uint8Array | Uint16Array | Uint32Array>(into: T, from: T) => {
      into.set(from);
      return into;
    };
    this.x = grown(new Uint16Array(slots), this.x);
    this.y = grown(new Uint16Array(slots), this.y);
    this.z = grown(new Uint16Array(slots), this.z);
    this.direction = grown(new Uint8Array(slots), this.direction);
    this.key = grown(new Uint16Array(slots), this.key);
    this.rank = grown(new Uint16Array(slots), this.rank);
    this.changedAt = grown(new Uint32Array(slots), this.changedAt);
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
