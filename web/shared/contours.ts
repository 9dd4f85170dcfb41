/**
 * Lines of equal height, by marching squares: for a rectangle of land and a level, the area above it to fill and its
 * edge to stroke, both in world units.
 */

/** Side of a sampling cell in units. */
const cell = 8;

export type Rect = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
export type HeightGrid = {
  readonly rect: Rect;
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
};

/** Heights sampled at the corners of cells that cover `rect`. */
export function sampleHeights(rect: Rect, height: (x: number, y: number) => number): HeightGrid {
  const columns = Math.ceil(rect.width / cell);
  const rows = Math.ceil(rect.height / cell);
  const values = new Float32Array((columns + 1) * (rows + 1));
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      values[row * (columns + 1) + column] = height(rect.x + column * cell, rect.y + row * cell);
    }
  }
  return { rect, columns, rows, values };
}

export function contourAt(grid: HeightGrid, level: number): { area: Path2D; line: Path2D } {
  const area = new Path2D();
  const line = new Path2D();
  const { columns, rows, values, rect } = grid;
  for (let row = 0; row < rows; row++) {
    let runStart = -1;
    for (let column = 0; column <= columns; column++) {
      const at = row * (columns + 1) + column;
      const corners =
        column < columns ? [values[at]!, values[at + 1]!, values[at + columns + 2]!, values[at + columns + 1]!] : [];
      const above = corners.filter((value) => value >= level).length;
      if (above === 4 && runStart < 0) runStart = column;
      if (above !== 4 && runStart >= 0) {
        area.rect(rect.x + runStart * cell, rect.y + row * cell, (column - runStart) * cell, cell);
        runStart = -1;
      }
      if (above > 0 && above < 4) addCell(area, line, rect.x + column * cell, rect.y + row * cell, corners, level);
    }
  }
  return { area, line };
}

const cornerX = [0, cell, cell, 0];
const cornerY = [0, 0, cell, cell];

/** Walks around one cell; where the edge goes below the level and comes back, it leaves a piece of the line. */
function addCell(area: Path2D, line: Path2D, x: number, y: number, corners: readonly number[], level: number): void {
  const points: [number, number, "in" | "leave" | "enter"][] = [];
  for (let i = 0; i < 4; i++) {
    const next = (i + 1) % 4;
    const [from, to] = [corners[i]!, corners[next]!];
    if (from >= level) points.push([x + cornerX[i]!, y + cornerY[i]!, "in"]);
    if (from >= level === to >= level) continue;
    const t = (level - from) / (to - from);
    points.push([
      x + cornerX[i]! + (cornerX[next]! - cornerX[i]!) * t,
      y + cornerY[i]! + (cornerY[next]! - cornerY[i]!) * t,
      from >= level ? "leave" : "enter",
    ]);
  }
  points.forEach(([px, py, kind], i) => {
    if (i === 0) area.moveTo(px, py);
    else area.lineTo(px, py);
    if (kind !== "leave") return;
    const [nx, ny] = points[(i + 1) % points.length]!;
    line.moveTo(px, py);
    line.lineTo(nx, ny);
  });
  area.closePath();
}
