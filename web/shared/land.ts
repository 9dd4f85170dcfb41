/**
 * Prints a rectangle of a terrain onto a canvas whose units are already those of the world: tints by height, contours,
 * the grid, footpaths (stepping stones where they cross water), gates' patches and what grows.
 */
import { contourAt, type Rect, sampleHeights } from "./contours.ts";
import { drawMotif } from "./motifs.ts";
import { type Palette, paletteOf } from "./palette.ts";
import { type Gate, gridUnits, type Plot, type Point, sheetHalf, type Terrain } from "./terrain.ts";

type Context = CanvasRenderingContext2D;

const contourStep = 0.055;
/** Motifs reach this far beyond the point where they stand. */
const motifReach = 30;
export const gatePatch = { rx: 34, ry: 22 };

/** `boldness` scales lines and marks: above 1 for prints that are much smaller than the land. */
export function drawLand(pen: Context, terrain: Terrain, palette: Palette, rect: Rect, boldness = 1): void {
  pen.lineCap = "round";
  pen.lineJoin = "round";
  drawRelief(pen, terrain, palette, rect, boldness);
  drawGrid(pen, palette, rect, boldness);
  for (const plot of terrain.plots) drawPlot(pen, plot, palette, boldness);
  for (const path of terrain.paths) drawPath(pen, path, terrain, palette, rect, boldness);
  for (const gate of terrain.gates) drawGatePatch(pen, gate, palette, boldness);
  let count = 0;
  for (const { kind, x, y, size, turn } of terrain.motifs) {
    if (x < rect.x - motifReach || x > rect.x + rect.width + motifReach) continue;
    if (y < rect.y - motifReach || y > rect.y + rect.height + motifReach) continue;
    if (boldness > 1 && count++ % Math.ceil(boldness) !== 0) continue;
    pen.save();
    pen.translate(x, y);
    pen.scale(size * boldness, size * boldness);
    drawMotif[kind](pen, palette, turn);
    pen.restore();
  }
}

function drawRelief(pen: Context, terrain: Terrain, palette: Palette, rect: Rect, boldness: number): void {
  const { waterline } = terrain.land;
  const tint = (level: number) =>
    level < waterline ? palette.water(level / waterline) : palette.ground((level - waterline) / (1 - waterline));
  const heights = sampleHeights(rect, terrain.height);
  pen.fillStyle = tint(0);
  pen.fillRect(rect.x, rect.y, rect.width, rect.height);
  const levels = [];
  for (let level = contourStep; level < 1; level += contourStep) levels.push(level);
  if (waterline > 0) levels.push(waterline);
  levels.sort((a, b) => a - b);
  levels.forEach((level, i) => {
    const { area, line } = contourAt(heights, level);
    pen.fillStyle = tint(level);
    pen.fill(area);
    const isShore = level === waterline;
    const isIndex = i % 4 === 0;
    pen.strokeStyle = level <= waterline ? palette.shore : palette.contour;
    pen.globalAlpha = isShore ? 1 : level < waterline ? 0.4 : isIndex ? 1 : 0.65;
    pen.lineWidth = (isShore ? 1.8 : isIndex ? 1.2 : 0.8) * boldness;
    pen.stroke(line);
    pen.globalAlpha = 1;
  });
}

function drawGrid(pen: Context, { grid }: Palette, rect: Rect, boldness: number): void {
  pen.strokeStyle = grid;
  pen.lineWidth = boldness;
  pen.beginPath();
  for (let at = -sheetHalf; at <= sheetHalf; at += gridUnits) {
    pen.moveTo(at, rect.y);
    pen.lineTo(at, rect.y + rect.height);
    pen.moveTo(rect.x, at);
    pen.lineTo(rect.x + rect.width, at);
  }
  pen.stroke();
}

/** Furrows inside, a hedge around. */
function drawPlot(pen: Context, { x, y, width, height, turn }: Plot, palette: Palette, boldness: number): void {
  pen.save();
  pen.translate(x, y);
  pen.rotate(turn);
  pen.fillStyle = palette.plot;
  pen.fillRect(-width / 2, -height / 2, width, height);
  pen.strokeStyle = palette.growth;
  pen.globalAlpha = 0.5;
  pen.lineWidth = boldness;
  pen.beginPath();
  for (let at = -height / 2 + 9; at < height / 2 - 4; at += 8 * boldness) {
    pen.moveTo(-width / 2 + 8, at);
    pen.lineTo(width / 2 - 8, at);
  }
  pen.stroke();
  pen.globalAlpha = 1;
  pen.strokeStyle = palette.growthDeep;
  pen.setLineDash([0, 6.5 * boldness]);
  pen.lineWidth = 5.5 * Math.sqrt(boldness);
  pen.strokeRect(-width / 2, -height / 2, width, height);
  pen.restore();
}

function drawPath(
  pen: Context,
  path: readonly Point[],
  terrain: Terrain,
  palette: Palette,
  rect: Rect,
  boldness: number,
): void {
  const width = 13 * Math.sqrt(boldness);
  const trace = () => {
    pen.beginPath();
    let drawing = false;
    for (const point of path) {
      const dry = !terrain.isWater(point.x, point.y);
      if (dry && drawing) pen.lineTo(point.x, point.y);
      else if (dry) pen.moveTo(point.x, point.y);
      drawing = dry;
    }
  };
  pen.save();
  trace();
  pen.strokeStyle = palette.path;
  pen.lineWidth = width;
  pen.stroke();
  trace();
  pen.setLineDash([7 * boldness, 6 * boldness]);
  pen.lineCap = "butt";
  pen.strokeStyle = palette.pathEdge;
  pen.lineWidth = 1.5 * boldness;
  pen.stroke();
  pen.setLineDash([]);
  path.forEach((point, i) => {
    if (i % 3 !== 0 || !terrain.isWater(point.x, point.y)) return;
    if (Math.abs(point.x - rect.x - rect.width / 2) > rect.width / 2 + width) return;
    pen.beginPath();
    pen.ellipse(point.x, point.y, width * 0.62, width * 0.44, (i % 7) * 0.4, 0, 7);
    pen.fillStyle = palette.path;
    pen.fill();
    pen.lineWidth = boldness;
    pen.stroke();
  });
  pen.restore();
}

/** A patch of the other piece's own ground: what one sees through the gate. */
function drawGatePatch(pen: Context, gate: Gate, palette: Palette, boldness: number): void {
  const beyond = paletteOf(gate.to, palette.scheme);
  pen.save();
  pen.beginPath();
  pen.ellipse(gate.x, gate.y, gatePatch.rx, gatePatch.ry, 0, 0, 7);
  pen.fillStyle = gate.to === "pond" ? beyond.water(0.4) : beyond.ground(0.35);
  pen.fill();
  pen.setLineDash([5 * boldness, 4.5 * boldness]);
  pen.lineCap = "butt";
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 1.6 * boldness;
  pen.stroke();
  pen.restore();
}
