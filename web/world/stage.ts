/**
 * The canvas and what every drawing on it needs: camera, palette, sprites, time. Sized to the window and its pixels.
 */
import { currentScheme, onSchemeChange, type Palette, paletteOf, prefersStillness } from "../shared/palette.ts";
import { Camera } from "./camera.ts";
import { type Sprite, Sprites } from "./sprites.ts";

const maxRatio = 2.5;

/** In device pixels. */
export type Box = { left: number; top: number; right: number; bottom: number };

export class Stage {
  /** Where controls lie over the canvas. */
  covered: readonly Box[] = [];
  readonly canvas: HTMLCanvasElement;
  readonly pen: CanvasRenderingContext2D;
  readonly camera = new Camera();
  readonly sprites = new Sprites();
  palette: Palette;
  /** Seconds since the page was opened. */
  time = 0;
  still = prefersStillness();
  readonly sans = fontOf("--sans");
  readonly serif = fontOf("--serif");
  readonly #changed: (() => void)[] = [];
  #slug: string;

  constructor(canvas: HTMLCanvasElement, slug: string) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { alpha: false })!;
    this.#slug = slug;
    this.palette = paletteOf(slug, currentScheme());
    onSchemeChange(() => this.setSlug(this.#slug));
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change", () => {
      this.still = prefersStillness();
    });
    this.#resize();
  }

  setSlug(slug: string): void {
    this.#slug = slug;
    this.palette = paletteOf(slug, currentScheme());
    this.#refresh();
  }

  /** Calls back when size or palette changed, so that everything drawn before is out of date. */
  onChange(listener: () => void): void {
    this.#changed.push(listener);
  }

  /** Shows a sprite with its origin at a place of the world. */
  show(sprite: Sprite, x: number, y: number, alpha = 1, scaleX = 1, scaleY = scaleX): void {
    const { camera } = this;
    this.showAt(sprite, x * camera.scale - camera.originX, y * camera.scale - camera.originY, alpha, scaleX, scaleY);
  }

  /** The same at a place of the canvas, in device pixels. */
  showAt(sprite: Sprite, x: number, y: number, alpha = 1, scaleX = 1, scaleY = scaleX): void {
    const { canvas, anchorX, anchorY } = sprite;
    this.pen.globalAlpha = alpha;
    const isPlain = scaleX === 1 && scaleY === 1;
    const left = x - anchorX * scaleX;
    const top = y - anchorY * scaleY;
    if (isPlain) this.pen.drawImage(canvas, Math.round(left), Math.round(top));
    else this.pen.drawImage(canvas, left, top, canvas.width * scaleX, canvas.height * scaleY);
    this.pen.globalAlpha = 1;
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = Math.min(maxRatio, devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    this.camera.resize(clientWidth, clientHeight, ratio);
    this.#refresh();
  }

  #refresh(): void {
    this.sprites.clear();
    for (const listener of this.#changed) listener();
  }
}

function fontOf(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim() || "sans-serif";
}
