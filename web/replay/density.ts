/** How much happened when, as marks below the scrub bar: where one finds what was said. */

import { find } from "../shared/dom.ts";
import type { Palette } from "../shared/palette.ts";
import type { Happened } from "./wording.ts";

const canvas = find("density", HTMLCanvasElement);

export function drawDensity(lines: readonly Happened[], durationMs: number, palette: Palette): void {
  const { clientWidth, clientHeight } = canvas;
  canvas.width = Math.max(1, Math.round(clientWidth * devicePixelRatio));
  canvas.height = Math.max(1, Math.round(clientHeight * devicePixelRatio));
  const pen = canvas.getContext("2d")!;
  const mark = Math.max(1, Math.round(1.5 * devicePixelRatio));
  for (const { t, is } of lines) {
    const x = Math.round((t / Math.max(1, durationMs)) * (canvas.width - mark));
    const isSaid = is === "words";
    pen.fillStyle = isSaid ? palette.marker : palette.ink;
    pen.globalAlpha = isSaid ? 0.8 : 0.35;
    const height = canvas.height * (isSaid ? 1 : 0.5);
    pen.fillRect(x, canvas.height - height, mark, height);
  }
}
