/** Where the table is on its canvas: along it, or turned so that one plays up and down where it is higher than wide. Pure. */
import { goalDepth, table } from "../../schema/puck.ts";

export type Point = { x: number; y: number };

/** Space around the table, in its units: the goals, and whoever stands at the edge. */
const margin = goalDepth + 8;

export class View {
  readonly isTurned: boolean;
  /** Pixels of CSS a unit. */
  readonly scale: number;
  readonly #left: number;
  readonly #top: number;

  constructor(width: number, height: number) {
    this.isTurned = height > width;
    const [across, down] = this.isTurned ? [table.height, table.width] : [table.width, table.height];
    this.scale = Math.min(width / (across + 2 * margin), height / (down + 2 * margin));
    this.#left = (width - across * this.scale) / 2;
    this.#top = (height - down * this.scale) / 2;
  }

  toScreen({ x, y }: Readonly<Point>): Point {
    const at = this.isTurned ? { x: y, y: table.width - x } : { x, y };
    return { x: this.#left + at.x * this.scale, y: this.#top + at.y * this.scale };
  }

  /** A direction on the screen as one on the table. */
  toTable({ x, y }: Readonly<Point>): Point {
    return this.isTurned ? { x: -y, y: x } : { x, y };
  }
}
