/**
 * Lamps that anyone may switch: shared props `lamp-1` and `lamp-2` with the value `{ on: boolean }`, saved by the world.
 */
import type { Json } from "hereabouts/client";
import type { Lamp, Point } from "../shared/terrain.ts";
import { drawGlow, fainter } from "./marks.ts";
import type { Stage } from "./stage.ts";

/** How near one must stand to reach a lamp, in units. */
const reachUnits = 74;
const tapUnits = 30;
const lampHeight = 46;

type LampProps = { get(key: string): Json | undefined };

export class Lamps {
  readonly stage: Stage;
  readonly props: LampProps;
  readonly lamps: readonly Lamp[];
  /** How bright each one is shown, 0 to 1. */
  readonly #shown = new Map<string, number>();

  constructor(stage: Stage, props: LampProps, lamps: readonly Lamp[]) {
    this.stage = stage;
    this.props = props;
    this.lamps = lamps;
    for (const { key } of lamps) this.#shown.set(key, this.isOn(key) ? 1 : 0);
  }

  isOn(key: string): boolean {
    const value = this.props.get(key);
    return typeof value === "object" && value !== null && "on" in value && value.on === true;
  }

  /** The lamp that someone standing at `from` can reach. */
  within(from: Point): Lamp | undefined {
    return this.lamps.find((lamp) => Math.hypot(lamp.x - from.x, lamp.y - from.y) < reachUnits);
  }

  /** The lamp that was tapped, post and head. */
  at(tap: Point): Lamp | undefined {
    return this.lamps.find(
      ({ x, y }) =>
        Math.abs(x - tap.x) < tapUnits && tap.y < y + tapUnits * 0.6 && tap.y > y - lampHeight - tapUnits * 0.6,
    );
  }

  update(seconds: number): void {
    for (const [key, shown] of this.#shown) {
      const want = this.isOn(key) ? 1 : 0;
      this.#shown.set(key, shown + (want - shown) * (1 - Math.exp(-9 * seconds)));
    }
  }

  drawGlows(): void {
    for (const { key, x, y } of this.lamps) {
      const shown = this.#shown.get(key)!;
      const breath = this.stage.still ? 1 : 1 + Math.sin(this.stage.time * 1.7 + x) * 0.015;
      if (shown > 0.01) this.stage.show(drawGlow(this.stage), x, y, shown, breath);
    }
  }

  draw(lamp: Lamp, isNear: boolean): void {
    const { stage } = this;
    const lit = Math.round(this.#shown.get(lamp.key)! * 6) / 6;
    const { ink, paper, marker, shade, glow } = stage.palette;
    const reach = { left: 24, right: 24, above: lampHeight + 24, below: 8 };
    const sprite = stage.sprites.get(`lamp ${lit} ${isNear}`, stage.camera.scale, reach, (pen) => {
      pen.lineCap = "round";
      pen.lineJoin = "round";
      pen.fillStyle = shade;
      pen.beginPath();
      pen.ellipse(3, 0, 10, 4, 0, 0, 7);
      pen.fill();
      pen.strokeStyle = ink;
      pen.lineWidth = 2.6;
      pen.beginPath();
      pen.moveTo(0, 0);
      pen.lineTo(0, -lampHeight + 12);
      pen.moveTo(-5, 0);
      pen.lineTo(5, 0);
      pen.stroke();
      drawHead(pen, lit, ink, paper);
      if (lit > 0) drawHalo(pen, lit, glow);
      if (!isNear) return;
      pen.setLineDash([4, 3]);
      pen.lineWidth = 1.8;
      pen.strokeStyle = marker;
      pen.beginPath();
      pen.arc(0, -lampHeight + 4, 16, 0, 7);
      pen.stroke();
    });
    stage.show(sprite, lamp.x, lamp.y);
  }
}

/** A storm lantern: glass between a cap and a ring. */
function drawHead(pen: CanvasRenderingContext2D, lit: number, ink: string, paper: string): void {
  const top = -lampHeight;
  pen.lineWidth = 1.8;
  pen.beginPath();
  pen.roundRect(-6.5, top - 3, 13, 16, 5);
  pen.fillStyle = paper;
  pen.fill();
  pen.globalAlpha = lit;
  pen.fillStyle = "#ffd257";
  pen.fill();
  pen.globalAlpha = 1;
  pen.stroke();
  pen.beginPath();
  pen.moveTo(-8, top - 2);
  pen.lineTo(0, top - 8.5);
  pen.lineTo(8, top - 2);
  pen.closePath();
  pen.fillStyle = ink;
  pen.fill();
  pen.stroke();
}

function drawHalo(pen: CanvasRenderingContext2D, lit: number, glow: string): void {
  const halo = pen.createRadialGradient(0, -lampHeight + 5, 3, 0, -lampHeight + 5, 22);
  halo.addColorStop(0, glow);
  halo.addColorStop(1, fainter(glow, 0));
  pen.globalAlpha = lit * 0.8;
  pen.fillStyle = halo;
  pen.fillRect(-24, -lampHeight - 20, 48, 48);
  pen.globalAlpha = 1;
}
