/**
 * The picture and its clock: one frame after another of the current visit, and the iris that closes and opens between
 * two of them.
 */
import type { Point } from "../shared/terrain.ts";
import type { Stage } from "./stage.ts";

/** Longer frames than this (a tab in the background) count as this long. */
const longestFrame = 0.1;
const irisSeconds = 0.32;

/** What a scene shows: one stay in a world. */
export interface Shown {
  readonly slug: string;
  readonly focus: Point;
  readonly isReady: boolean;
  update(seconds: number): void;
  draw(seconds: number): void;
  /** Forgets what was printed: size or palette changed. */
  refresh(): void;
  leave(): void;
}

export class Scene<Visit extends Shown> {
  readonly stage: Stage;
  #visit: Visit | undefined;
  #last = performance.now();
  #isOpen = false;
  /** 0 closed, 1 open. */
  #iris = 0;

  constructor(stage: Stage) {
    this.stage = stage;
    stage.onChange(() => this.#visit?.refresh());
    requestAnimationFrame((now) => this.#frame(now));
  }

  get visit(): Visit | undefined {
    return this.#visit;
  }

  show(visit: Visit): void {
    this.#visit?.leave();
    this.#visit = visit;
    this.stage.setSlug(visit.slug);
    this.stage.camera.jumpTo(visit.focus);
    this.#isOpen = true;
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Closes the iris; resolves when it is closed, also where nothing is drawn because the tab is hidden. */
  close(): Promise<void> {
    this.#isOpen = false;
    return new Promise((resolve) => setTimeout(resolve, this.stage.still ? 0 : irisSeconds * 1000));
  }

  #frame(now: number): void {
    requestAnimationFrame((next) => this.#frame(next));
    const seconds = Math.min(longestFrame, Math.max(0, (now - this.#last) / 1000));
    this.#last = now;
    const { stage } = this;
    stage.time += seconds;
    if (this.#visit) {
      this.#visit.update(seconds);
      if (stage.still || this.#iris === 0) stage.camera.jumpTo(this.#visit.focus);
      else stage.camera.follow(this.#visit.focus, seconds);
      this.#visit.draw(seconds);
    }
    this.#drawIris(seconds);
  }

  #drawIris(seconds: number): void {
    const change = this.stage.still ? 1 : seconds / irisSeconds;
    const opens = this.#isOpen && this.#visit?.isReady;
    this.#iris = Math.min(1, Math.max(0, this.#iris + (opens ? change : -change)));
    if (this.#iris === 1) return;
    const { pen, canvas, camera, palette } = this.stage;
    const { x, y } = this.#visit?.focus ?? { x: 0, y: 0 };
    const eased = this.#iris * this.#iris * (3 - 2 * this.#iris);
    pen.beginPath();
    pen.rect(0, 0, canvas.width, canvas.height);
    const radius = eased * Math.hypot(canvas.width, canvas.height);
    pen.arc(x * camera.scale - camera.originX, y * camera.scale - camera.originY, radius, 0, 7);
    pen.fillStyle = palette.paper;
    pen.fill("evenodd");
  }
}
