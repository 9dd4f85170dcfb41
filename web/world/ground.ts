/**
 * The printed sheet under everyone's feet: drawn once into tiles, then only copied. Around it lies the margin of a map,
 * with a neat line and the letters and numbers of the grid.
 */
import { drawLand } from "../shared/land.ts";
import { gridUnits, sheetHalf, type Terrain } from "../shared/terrain.ts";
import type { Stage } from "./stage.ts";

const tileUnits = 256;
const tilesAcross = (2 * sheetHalf) / tileUnits;
/** Tiles outside the window that are printed ahead in one frame. */
const aheadPerFrame = 1;

export class Ground {
  readonly stage: Stage;
  readonly terrain: Terrain;
  #tiles = new Map<number, HTMLCanvasElement>();

  constructor(stage: Stage, terrain: Terrain) {
    this.stage = stage;
    this.terrain = terrain;
  }

  /** Forgets what was printed: the palette or the scale changed. */
  clear(): void {
    this.#tiles.clear();
  }

  draw(): void {
    const { pen, camera, canvas, palette } = this.stage;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = palette.paper;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    this.#drawMargin();
    const side = tileUnits * camera.scale;
    let ahead = aheadPerFrame;
    for (let index = 0; index < tilesAcross * tilesAcross; index++) {
      const left = (index % tilesAcross) * side - sheetHalf * camera.scale - camera.originX;
      const top = Math.floor(index / tilesAcross) * side - sheetHalf * camera.scale - camera.originY;
      const inside = left < canvas.width && top < canvas.height && left + side > 0 && top + side > 0;
      let tile = this.#tiles.get(index);
      if (!tile && (inside || ahead-- > 0)) {
        tile = this.#print(index, side);
        this.#tiles.set(index, tile);
      }
      if (tile && inside) pen.drawImage(tile, left, top);
    }
  }

  #print(index: number, side: number): HTMLCanvasElement {
    const { camera, palette } = this.stage;
    const tile = document.createElement("canvas");
    tile.width = tile.height = side;
    const pen = tile.getContext("2d", { alpha: false })!;
    const x = (index % tilesAcross) * tileUnits - sheetHalf;
    const y = Math.floor(index / tilesAcross) * tileUnits - sheetHalf;
    pen.setTransform(camera.scale, 0, 0, camera.scale, -x * camera.scale, -y * camera.scale);
    drawLand(pen, this.terrain, palette, { x, y, width: tileUnits, height: tileUnits });
    return tile;
  }

  #drawMargin(): void {
    const { pen, camera, palette, sans } = this.stage;
    const { scale, ratio, originX, originY } = camera;
    const left = -sheetHalf * scale - originX;
    const top = -sheetHalf * scale - originY;
    const side = 2 * sheetHalf * scale;
    pen.strokeStyle = palette.ink;
    pen.lineWidth = ratio;
    const gap = 5 * ratio;
    pen.strokeRect(left - gap, top - gap, side + 2 * gap, side + 2 * gap);
    pen.lineWidth = 2 * ratio;
    pen.strokeRect(left, top, side, side);
    pen.fillStyle = palette.faint;
    pen.font = `${11 * ratio}px ${sans}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const out = 15 * ratio;
    for (let i = 0; i < 8; i++) {
      const at = (i + 0.5) * gridUnits * scale;
      for (const edge of [top - out, top + side + out]) pen.fillText(String.fromCharCode(65 + i), left + at, edge);
      for (const edge of [left - out, left + side + out]) pen.fillText(String(i + 1), edge, top + at);
    }
  }
}
