/**
 * Who has come to rest: their last pose is sent reliably once to those whose frames may be lost, so that nothing stays
 * stale after a lost frame. Looked for a few times a second, and encoded once for all.
 */
import { maxSlots, writeBlocks } from "../../schema/blocks.ts";
import type { Poses } from "./poses.ts";

/** At most this much of a room's poses at once, below the longest WebSocket frame of one write: more wait for the next. */
const mostBytes = 60_000;

export class Rested {
  readonly #poses: Poses;
  readonly #ticks: number;
  readonly #slots: Uint16Array = new Uint16Array(maxSlots);
  readonly bytes: Buffer = Buffer.alloc(mostBytes);
  #encodedAt = 0;
  #length = 0;

  /** Looked for every so many `ticks`; at rest is who did not change for as many. */
  constructor(poses: Poses, ticks: number) {
    this.#poses = poses;
    this.#ticks = ticks;
  }

  /** Bytes of the blocks that are due at this tick, in `bytes`. */
  due(): number {
    const { tick, changedAt } = this.#poses;
    if (tick % this.#ticks !== 0) return 0;
    if (this.#encodedAt === tick) return this.#length;
    this.#encodedAt = tick;
    let count = 0;
    for (const slot of this.#poses.ordered()) {
      const age = tick - changedAt[slot]!;
      if (age >= this.#ticks && age < this.#ticks * 2) this.#slots[count++] = slot;
    }
    this.#length = writeBlocks(this.bytes, 0, mostBytes, this.#poses, this.#slots, count);
    return this.#length;
  }
}
