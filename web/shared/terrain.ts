/**
 * A sheet of land, computed from its slug alone: heights, footpaths, gates to other pieces, lamps, and the marks that
 * grow on it. Pure: it draws nothing. Units are those of the world; the sheet reaches from -512 to 512 on both axes.
 */
import { type Land, landOf, type MotifKind } from "./lands.ts";
import { hashOf, noiseOf, randomOf } from "./seed.ts";

export const sheetHalf = 512;
/** A square of the printed grid. */
export const gridUnits = 128;

export type Point = { readonly x: number; readonly y: number };
export type Gate = Point & { readonly to: string };
export type Lamp = Point & { readonly key: string };
/** A ploughed field: a rectangle turned by `turn`, with its furrows. */
export type Plot = Point & { readonly width: number; readonly height: number; readonly turn: number };
export type Motif = Point & { readonly kind: MotifKind; readonly size: number; readonly turn: number };

export type Terrain = {
  readonly slug: string;
  readonly land: Land;
  readonly height: (x: number, y: number) => number;
  readonly isWater: (x: number, y: number) => boolean;
  readonly gates: readonly Gate[];
  readonly lamps: readonly Lamp[];
  readonly radio: Point | undefined;
  /** Each a line of points, 8 units apart, from the crossing to the sheet's edge behind a gate. */
  readonly paths: readonly (readonly Point[])[];
  readonly plots: readonly Plot[];
  readonly motifs: readonly Motif[];
};

const edge = 448;

/** Field, pond and meadow lie side by side from west to east: their paths meet at the sheets' edges. */
const gatesOf: Record<string, readonly Gate[]> = {
  field: [
    { to: "pond", x: edge, y: -40 },
    { to: "meadow", x: -150, y: edge },
  ],
  pond: [
    { to: "field", x: -edge, y: -40 },
    { to: "meadow", x: edge, y: 70 },
  ],
  meadow: [
    { to: "pond", x: -edge, y: 70 },
    { to: "field", x: 150, y: edge },
  ],
};

const gatesElsewhere: readonly Gate[] = [
  { to: "field", x: -edge, y: 60 },
  { to: "pond", x: 70, y: -edge },
  { to: "meadow", x: edge, y: -70 },
];

export function terrainOf(slug: string): Terrain {
  const land = landOf(slug);
  const seed = hashOf(slug);
  const random = randomOf(seed);
  const noise = noiseOf(seed);
  const height = (x: number, y: number) => {
    const rough = noise(x / 230, y / 230);
    if (!land.bowl) return rough;
    const fromMiddle = Math.min(1, Math.hypot(x, y * 1.12) / 520);
    return 0.3 * rough + 0.72 * fromMiddle ** 1.5 + 0.06;
  };
  const isWater = (x: number, y: number) => height(x, y) < land.waterline;
  const gates = (Object.hasOwn(gatesOf, slug) && gatesOf[slug]) || gatesElsewhere;
  const crossing = { x: (random() - 0.5) * 120, y: (random() - 0.5) * 120 };
  const paths = gates.map((gate) => pathTo(gate, crossing, random));
  const lamps = lampsBy(paths, crossing);
  const radio = land.plots ? { x: crossing.x + 60, y: crossing.y - 84 } : undefined;
  const plots = land.plots ? plotsOf(paths, random) : [];
  const motifs = motifsOf({ land, isWater, random, density: noiseOf(seed ^ 0x5bd1e995), paths, gates, lamps, plots });
  return { slug, land, height, isWater, gates, lamps, radio, paths, plots, motifs };
}

/** A bend from the crossing to the gate and straight on to the edge. */
function pathTo(gate: Gate, crossing: Point, random: () => number): Point[] {
  const out = {
    x: Math.abs(gate.x) === edge ? Math.sign(gate.x) : 0,
    y: Math.abs(gate.y) === edge ? Math.sign(gate.y) : 0,
  };
  const end = { x: gate.x + out.x * (sheetHalf - edge), y: gate.y + out.y * (sheetHalf - edge) };
  const bend = (random() - 0.5) * 1.5;
  const early = {
    x: crossing.x + (end.x - crossing.x) * 0.4 - (end.y - crossing.y) * 0.4 * bend,
    y: crossing.y + (end.y - crossing.y) * 0.4 + (end.x - crossing.x) * 0.4 * bend,
  };
  const late = { x: end.x - out.x * 230, y: end.y - out.y * 230 };
  const points: Point[] = [];
  const steps = Math.ceil(Math.hypot(end.x - crossing.x, end.y - crossing.y) / 7);
  for (let i = 0; i <= steps; i++) {
    const t = i / steps;
    const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    points.push({
      x: a * crossing.x + b * early.x + c * late.x + d * end.x,
      y: a * crossing.y + b * early.y + c * late.y + d * end.y,
    });
  }
  return points;
}

/** One lamp at the crossing and one along the last path, each a few steps beside it. */
function lampsBy(paths: readonly (readonly Point[])[], crossing: Point): Lamp[] {
  const last = paths.at(-1)!;
  const along = last[Math.floor(last.length * 0.6)]!;
  return [
    { key: "lamp-1", x: Math.round(crossing.x - 62), y: Math.round(crossing.y - 46) },
    { key: "lamp-2", x: Math.round(along.x + 34), y: Math.round(along.y - 34) },
  ];
}

/** Plots that leave the paths alone and each other too. */
function plotsOf(paths: readonly (readonly Point[])[], random: () => number): Plot[] {
  const plots: Plot[] = [];
  for (let tries = 0; tries < 60 && plots.length < 9; tries++) {
    const plot = {
      x: (random() - 0.5) * 860,
      y: (random() - 0.5) * 860,
      width: 130 + random() * 110,
      height: 90 + random() * 70,
      turn: (random() - 0.5) * 0.7,
    };
    if (paths.flat().some((point) => isInPlot(plot, point, 26))) continue;
    if (plots.some((other) => Math.hypot(other.x - plot.x, other.y - plot.y) < 210)) continue;
    plots.push(plot);
  }
  return plots;
}

export function isInPlot(plot: Plot, at: Point, around = 0): boolean {
  const [dx, dy] = [at.x - plot.x, at.y - plot.y];
  const along = dx * Math.cos(plot.turn) + dy * Math.sin(plot.turn);
  const across = dy * Math.cos(plot.turn) - dx * Math.sin(plot.turn);
  return Math.abs(along) < plot.width / 2 + around && Math.abs(across) < plot.height / 2 + around;
}

type Growing = Pick<Terrain, "land" | "isWater" | "paths" | "gates" | "lamps" | "plots"> & {
  readonly random: () => number;
  readonly density: (x: number, y: number) => number;
};

const spacing = 30;
/** What grows keeps this far from where land and water meet. */
const shoreUnits = 14;

/** A jittered grid of marks, thinned by noise and kept off what people walk on. */
function motifsOf({ land, isWater, random, density, paths, gates, lamps, plots }: Growing): Motif[] {
  const cleared = [...paths.flat(), ...lamps];
  const motifs: Motif[] = [];
  for (let row = -sheetHalf + 14; row < sheetHalf - 8; row += spacing) {
    for (let column = -sheetHalf + 14; column < sheetHalf - 8; column += spacing) {
      const x = column + (random() - 0.5) * spacing * 0.9;
      const y = row + (random() - 0.5) * spacing * 0.9;
      const [chance, choice, size, turn] = [random(), random(), random(), random()];
      const wet = isWater(x, y);
      const isShore = isWater(x - shoreUnits, y) !== wet || isWater(x + shoreUnits, y) !== wet;
      if (isShore) continue;
      if (chance > (wet ? 0.26 : 1.9 * density(x / 150, y / 150) - 0.45)) continue;
      if (cleared.some((point) => Math.abs(point.x - x) < 21 && Math.abs(point.y - y) < 21)) continue;
      if (plots.some((plot) => isInPlot(plot, { x, y }, 8))) continue;
      if (gates.some((gate) => Math.hypot(gate.x - x, gate.y - y) < 58)) continue;
      motifs.push({ kind: pick(wet ? land.wet : land.dry, choice), x, y, size: 0.75 + size * 0.5, turn });
    }
  }
  return motifs.sort((a, b) => a.y - b.y);
}

function pick(mix: Land["dry"], choice: number): MotifKind {
  let left = choice * mix.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of mix) {
    left -= weight;
    if (left <= 0) return kind;
  }
  return mix[0]![0];
}

/** The square of the printed grid that a place lies in: A1 in the north-west to H8 in the south-east. */
export function gridReference(x: number, y: number): string {
  const square = (value: number) => Math.min(7, Math.max(0, Math.floor((value + sheetHalf) / gridUnits)));
  return `${String.fromCharCode(65 + square(x))}${square(y) + 1}`;
}
