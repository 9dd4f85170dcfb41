/** One's own brush: pointer and keys become lines, a long one several strokes. Knows no network. */
import { maxPoints, type Stroke, sheet } from "../../schema/paint.ts";
import { type Easel, onSheet } from "./easel.ts";

export interface BrushActions {
  moved(at: { x: number; y: number }): void;
  /** A stroke is done. */
  drawn(stroke: Stroke): void;
  undo(): void;
}

const leastUnits = 3;
const stepUnits = 16;
const fineUnits = 4;
const ways: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Brush {
  at: { x: number; y: number } = { x: sheet.width / 2, y: sheet.height / 2 };
  color = 0;
  width = 8;
  /** What is being drawn. */
  line: Stroke | undefined;
  readonly #actions: BrushActions;

  constructor(canvas: HTMLCanvasElement, easel: Easel, actions: BrushActions) {
    this.#actions = actions;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      canvas.setPointerCapture(event.pointerId);
      this.#go(easel.place(event));
      this.#lift();
      this.#putDown();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.isPrimary) for (const each of coalesced(event)) this.#go(easel.place(each));
    });
    for (const type of ["pointerup", "pointercancel"] as const) canvas.addEventListener(type, () => this.#lift());
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    canvas.addEventListener("blur", () => this.#lift());
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const way = ways[event.key];
    if (way) {
      const units = event.shiftKey ? fineUnits : stepUnits;
      this.#go(onSheet({ x: this.at.x + way[0] * units, y: this.at.y + way[1] * units }));
    } else if (event.key === " ") {
      if (this.line) this.#lift();
      else this.#putDown();
    } else if (event.key.toLowerCase() === "u") this.#actions.undo();
    else return;
    event.preventDefault();
  }

  #go(to: { x: number; y: number }): void {
    this.at = to;
    this.#actions.moved(to);
    const points = this.line?.p;
    if (!points || Math.hypot(to.x - points.at(-2)!, to.y - points.at(-1)!) < leastUnits) return;
    points.push(to.x, to.y);
    if (points.length < maxPoints * 2) return;
    this.#lift();
    this.#putDown();
  }

  #putDown(): void {
    this.line = { c: this.color, w: this.width, p: [this.at.x, this.at.y] };
  }

  #lift(): void {
    const { line } = this;
    this.line = undefined;
    if (line) this.#actions.drawn(line);
  }
}

/** A screen shows fewer places than a pen was at. */
function coalesced(event: PointerEvent): PointerEvent[] {
  const events = event.getCoalescedEvents?.() ?? [];
  return events.length > 0 ? events : [event];
}
