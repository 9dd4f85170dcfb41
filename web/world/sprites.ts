/**
 * Pictures drawn once and shown often, kept by key; the least recently shown go first.
 */

export type Sprite = {
  readonly canvas: HTMLCanvasElement;
  /** Device pixels from the picture's left top to its origin. */
  readonly anchorX: number;
  readonly anchorY: number;
};

/** Space around the origin in the drawing's own units. */
export type Reach = { readonly left: number; readonly right: number; readonly above: number; readonly below: number };

const capacity = 700;

export class Sprites {
  readonly #kept = new Map<string, Sprite>();

  /** The sprite of `key`; drawn now, at `scale` device pixels per unit, if it is not kept. */
  get(key: string, scale: number, reach: Reach, draw: (pen: CanvasRenderingContext2D) => void): Sprite {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const canvas = document.createElement("canvas");
    const anchorX = Math.ceil(reach.left * scale);
    const anchorY = Math.ceil(reach.above * scale);
    canvas.width = anchorX + Math.ceil(reach.right * scale);
    canvas.height = anchorY + Math.ceil(reach.below * scale);
    const pen = canvas.getContext("2d")!;
    pen.setTransform(scale, 0, 0, scale, anchorX, anchorY);
    draw(pen);
    const sprite = { canvas, anchorX, anchorY };
    this.#kept.set(key, sprite);
    if (this.#kept.size > capacity) this.#kept.delete(this.#kept.keys().next().value!);
    return sprite;
  }

  clear(): void {
    this.#kept.clear();
  }
}
