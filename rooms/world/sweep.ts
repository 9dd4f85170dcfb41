/**
 * Goes round all slots, a few each tick, so that nobody is stale for longer than one time round, however far away and
 * however crowded it is near. Slots that lie beside one another share a row: the cheapest way to send a mover.
 */
import { writeRow } from "../../schema/blocks.ts";
import type { Poses } from "./poses.ts";

/** What a mover of a row costs, without a third axis and an angle. */
const moverBytes = 4;
/** Part of a frame for it: less is never used, more only where the time round needs it. */
const [usualPart, mostPart] = [0.3, 0.6];
/** Known slots in a row that are sent again rather than ending it. */
const holes = 1;

/** Slots `from` to before `past`. */
export type Span = { readonly from: number; readonly past: number };

export class Sweep {
  readonly #ticks: number;
  readonly #frameBytes: number;
  #span: Span = { from: 0, past: 0 };

  /** `ticks`: longest time round that frames of `frameBytes` are to have. */
  constructor(ticks: number, frameBytes: number) {
    this.#ticks = ticks;
    this.#frameBytes = frameBytes;
  }

  /** Goes on to the slots of this tick. All slots are below `slots`. */
  advance(slots: number): void {
    const movers = (part: number) => Math.max(1, Math.floor((this.#frameBytes * part) / moverBytes));
    const step = Math.min(movers(mostPart), Math.max(movers(usualPart), Math.ceil(slots / this.#ticks)));
    const from = this.#span.past >= slots ? 0 : this.#span.past;
    this.#span = { from, past: Math.min(slots, from + step) };
  }

  /** The slots of this tick. */
  get span(): Span {
    return this.#span;
  }

  /** Writes those of `span` that changed since they were sent at `sentAt`, and notes it there. Returns the offset behind. */
  write(out: Buffer, at: number, end: number, poses: Poses, sentAt: Uint32Array, span = this.#span): number {
    const { changedAt, tick } = poses;
    const isStale = (slot: number) => changedAt[slot]! > sentAt[slot]!;
    let offset = at;
    for (let slot = span.from; slot < span.past; slot++) {
      if (!isStale(slot)) continue;
      let past = slot + 1;
      for (let next = past; next < span.past && next <= past + holes && canShare(poses, slot, next); next++) {
        if (isStale(next)) past = next + 1;
      }
      offset = writeRow(out, offset, end, poses, slot, past, (written) => {
        sentAt[written] = tick;
      });
      slot = past - 1;
    }
    return offset;
  }
}

/** Whether two slots may share a row: both have a pose, and use the same axes. */
function canShare({ changedAt, key }: Poses, one: number, other: number): boolean {
  return changedAt[other] !== 0 && key[one]! >> 8 === key[other]! >> 8;
}
