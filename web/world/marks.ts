/**
 * Small marks on the ground, as sprites: shadows, wakes in water, the dashed "hereabouts" circle around oneself, and the
 * one where one is going.
 */
import type { Sprite } from "./sprites.ts";
import type { Stage } from "./stage.ts";

const around = (side: number) => ({ left: side, right: side, above: side, below: side });

export function drawShadow(stage: Stage): Sprite {
  return stage.sprites.get("shadow", stage.camera.scale, around(24), (pen) => {
    pen.scale(1, 0.42);
    const soft = pen.createRadialGradient(2, 0, 4, 2, 0, 20);
    soft.addColorStop(0, stage.palette.shade);
    soft.addColorStop(0.55, stage.palette.shade);
    soft.addColorStop(1, "transparent");
    pen.fillStyle = soft;
    pen.beginPath();
    pen.arc(2, 0, 20, 0, 7);
    pen.fill();
  });
}

export function drawWake(stage: Stage): Sprite {
  return stage.sprites.get("wake", stage.camera.scale, around(26), (pen) => {
    pen.strokeStyle = stage.palette.shore;
    pen.lineWidth = 1.4;
    pen.beginPath();
    pen.ellipse(0, -1, 19, 8, 0, 0, 7);
    pen.stroke();
  });
}

export function drawMeRing(stage: Stage): Sprite {
  return stage.sprites.get("me", stage.camera.scale, around(32), (pen) => {
    pen.setLineDash([5.8, 4.2]);
    pen.lineWidth = 2.2;
    pen.strokeStyle = stage.palette.marker;
    pen.beginPath();
    pen.ellipse(0, -3.5, 23, 10, 0, 0, 7);
    pen.stroke();
  });
}

export function drawGoal(stage: Stage): Sprite {
  return stage.sprites.get("goal", stage.camera.scale, around(14), (pen) => {
    pen.strokeStyle = pen.fillStyle = stage.palette.marker;
    pen.lineWidth = 1.8;
    pen.setLineDash([3, 2.6]);
    pen.beginPath();
    pen.ellipse(0, 0, 10, 6, 0, 0, 7);
    pen.stroke();
    pen.beginPath();
    pen.ellipse(0, 0, 2, 1.4, 0, 0, 7);
    pen.fill();
  });
}

/** Light that a lamp throws on the ground. */
export function drawGlow(stage: Stage): Sprite {
  return stage.sprites.get("glow", stage.camera.scale, around(118), (pen) => {
    pen.scale(1, 0.72);
    const light = pen.createRadialGradient(0, 0, 6, 0, 0, 115);
    light.addColorStop(0, stage.palette.glow);
    light.addColorStop(0.35, fainter(stage.palette.glow, 0.5));
    light.addColorStop(1, fainter(stage.palette.glow, 0));
    pen.fillStyle = light;
    pen.beginPath();
    pen.arc(0, 0, 115, 0, 7);
    pen.fill();
  });
}

/** A colour of the palette with less of it. Canvas gradients to plain `transparent` would turn grey on the way. */
export const fainter = (color: string, part: number) =>
  color.replace(/\/ ([\d.]+)\)/, (_, alpha: string) => `/ ${Number(alpha) * part})`);
