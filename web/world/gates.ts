/**
 * Gates to other pieces: two posts with a board that names where they lead. Walking onto a gate's patch goes through, but
 * only for someone who was off it before: nobody is sent back by the gate they arrived at.
 */

import { gatePatch } from "../shared/land.ts";
import { landOf } from "../shared/lands.ts";
import { type Gate, type Point, sheetHalf } from "../shared/terrain.ts";
import type { Stage } from "./stage.ts";

/** One must have been this much further away than the patch reaches before a gate opens. */
const awayFactor = 1.5;

export class Gates {
  readonly stage: Stage;
  readonly gates: readonly Gate[];
  #armed = new Set<Gate>();

  constructor(stage: Stage, gates: readonly Gate[]) {
    this.stage = stage;
    this.gates = gates;
  }

  /** The gate that someone now at `at` has just walked into. */
  entered(at: Point): Gate | undefined {
    for (const gate of this.gates) {
      const distance = Math.hypot((at.x - gate.x) / gatePatch.rx, (at.y - gate.y) / gatePatch.ry);
      if (distance > awayFactor) this.#armed.add(gate);
      else if (distance < 0.8 && this.#armed.delete(gate)) return gate;
    }
    return undefined;
  }

  /** Where someone stands who came from `from`: before the gate that leads back there. */
  arrival(from: string | undefined): Point | undefined {
    const gate = this.gates.find(({ to }) => to === from);
    if (!gate) return undefined;
    const inwards = (at: number) => at - Math.sign(at) * (Math.abs(at) > sheetHalf * 0.8 ? 72 : 0);
    return { x: inwards(gate.x), y: inwards(gate.y) };
  }

  draw(gate: Gate): void {
    const { stage } = this;
    const { ink, paper, shade } = stage.palette;
    const isWater = landOf(gate.to).bowl;
    const reach = { left: 60, right: 60, above: 76, below: 10 };
    const sprite = stage.sprites.get(`gate ${gate.to}`, stage.camera.scale, reach, (pen) => {
      pen.lineCap = "round";
      pen.lineJoin = "round";
      pen.fillStyle = shade;
      for (const side of [-1, 1]) {
        pen.beginPath();
        pen.ellipse(side * gatePatch.rx + 3, 0, 8, 3.4, 0, 0, 7);
        pen.fill();
      }
      pen.strokeStyle = ink;
      pen.lineWidth = 4;
      pen.beginPath();
      for (const side of [-1, 1]) {
        pen.moveTo(side * gatePatch.rx, 0);
        pen.lineTo(side * gatePatch.rx, -50);
      }
      pen.stroke();
      pen.fillStyle = paper;
      pen.lineWidth = 1.8;
      pen.beginPath();
      pen.roundRect(-gatePatch.rx - 12, -68, gatePatch.rx * 2 + 24, 22, 2);
      pen.fill();
      pen.stroke();
      pen.fillStyle = ink;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.font = isWater ? `italic 15px ${stage.serif}` : `600 13px ${stage.sans}`;
      pen.fillText(gate.to, 0, -56.5);
    });
    stage.show(sprite, gate.x, gate.y);
  }
}
