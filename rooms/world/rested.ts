/**
 * Who has come to rest: their last pose is sent reliably once to those whose frames may be lost, so that nothing stays
 * stale after a lost frame. Looked for a few times a second, and encoded once for all.
 */
import { maxSlots, writeBlocks } from "../../schema/blocks.ts";
import type { Poses } from "./poses.ts";

/** Holds all the people that a world takes (8,000), and is still sent in one write. */
const mostBytes = 65_000;
/** For all worlds: what is written there is copied at once. */
const slots = new Uint16Array(maxSlots);
const out = Buffer.alloc(mostBytes);
const none = Buffer.alloc(0);

export class Rested {
  readonly #poses: Poses;
  readonly #ticks: number;
  #encodedAt = 0;
  #due: Buffer = none;

  /** Looked for every so many `ticks`; at rest is who did not change for as many. */
  constructor(poses: Poses, ticks: number) {
    this.#poses = poses;
    this.#ticks = ticks;
  }

  /** Blocks of those who have come to rest since this was last due. */
  due(): Buffer {
    const { tick } = this.#poses;
    if (this.#encodedAt === tick) return this.#due;
    this.#encodedAt = tick;
    const isDue = tick % this.#ticks === 0;
    this.#due = isDue ? this.#encode((age) => age < this.#ticks * 2) : none;
    return this.#due;
  }

  /** Blocks of all who rest and were last sent before they changed, where that was at tick `sentAt(slot)`. */
  missed(sentAt: (slot: number) => number): Buffer {
    const { changedAt } = this.#poses;
    return this.#encode((_, slot) => changedAt[slot]! > sentAt(slot));
  }

  #encode(isWanted: (age: number, slot: number) => boolean): Buffer {
    const { tick, changedAt } = this.#poses;
    let count = 0;
    for (const slot of this.#poses.ordered()) {
      const age = tick - changedAt[slot]!;
      if (age >= this.#ticks && isWanted(age, slot)) slots[count++] = slot;
    }
    return count > 0 ? Buffer.from(out.subarray(0, writeBlocks(out, 0, mostBytes, this.#poses, slots, count))) : none;
  }
}
