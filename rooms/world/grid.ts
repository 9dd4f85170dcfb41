/**
 * Movers by place, gathered anew each tick, so that looking around costs what moves there and not what the world holds.
 * Cells are squares over the box that the movers stand in, about four movers each where they are spread.
 */
import { maxSlots } from "../../schema/blocks.ts";
import type { Poses } from "./poses.ts";

const perCell = 4;
const maxSide = 32;

/** Ends of the longest ring, two for each span: its first and its last row are one, each row between them two. */
export const ringSpans = 2 * (2 * maxSide);

export class Grid {
  /** The movers cell by cell, and what is read of each: see `ring`. */
  readonly slots: Uint16Array = new Uint16Array(maxSlots);
  readonly x: Uint16Array = new Uint16Array(maxSlots);
  readonly y: Uint16Array = new Uint16Array(maxSlots);
  readonly z: Uint16Array = new Uint16Array(maxSlots);
  readonly changedAt: Uint32Array = new Uint32Array(maxSlots);
  readonly #movers: Uint16Array = new Uint16Array(maxSlots);
  readonly #cellOf: Uint16Array = new Uint16Array(maxSlots);
  /** Movers of cell c stand in `slots` from #starts[c] up to #starts[c + 1]. */
  readonly #starts: Uint16Array = new Uint16Array(maxSide * maxSide + 2);
  readonly #poses: Poses;
  readonly #leastSteps: number;
  #count = 0;
  #minX = 0;
  #minY = 0;
  #columns = 1;
  #rows = 1;
  #cellSteps = 1;

  /** `leastSteps`: side of the smallest cells. */
  constructor(poses: Poses, leastSteps: number) {
    this.#poses = poses;
    this.#leastSteps = leastSteps;
  }

  /** Takes the movers that changed after tick `since`. */
  gather(since: number): void {
    const { x, y, changedAt } = this.#poses;
    const order = this.#poses.ordered();
    let [minX, minY, maxX, maxY] = [0xffff, 0xffff, 0, 0];
    let count = 0;
    for (let i = 0; i < order.length; i++) {
      const slot = order[i]!;
      if (changedAt[slot]! <= since) continue;
      this.#movers[count++] = slot;
      if (x[slot]! < minX) minX = x[slot]!;
      if (x[slot]! > maxX) maxX = x[slot]!;
      if (y[slot]! < minY) minY = y[slot]!;
      if (y[slot]! > maxY) maxY = y[slot]!;
    }
    this.#count = count;
    this.#minX = minX;
    this.#minY = minY;
    const longest = Math.max(maxX - minX, maxY - minY, 0) + 1;
    const side = Math.min(maxSide, Math.max(1, Math.ceil(Math.sqrt(count / perCell))));
    this.#cellSteps = Math.max(this.#leastSteps, longest / side);
    this.#columns = Math.min(side, Math.max(1, Math.ceil((maxX - minX + 1) / this.#cellSteps)));
    this.#rows = Math.min(side, Math.max(1, Math.ceil((maxY - minY + 1) / this.#cellSteps)));
    this.#sort(x, y);
  }

  #sort(x: Uint16Array, y: Uint16Array): void {
    const starts = this.#starts.fill(0, 0, this.#columns * this.#rows + 2);
    for (let i = 0; i < this.#count; i++) {
      const slot = this.#movers[i]!;
      const cell = this.#rowOf(y[slot]!) * this.#columns + this.#columnOf(x[slot]!);
      this.#cellOf[i] = cell;
      starts[cell + 2]!++;
    }
    for (let cell = 2; cell < this.#columns * this.#rows + 2; cell++) starts[cell]! += starts[cell - 1]!;
    const { z, changedAt } = this.#poses;
    for (let i = 0; i < this.#count; i++) {
      const slot = this.#movers[i]!;
      // each cell's start is moved to its end as it fills, which makes it the start of the next one
      const at = starts[this.#cellOf[i]! + 1]!++;
      this.slots[at] = slot;
      this.x[at] = x[slot]!;
      this.y[at] = y[slot]!;
      this.z[at] = z[slot]!;
      this.changedAt[at] = changedAt[slot]!;
    }
  }

  /**
   * The cells that are `ring` cells away from a place, as spans of `slots`: writes where each begins and ends into `out`.
   * Returns how many numbers that are; 0 once all rings are past. The nearest movers are in the first, give or take a cell.
   */
  ring(x: number, y: number, ring: number, out: Uint16Array): number {
    const [column, row] = [this.#columnOf(x), this.#rowOf(y)];
    const [left, right] = [column - ring, column + ring];
    let count = 0;
    for (let at = Math.max(0, row - ring); at <= Math.min(this.#rows - 1, row + ring); at++) {
      if (at === row - ring || at === row + ring) count = this.#span(at, Math.max(0, left), right, out, count);
      else {
        if (left >= 0) count = this.#span(at, left, left, out, count);
        if (right < this.#columns) count = this.#span(at, right, right, out, count);
      }
    }
    return count;
  }

  /** A row's cells from column `from` to `to`, which stand beside one another. */
  #span(row: number, from: number, to: number, out: Uint16Array, count: number): number {
    out[count] = this.#starts[row * this.#columns + from]!;
    out[count + 1] = this.#starts[row * this.#columns + Math.min(to, this.#columns - 1) + 1]!;
    return count + 2;
  }

  #columnOf(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.trunc((x - this.#minX) / this.#cellSteps)));
  }

  #rowOf(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.trunc((y - this.#minY) / this.#cellSteps)));
  }
}
