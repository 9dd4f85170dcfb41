/**
 * A small print of a piece's land on a canvas, with as many figures strolling along its paths as people are there.
 * Draws only while it is seen, and only once where motion is not wanted.
 */
import { colors, drawBlob, faces } from "../shared/blob.ts";
import { drawLand } from "../shared/land.ts";
import { currentScheme, onSchemeChange, paletteOf, prefersStillness } from "../shared/palette.ts";
import { hashOf } from "../shared/seed.ts";
import { type Point, sheetHalf, type Terrain, terrainOf } from "../shared/terrain.ts";

const maxFigures = 14;
const strollSpeed = 26;
/** Figures are larger than life, to be seen at this scale. */
const figureScale = 1.75;
const boldness = 1.75;
const frameMs = 33;

type Stroller = { readonly path: readonly Point[]; at: number; way: 1 | -1; color: string; face: string };

export class Print {
  people = 0;
  readonly #canvas: HTMLCanvasElement;
  readonly #land = document.createElement("canvas");
  readonly #strollers: Stroller[] = [];
  #terrain: Terrain;
  #isSeen = false;
  #last = 0;

  constructor(canvas: HTMLCanvasElement, slug: string) {
    this.#canvas = canvas;
    this.#terrain = terrainOf(slug);
    new ResizeObserver(() => this.#print()).observe(canvas);
    new IntersectionObserver(([entry]) => {
      this.#isSeen = entry?.isIntersecting ?? false;
      if (this.#isSeen) requestAnimationFrame((now) => this.#frame(now));
    }).observe(canvas);
    onSchemeChange(() => this.#print());
  }

  /** Shows another piece. */
  show(slug: string): void {
    if (slug === this.#terrain.slug) return;
    this.#terrain = terrainOf(slug);
    this.#strollers.length = 0;
    this.#print();
  }

  setPeople(people: number): void {
    this.people = Math.min(maxFigures, people);
    const seed = hashOf(this.#terrain.slug);
    while (this.#strollers.length > this.people) this.#strollers.pop();
    while (this.#strollers.length < this.people) {
      const i = this.#strollers.length;
      const path = this.#terrain.paths[i % this.#terrain.paths.length]!;
      this.#strollers.push({
        path,
        at: ((seed >>> i) % 1000) / 1000,
        way: i % 2 === 0 ? 1 : -1,
        color: colors[(seed + i * 3) % colors.length]![1],
        face: faces[(seed + i) % faces.length]!,
      });
    }
    if (prefersStillness()) this.#draw(0);
  }

  /** Device pixels per unit: the sheet's middle fills the canvas. */
  get #scale(): number {
    return this.#canvas.width / (2 * sheetHalf);
  }

  #print(): void {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const { clientWidth, clientHeight } = this.#canvas;
    if (clientWidth === 0) return;
    this.#canvas.width = this.#land.width = Math.round(clientWidth * ratio);
    this.#canvas.height = this.#land.height = Math.round(clientHeight * ratio);
    const pen = this.#land.getContext("2d")!;
    const scale = this.#scale;
    const half = this.#canvas.height / scale / 2;
    pen.setTransform(scale, 0, 0, scale, this.#canvas.width / 2, this.#canvas.height / 2);
    const palette = paletteOf(this.#terrain.slug, currentScheme());
    const rect = { x: -sheetHalf, y: -half, width: 2 * sheetHalf, height: 2 * half };
    drawLand(pen, this.#terrain, palette, rect, boldness);
    this.#draw(0);
  }

  #frame(now: number): void {
    if (!this.#isSeen) return;
    requestAnimationFrame((next) => this.#frame(next));
    if (prefersStillness() || this.people === 0 || now - this.#last < frameMs) return;
    this.#draw(Math.min(0.1, (now - this.#last) / 1000));
    this.#last = now;
  }

  #draw(seconds: number): void {
    const pen = this.#canvas.getContext("2d")!;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.#land, 0, 0);
    const scale = this.#scale;
    for (const stroller of this.#strollers) {
      const length = stroller.path.length * 8;
      stroller.at += (stroller.way * strollSpeed * seconds) / length;
      if (stroller.at > 0.94) stroller.way = -1;
      if (stroller.at < 0.03) stroller.way = 1;
      const last = stroller.path.length - 2;
      const index = Math.min(last, Math.max(0, Math.floor(stroller.at * (last + 1))));
      const [from, to] = [stroller.path[index]!, stroller.path[index + 1]!];
      const part = stroller.at * (last + 1) - index;
      const [x, y] = [from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part];
      const angle = Math.atan2((to.y - from.y) * stroller.way, (to.x - from.x) * stroller.way);
      const hop = Math.abs(Math.sin(stroller.at * length * 0.16)) * 5;
      pen.setTransform(scale, 0, 0, scale, this.#canvas.width / 2 + x * scale, this.#canvas.height / 2 + y * scale);
      pen.scale(figureScale, figureScale);
      pen.fillStyle = "rgb(0 0 0 / 0.2)";
      pen.beginPath();
      pen.ellipse(2, 0, 15, 6, 0, 0, 7);
      pen.fill();
      pen.translate(0, -hop);
      drawBlob(pen, { ...stroller, x: Math.cos(angle), y: Math.sin(angle), asleep: false });
    }
  }
}
