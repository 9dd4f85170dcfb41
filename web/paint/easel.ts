/**
 * The sheet as it is seen: strokes that stay are printed once and copied at each frame; above them lines that are being
 * drawn, and the brushes of those who are here. Knows no network.
 */
import { type Stroke, sheet } from "../../schema/paint.ts";
import { currentScheme, onSchemeChange } from "../shared/palette.ts";
import { inkOf } from "./inks.ts";

export type Brush = { x: number; y: number; name: string; color: string; isMe: boolean; isDown: boolean };
type Shown = { strokes: ReadonlyMap<string, Stroke>; lines: Iterable<Stroke>; brushes: Iterable<Brush> };

export class Easel {
  readonly #canvas: HTMLCanvasElement;
  readonly #print = document.createElement("canvas");
  /** What the print has, in its order. */
  #printed: string[] = [];
  #isStale = true;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.#resize()).observe(canvas);
    onSchemeChange(() => (this.#isStale = true));
  }

  /** A place of the page in units of the sheet. */
  place({ clientX, clientY }: { clientX: number; clientY: number }): { x: number; y: number } {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return onSheet({ x: ((clientX - left) / width) * sheet.width, y: ((clientY - top) / height) * sheet.height });
  }

  draw({ strokes, lines, brushes }: Shown): void {
    this.#printStrokes(strokes);
    const pen = this.#canvas.getContext("2d")!;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    pen.drawImage(this.#print, 0, 0);
    this.#scale(pen);
    for (const line of lines) drawStroke(pen, line);
    // as large on a phone as on a desk
    const unit = sheet.width / Math.max(1, this.#canvas.clientWidth);
    for (const brush of brushes) drawBrush(pen, brush, unit);
  }

  #printStrokes(strokes: ReadonlyMap<string, Stroke>): void {
    const keys = [...strokes.keys()].sort();
    if (!this.#printed.every((key, i) => keys[i] === key)) this.#isStale = true;
    const pen = this.#print.getContext("2d")!;
    if (this.#isStale) {
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, this.#print.width, this.#print.height);
      this.#printed = [];
      this.#isStale = false;
    }
    this.#scale(pen);
    for (const key of keys.slice(this.#printed.length)) drawStroke(pen, strokes.get(key)!);
    this.#printed = keys;
  }

  #scale(pen: CanvasRenderingContext2D): void {
    pen.setTransform(this.#canvas.width / sheet.width, 0, 0, this.#canvas.height / sheet.height, 0, 0);
  }

  #resize(): void {
    const ratio = Math.min(2, devicePixelRatio || 1);
    for (const canvas of [this.#canvas, this.#print]) {
      canvas.width = Math.round(this.#canvas.clientWidth * ratio);
      canvas.height = Math.round(this.#canvas.clientHeight * ratio);
    }
    this.#isStale = true;
  }
}

export function onSheet({ x, y }: { x: number; y: number }): { x: number; y: number } {
  const within = (at: number, max: number) => Math.round(Math.min(max, Math.max(0, at)));
  return { x: within(x, sheet.width), y: within(y, sheet.height) };
}

function drawStroke(pen: CanvasRenderingContext2D, { c, w, p }: Stroke): void {
  pen.strokeStyle = inkOf(c, currentScheme());
  pen.lineWidth = w;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(p[0]!, p[1]!);
  // through the middles between points, so that corners of a quick hand are round
  for (let i = 2; i + 3 < p.length; i += 2) {
    pen.quadraticCurveTo(p[i]!, p[i + 1]!, (p[i]! + p[i + 2]!) / 2, (p[i + 1]! + p[i + 3]!) / 2);
  }
  pen.lineTo(p.at(-2)!, p.at(-1)!);
  pen.stroke();
}

function drawBrush(pen: CanvasRenderingContext2D, { x, y, name, color, isMe, isDown }: Brush, unit: number): void {
  const isNight = currentScheme() === "dark";
  pen.fillStyle = color;
  pen.strokeStyle = isNight ? "#eef1e6" : "#233a3c";
  pen.lineWidth = (isMe ? 2 : 1) * unit;
  pen.beginPath();
  pen.arc(x, y, (isDown ? 3.5 : 5.5) * unit, 0, 7);
  pen.fill();
  pen.stroke();
  if (isMe) return;
  pen.font = `600 ${13 * unit}px sans-serif`;
  pen.textAlign = x + 10 * unit + pen.measureText(name).width > sheet.width ? "right" : "left";
  pen.lineWidth = 3 * unit;
  pen.strokeStyle = isNight ? "#10201f" : "#f8faf5";
  pen.fillStyle = isNight ? "#eef1e6" : "#233a3c";
  const aside = (pen.textAlign === "left" ? 10 : -10) * unit;
  pen.strokeText(name, x + aside, y + 4 * unit, 160 * unit);
  pen.fillText(name, x + aside, y + 4 * unit, 160 * unit);
}
