/** Draws the table: its lines, both goals, the puck, and whoever plays. Knows no network. */
import { goalDepth, goalHalf, middle, playerRadius, puckRadius, table } from "../../schema/puck.ts";
import { drawBlob } from "../shared/blob.ts";
import { currentScheme, type Palette, paletteOf, prefersStillness } from "../shared/palette.ts";
import { type Point, View } from "./view.ts";

export interface Figure extends Point {
  name: string;
  color: string;
  face: string;
  /** 1: plays to the right of the table, -1: to the left. */
  way: number;
  isMe: boolean;
  /** Less for who is away. */
  strength: number;
}

const trailLength = 10;
const centreRadius = 80;
const blobScale = 1.12;

export class Scene {
  readonly #canvas: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D;
  readonly #trail: Point[] = [];
  view: View;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d")!;
    this.view = this.#fit();
  }

  /** `aim`: the side of the goal to score in, as a figure's `way`. */
  draw(figures: readonly Figure[], puck: Readonly<Point>, aim: number): void {
    this.view = this.#fit();
    const palette = paletteOf("puck", currentScheme());
    this.#drawTable(palette, aim);
    this.#drawPuck(puck, palette);
    for (const figure of figures) if (!figure.isMe) this.#drawFigure(figure, palette);
    for (const figure of figures) if (figure.isMe) this.#drawFigure(figure, palette);
  }

  #fit(): View {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = Math.min(2, devicePixelRatio || 1);
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== across) this.#canvas.width = across;
    if (this.#canvas.height !== down) this.#canvas.height = down;
    this.#pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#pen.clearRect(0, 0, width, height);
    return new View(Math.max(1, width), Math.max(1, height));
  }

  #rect(x: number, y: number, width: number, height: number): [number, number, number, number] {
    const [a, b] = [this.view.toScreen({ x, y }), this.view.toScreen({ x: x + width, y: y + height })];
    return [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.abs(b.x - a.x), Math.abs(b.y - a.y)];
  }

  #drawTable(palette: Palette, aim: number): void {
    const pen = this.#pen;
    pen.lineWidth = 1.5;
    pen.strokeStyle = palette.ink;
    for (const side of [-1, 1]) {
      const x = side < 0 ? -goalDepth : table.width;
      pen.fillStyle = side === aim ? palette.marker : palette.stone;
      const goal = this.#rect(x, middle.y - goalHalf, goalDepth, 2 * goalHalf);
      pen.fillRect(...goal);
      pen.strokeRect(...goal);
    }
    pen.fillStyle = palette.ground(0.6);
    pen.fillRect(...this.#rect(0, 0, table.width, table.height));
    pen.strokeStyle = palette.contour;
    pen.beginPath();
    const centre = this.view.toScreen(middle);
    pen.arc(centre.x, centre.y, centreRadius * this.view.scale, 0, 7);
    pen.stroke();
    pen.strokeRect(...this.#rect(table.width / 2, 0, 0, table.height));
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2;
    pen.strokeRect(...this.#rect(0, 0, table.width, table.height));
  }

  #drawPuck(puck: Readonly<Point>, palette: Palette): void {
    const pen = this.#pen;
    const at = this.view.toScreen(puck);
    const radius = puckRadius * this.view.scale;
    if (!prefersStillness()) this.#drawTrail({ x: puck.x, y: puck.y }, radius, palette);
    pen.fillStyle = palette.ink;
    pen.beginPath();
    pen.arc(at.x, at.y, radius, 0, 7);
    pen.fill();
    pen.strokeStyle = palette.paper;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.arc(at.x, at.y, radius * 0.62, 0, 7);
    pen.stroke();
  }

  #drawTrail(puck: Point, radius: number, palette: Palette): void {
    this.#trail.push(puck);
    if (this.#trail.length > trailLength) this.#trail.shift();
    this.#pen.fillStyle = palette.shade;
    this.#trail.forEach((point, i) => {
      const at = this.view.toScreen(point);
      this.#pen.beginPath();
      this.#pen.arc(at.x, at.y, (radius * i) / trailLength, 0, 7);
      this.#pen.fill();
    });
  }

  /** Someone on a disc, whose arrow points to the goal they play to. */
  #drawFigure({ name, color, face, way, isMe, strength, ...point }: Figure, palette: Palette): void {
    const pen = this.#pen;
    const at = this.view.toScreen(point);
    pen.save();
    pen.globalAlpha = strength;
    pen.translate(at.x, at.y);
    pen.scale(this.view.scale, this.view.scale);
    pen.fillStyle = palette.paper;
    pen.strokeStyle = isMe ? palette.marker : palette.ink;
    pen.lineWidth = isMe ? 4 : 2;
    pen.beginPath();
    pen.arc(0, 0, playerRadius - 1, 0, 7);
    pen.fill();
    pen.stroke();
    this.#drawArrow(way, pen.strokeStyle as string);
    pen.save();
    pen.translate(0, playerRadius * 0.62);
    pen.scale(blobScale, blobScale);
    drawBlob(pen, { color, face, x: this.view.isTurned ? 0 : way * 0.5, y: 0, asleep: false });
    pen.restore();
    pen.restore();
    pen.save();
    pen.globalAlpha = strength;
    pen.fillStyle = palette.ink;
    pen.font = "13px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillText(isMe ? "you" : name, at.x, at.y + playerRadius * this.view.scale + 15, 120);
    pen.restore();
  }

  #drawArrow(way: number, color: string): void {
    const pen = this.#pen;
    pen.save();
    pen.rotate((this.view.isTurned ? -Math.PI / 2 : 0) + (way < 0 ? Math.PI : 0));
    pen.fillStyle = color;
    pen.beginPath();
    pen.moveTo(playerRadius + 9, 0);
    pen.lineTo(playerRadius + 1, -6);
    pen.lineTo(playerRadius + 1, 6);
    pen.fill();
    pen.restore();
  }
}
