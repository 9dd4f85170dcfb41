/**
 * Movers by place, gathered anew each tick, so that looking around costs what moves there and not what the world holds.
 * Cells are squares over the box that the movers stand in, about four movers each where they are spread.
 */
import { maxSlots } from "../../schema/blocks.ts";
import type { Poses } from "./poses.ts";

const perCell = 4;
const maxSide = 32;

export class Grid {
  readonly #movers: Uint16Array = new Uint16Array(maxSlots);
  readonly #sorted: Uint16Array = new Uint16Array(maxSlots);
  readonly #cellOf: Uint16Array = new Uint16Array(maxSlots);
  /** Movers of cell c stand in #sorted from #starts[c] up to #starts[c + 1]. */
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
    // each cell's start is moved to its end as it fills, which makes it the start of the next one
    for (let i = 0; i < this.#count; i++) this.#sorted[starts[this.#cellOf[i]! + 1]!++] = this.#movers[i]!;
  }

  /**
   * Writes those around a place that changed since they were sent at `sentAt` into `out`, ring after ring of cells until
   * there are `enough` or no more; returns how many. The nearest are among them, give or take a cell.
   */
  around(x: number, y: number, sentAt: Uint32Array, enough: number, out: Uint16Array): number {
    const [column, row] = [this.#columnOf(x), this.#rowOf(y)];
    const last = Math.max(column, this.#columns - 1 - column, row, this.#rows - 1 - row);
    let found = 0;
    for (let ring = 0; ring <= last && found < enough; ring++) {
      const top = Math.max(0, row - ring);
      const bottom = Math.min(this.#rows - 1, row + ring);
      for (let at = top; at <= bottom; at++) {
        const isWhole = at === row - ring || at === row + ring;
        if (isWhole) found = this.#take(at, Math.max(0, column - ring), column + ring, sentAt, out, found);
        else {
          if (column - ring >= 0) found = this.#take(at, column - ring, column - ring, sentAt, out, found);
          if (column + ring < this.#columns) found = this.#take(at, column + ring, column + ring, sentAt, out, found);
        }
      }
    }
    return found;
  }

  /** Movers of a row's cells from column `from` to `to`, which stand beside one another. */
  #take(row: number, from: number, to: number, sentAt: Uint32Array, out: Uint16Array, found: number): number {
    const { changedAt } = this.#poses;
    const start = this.#starts[row * this.#columns + from]!;
    const end = this.#starts[row * this.#columns + Math.min(to, this.#columns - 1) + 1]!;
    let count = found;
    for (let i = start; i < end; i++) {
      const slot = this.#sorted[i]!;
      if (changedAt[slot]! > sentAt[slot]!) out[count++] = slot;
    }
    return count;
  }

  #columnOf(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.trunc((x - this.#minX) / this.#cellSteps)));
  }

  #rowOf(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.trunc((y - this.#minY) / this.#cellSteps)));
  }
}
