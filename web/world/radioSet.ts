/** The radio as it is drawn, silent or playing, and ringed where one can reach it. */
import type { Point } from "../shared/terrain.ts";
import type { Stage } from "./stage.ts";

export function drawRadio(stage: Stage, { x, y }: Point, isPlaying: boolean, isNear: boolean): void {
  const { palette, sprites, camera, still, time } = stage;
  const { ink, paper, marker, shade } = palette;
  const beat = isPlaying ? (still ? 1 : 1 + (Math.floor(time * 3) % 3)) : 0;
  const size = { left: 34, right: 34, above: 64, below: 8 };
  const sprite = sprites.get(`radio ${beat} ${isNear}`, camera.scale, size, (pen) => {
    pen.lineJoin = pen.lineCap = "round";
    pen.fillStyle = shade;
    pen.beginPath();
    pen.ellipse(3, 0, 20, 5, 0, 0, 7);
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = ink;
    pen.fillStyle = paper;
    pen.beginPath();
    pen.moveTo(11, -24);
    pen.lineTo(22, -44);
    pen.roundRect(-18, -25, 36, 25, 4);
    pen.fill();
    pen.stroke();
    pen.fillStyle = isPlaying ? marker : ink;
    pen.beginPath();
    pen.arc(-7, -12.5, 7, 0, 7);
    pen.fill();
    pen.lineWidth = 1.6;
    pen.beginPath();
    for (const line of [-18, -13, -8]) {
      pen.moveTo(5, line);
      pen.lineTo(13, line);
    }
    pen.stroke();
    for (let wave = 1; wave <= beat; wave++) {
      pen.beginPath();
      pen.arc(22, -45, 3 + wave * 4, -1.3, 0.5);
      pen.stroke();
    }
    if (!isNear) return;
    pen.setLineDash([4, 3]);
    pen.strokeStyle = marker;
    pen.beginPath();
    pen.roundRect(-24, -31, 48, 36, 8);
    pen.stroke();
  });
  stage.show(sprite, x, y);
}
