/**
 * What kind of land a slug is: its hue, its relief, and the marks that grow on it. Field, pond and meadow are themselves;
 * any other slug is given one of the rest, with a shade of its own.
 */
import { hashOf } from "./seed.ts";

export type MotifKind =
  | "tuft"
  | "stone"
  | "flower"
  | "lily"
  | "reed"
  | "ripple"
  | "tree"
  | "dune"
  | "heather"
  | "hachure";

type Mix = readonly (readonly [MotifKind, number])[];

export type Land = {
  readonly name: string;
  readonly hue: number;
  /** Hue of grass and leaves. */
  readonly growth: number;
  readonly chroma: number;
  /** Hue of what blooms. */
  readonly bloom: number;
  /** Height, 0 to 1, under which there is water; 0 for none. */
  readonly waterline: number;
  /** A bowl has its low ground in the middle. */
  readonly bowl: boolean;
  /** Ploughed plots lie in it. */
  readonly plots?: boolean;
  readonly dry: Mix;
  readonly wet: Mix;
};

const pondLife: Mix = [
  ["ripple", 6],
  ["lily", 2],
];

const known: Record<string, Land> = {
  field: {
    name: "field",
    hue: 128,
    growth: 132,
    chroma: 0.062,
    bloom: 95,
    waterline: 0,
    bowl: false,
    plots: true,
    dry: [
      ["tuft", 9],
      ["stone", 1],
      ["tree", 2],
    ],
    wet: pondLife,
  },
  pond: {
    name: "pond",
    hue: 158,
    growth: 158,
    chroma: 0.045,
    bloom: 350,
    waterline: 0.55,
    bowl: true,
    dry: [
      ["reed", 4],
      ["tuft", 4],
      ["stone", 2],
      ["tree", 1],
    ],
    wet: pondLife,
  },
  meadow: {
    name: "meadow",
    hue: 98,
    growth: 124,
    chroma: 0.075,
    bloom: 10,
    waterline: 0.2,
    bowl: false,
    dry: [
      ["flower", 9],
      ["tuft", 5],
      ["tree", 0.5],
    ],
    wet: pondLife,
  },
};

const others: readonly Land[] = [
  {
    name: "dunes",
    hue: 78,
    growth: 112,
    chroma: 0.055,
    bloom: 200,
    waterline: 0.24,
    bowl: false,
    dry: [
      ["dune", 8],
      ["tuft", 2],
      ["stone", 2],
    ],
    wet: [["ripple", 1]],
  },
  {
    name: "wood",
    hue: 150,
    growth: 148,
    chroma: 0.06,
    bloom: 60,
    waterline: 0,
    bowl: false,
    dry: [
      ["tree", 7],
      ["tuft", 4],
      ["flower", 1],
    ],
    wet: pondLife,
  },
  {
    name: "moor",
    hue: 335,
    growth: 142,
    chroma: 0.032,
    bloom: 325,
    waterline: 0.22,
    bowl: false,
    dry: [
      ["heather", 8],
      ["tuft", 2],
      ["stone", 2],
    ],
    wet: [
      ["ripple", 4],
      ["reed", 2],
    ],
  },
  {
    name: "fell",
    hue: 265,
    growth: 165,
    chroma: 0.018,
    bloom: 240,
    waterline: 0,
    bowl: false,
    dry: [
      ["hachure", 7],
      ["stone", 4],
      ["tuft", 2],
    ],
    wet: [["ripple", 1]],
  },
];

/** The land of a slug: the same for everyone, whether or not anyone was there before. */
export function landOf(slug: string): Land {
  const land = known[slug];
  if (land && Object.hasOwn(known, slug)) return land;
  const hash = hashOf(slug);
  const other = others[hash % others.length]!;
  const shift = ((hash >>> 8) % 41) - 20;
  return { ...other, hue: other.hue + shift, bloom: (other.bloom + ((hash >>> 16) % 120)) % 360 };
}
