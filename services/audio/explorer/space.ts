/**
 * Tracks as points: features normalized over the library, so that one step means as much along each of them, in one
 * Float32Array that is searched by brute force. Building takes one pass; it does not change with the library.
 */
import type { Track } from "../library/track.ts";

/** What the explorer needs of a track. */
export type Point = { id: string; tags: Pick<Track["tags"], "artist">; sound: Pick<Track["sound"], "features"> };

type Features = Track["sound"]["features"];

/** What directions go along. Compared as they are, not as they are normalized. */
export const axes = ["tempo", "brightness", "energy"] as const;
export type Axis = (typeof axes)[number];

/** How each feature becomes a number to normalize (people hear ratios), and how much it counts in a distance. */
const normalized: readonly { weight: number; of(features: Features): number }[] = [
  { weight: 1.5, of: (f) => Math.log2(f.tempoBpm) },
  { weight: 1.3, of: (f) => Math.log2(Math.max(50, f.brightnessHz)) },
  { weight: 1.5, of: (f) => f.energy },
  { weight: 0.4, of: (f) => f.majorness },
  { weight: 0.6, of: (f) => f.bass },
  { weight: 0.6, of: (f) => Math.log2(0.01 + f.noisiness) },
  { weight: 0.6, of: (f) => f.onsetsPerS },
  { weight: 0.4, of: (f) => f.dynamicsDb },
  { weight: 0.3, of: (f) => f.width },
];
/** Column of each axis. */
const columns: Record<Axis, number> = { tempo: 0, brightness: 1, energy: 2 };
const keyWeight = 0.6;

/** Numbers per track: those above, and a place on the circle of fifths. */
export const dimensions = normalized.length + 2;

export type Space = {
  readonly size: number;
  readonly ids: readonly string[];
  readonly indices: ReadonlyMap<string, number>;
  /** `dimensions` numbers per track; a standard deviation is the feature's weight. */
  readonly points: Float32Array;
  readonly columns: Readonly<Record<Axis, number>>;
  /** What a standard deviation is in `points`, along each axis. */
  readonly steps: Readonly<Record<Axis, number>>;
  readonly tempoConfidence: Float32Array;
  /** The artist's number per track; -1 where it is unknown. */
  readonly artists: Int32Array;
};

export function buildSpace(tracks: Iterable<Point>): Space {
  const all = [...tracks];
  const points = new Float32Array(all.length * dimensions);
  normalized.forEach(({ weight, of }, column) => {
    const values = Float64Array.from(all, ({ sound }) => of(sound.features));
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const deviation = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length),
    );
    values.forEach((value, i) => {
      points[i * dimensions + column] = deviation > 0 ? (weight * (value - mean)) / deviation : 0;
    });
  });
  const artists = new Map<string, number>();
  const artistOf = (name: string) => {
    if (name === "") return -1;
    const key = name.toLowerCase();
    if (!artists.has(key)) artists.set(key, artists.size);
    return artists.get(key)!;
  };
  all.forEach(({ sound: { features } }, i) => {
    const { angle, clear } = fifths(features);
    points[i * dimensions + normalized.length] = keyWeight * clear * Math.cos(angle);
    points[i * dimensions + normalized.length + 1] = keyWeight * clear * Math.sin(angle);
  });
  return {
    size: all.length,
    ids: all.map(({ id }) => id),
    indices: new Map(all.map(({ id }, i) => [id, i])),
    points,
    columns,
    steps: { tempo: normalized[0]!.weight, brightness: normalized[1]!.weight, energy: normalized[2]!.weight },
    tempoConfidence: Float32Array.from(all, ({ sound }) => sound.features.tempoConfidence),
    artists: Int32Array.from(all, ({ tags }) => artistOf(tags.artist)),
  };
}

/** Neighbours on the circle of fifths share all notes but one; a minor key stands where its relative major does. */
function fifths({ key, majorness, keyConfidence }: Features): { angle: number; clear: number } {
  const asMajor = majorness < 0 ? key + 3 : key;
  return { angle: (2 * Math.PI * ((asMajor * 7) % 12)) / 12, clear: keyConfidence };
}
