/**
 * What part of the sheet the window shows, and how large. Follows a point softly and stops at the sheet's edges, leaving
 * room there for the controls that lie over the canvas. CSS pixels outside, device pixels in `scale` and `origin`.
 */
import { type Point, sheetHalf } from "../shared/terrain.ts";

/** The longer side of the window shows about this many units. */
const unitsAcross = 800;
const closest = { min: 1.12, max: 2.6 };
/** How fast the camera catches up: parts of the way per second, as an exponent. */
const followRate = 6;
const marginPx = 26;

export type Insets = { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };

export class Camera {
  width = 1;
  height = 1;
  ratio = 1;
  /** Device pixels per unit; a multiple of 1/64, so that ground tiles have whole pixels. */
  scale = 1;
  /** Device pixels from the world's origin to the canvas's top left corner. */
  originX = 0;
  originY = 0;
  insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  #x = 0;
  #y = 0;

  /** `width` and `height` in CSS pixels. */
  resize(width: number, height: number, ratio: number): void {
    this.width = width;
    this.height = height;
    this.ratio = ratio;
    const zoom = Math.min(closest.max, Math.max(closest.min, Math.max(width, height) / unitsAcross));
    this.scale = Math.round(zoom * ratio * 64) / 64;
    this.#settle();
  }

  jumpTo(point: Point): void {
    this.#x = point.x;
    this.#y = point.y;
    this.#settle();
  }

  follow(point: Point, seconds: number): void {
    const part = 1 - Math.exp(-followRate * seconds);
    this.#x += (point.x - this.#x) * part;
    this.#y += (point.y - this.#y) * part;
    this.#settle();
  }

  /** How far around its middle the window shows the world clear of controls, in units. */
  get reach(): Insets {
    const units = (px: number) => (px * this.ratio) / this.scale;
    const { top, right, bottom, left } = this.insets;
    const [halfWidth, halfHeight] = [this.width / 2, this.height / 2];
    return {
      top: units(halfHeight - top),
      right: units(halfWidth - right),
      bottom: units(halfHeight - bottom),
      left: units(halfWidth - left),
    };
  }

  /** A place on the canvas, in CSS pixels, as a place in the world. */
  toWorld(x: number, y: number): Point {
    return { x: (x * this.ratio + this.originX) / this.scale, y: (y * this.ratio + this.originY) / this.scale };
  }

  #settle(): void {
    const units = (px: number) => (px * this.ratio) / this.scale;
    const { top, right, bottom, left } = this.insets;
    this.#x = within(this.#x, units(this.width) / 2, units(left + marginPx), units(right + marginPx));
    this.#y = within(this.#y, units(this.height) / 2, units(top + marginPx), units(bottom + marginPx));
    this.originX = Math.round(this.#x * this.scale - (this.width * this.ratio) / 2);
    this.originY = Math.round(this.#y * this.scale - (this.height * this.ratio) / 2);
  }
}

/** The nearest centre to `at` from which `half` to each side reaches past the edges by the given margins at most. */
function within(at: number, half: number, before: number, after: number): number {
  const min = -sheetHalf - before + half;
  const max = sheetHalf + after - half;
  return min > max ? (min + max) / 2 : Math.min(max, Math.max(min, at));
}
