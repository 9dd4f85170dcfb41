/**
 * One's own walking: turns a wish to go somewhere into a pose, with a little weight, and takes corrections softly.
 * Pure but for its own state.
 */
import type { Point } from "../shared/terrain.ts";

/** Units a second. */
export const walkSpeed = 220;
/** Share of the missing speed gained each second, as an exponent. */
const acceleration = 13;
const correctionRate = 10;
/** A correction larger than this is a jump, not a slip. */
const softUnits = 120;

export type Area = { readonly minX: number; readonly minY: number; readonly maxX: number; readonly maxY: number };

export class Walker {
  x = 0;
  y = 0;
  angle = Math.PI / 2;
  #speedX = 0;
  #speedY = 0;
  #slipX = 0;
  #slipY = 0;

  /** Where to draw oneself: the true place, while a correction is still being walked off. */
  get shownX(): number {
    return this.x + this.#slipX;
  }
  get shownY(): number {
    return this.y + this.#slipY;
  }

  place(pose: Point & { readonly angle?: number }): void {
    this.x = pose.x;
    this.y = pose.y;
    this.angle = pose.angle ?? this.angle;
    this.#speedX = this.#speedY = this.#slipX = this.#slipY = 0;
  }

  correct(pose: Point): void {
    this.#slipX = this.shownX - pose.x;
    this.#slipY = this.shownY - pose.y;
    if (Math.hypot(this.#slipX, this.#slipY) > softUnits) this.#slipX = this.#slipY = 0;
    this.x = pose.x;
    this.y = pose.y;
  }

  /** `wish` is a direction with a length of at most 1, in parts of the walking speed. Returns whether the pose changed. */
  step(seconds: number, wish: Point, area: Area): boolean {
    const part = 1 - Math.exp(-acceleration * seconds);
    this.#speedX += (wish.x * walkSpeed - this.#speedX) * part;
    this.#speedY += (wish.y * walkSpeed - this.#speedY) * part;
    const fade = Math.exp(-correctionRate * seconds);
    this.#slipX *= fade;
    this.#slipY *= fade;
    const isResting = wish.x === 0 && wish.y === 0 && Math.hypot(this.#speedX, this.#speedY) < 4;
    if (isResting) {
      this.#speedX = this.#speedY = 0;
      return false;
    }
    const x = Math.min(area.maxX, Math.max(area.minX, this.x + this.#speedX * seconds));
    const y = Math.min(area.maxY, Math.max(area.minY, this.y + this.#speedY * seconds));
    if (wish.x !== 0 || wish.y !== 0) this.angle = Math.atan2(wish.y, wish.x);
    const changed = x !== this.x || y !== this.y;
    this.x = x;
    this.y = y;
    return changed;
  }
}
