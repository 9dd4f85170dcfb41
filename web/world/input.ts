/**
 * Where one wishes to go: arrow keys or WASD, or the pointer (press to go there, hold or drag to be led). A short press
 * is also a tap, space an act, and P takes a picture; what these mean is decided elsewhere.
 */
import type { Point } from "../shared/terrain.ts";
import type { Camera } from "./camera.ts";

const keyDirections: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  KeyA: { x: -1, y: 0 },
  KeyD: { x: 1, y: 0 },
  KeyW: { x: 0, y: -1 },
  KeyS: { x: 0, y: 1 },
};
/** Where keys mean something else than walking. */
const ownKeys = "input, textarea, select, aside, dialog";
const tapMs = 300;
/** Within this of the goal one slows down, within the smaller one has arrived. */
const nearUnits = 34;
const arrivedUnits = 2;

export type InputActions = { tap: (at: Point) => void; act: () => void; speak: () => void; picture: () => void };

export class Input {
  /** Where one is going by pointer. */
  goal: Point | undefined;
  readonly #held = new Set<string>();
  readonly #camera: Pick<Camera, "toWorld">;
  #pointer: { id: number; x: number; y: number; since: number } | undefined;

  constructor(canvas: HTMLCanvasElement, camera: Pick<Camera, "toWorld">, actions: InputActions) {
    this.#camera = camera;
    addEventListener("keydown", (event) => this.#keyDown(event, actions));
    addEventListener("keyup", (event) => this.#held.delete(event.code));
    addEventListener("blur", () => this.#held.clear());
    canvas.addEventListener("pointerdown", (event) => {
      if (this.#pointer || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.#pointer = { id: event.pointerId, x: event.offsetX, y: event.offsetY, since: event.timeStamp };
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.#pointer?.id) return;
      this.#pointer.x = event.offsetX;
      this.#pointer.y = event.offsetY;
    });
    const release = (event: PointerEvent) => {
      if (event.pointerId !== this.#pointer?.id) return;
      const { x, y, since } = this.#pointer;
      this.#pointer = undefined;
      if (event.type === "pointercancel") return this.stop();
      this.goal = camera.toWorld(x, y);
      if (event.timeStamp - since < tapMs) actions.tap(this.goal);
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
  }

  stop(): void {
    this.goal = undefined;
  }

  /** The wish of this moment for someone at `from`: a direction of length 0 to 1. */
  wish(from: Point): Point {
    let x = 0;
    let y = 0;
    for (const key of this.#held) {
      x += keyDirections[key]!.x;
      y += keyDirections[key]!.y;
    }
    if (x !== 0 || y !== 0) {
      this.goal = undefined;
      const length = Math.hypot(x, y);
      return { x: x / length, y: y / length };
    }
    if (this.#pointer) this.goal = this.#camera.toWorld(this.#pointer.x, this.#pointer.y);
    if (!this.goal) return { x: 0, y: 0 };
    const [dx, dy] = [this.goal.x - from.x, this.goal.y - from.y];
    const distance = Math.hypot(dx, dy);
    if (distance < arrivedUnits) {
      this.goal = undefined;
      return { x: 0, y: 0 };
    }
    const speed = Math.min(1, distance / nearUnits) / distance;
    return { x: dx * speed, y: dy * speed };
  }

  #keyDown(event: KeyboardEvent, actions: InputActions): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isWithin(event.target, ownKeys)) return;
    if (event.code in keyDirections) this.#held.add(event.code);
    else if (event.key.toLowerCase() === "p" && !event.repeat) actions.picture();
    else if (isWithin(event.target, "button, a, summary")) return;
    else if (event.code === "Space" && !event.repeat) actions.act();
    else if (event.code === "Enter") actions.speak();
    else return;
    event.preventDefault();
  }
}

function isWithin(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}
