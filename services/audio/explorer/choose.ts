/**
 * The next track: the nearest to one step along a direction. `faster` is never slower while anything faster is left, and
 * so with each direction; within it, what was heard lately comes last and artists heard lately are demoted. The same
 * journey in the same space gives the same choice.
 */
import type { Direction } from "../../../schema/directions.ts";
import { seededRandom } from "../random.ts";
import { currentId, type Journey } from "./journey.ts";
import { type Axis, dimensions, type Space } from "./space.ts";

/** `followed` is false where nothing lies in the direction: then it is the nearest there is. */
export type Choice = { id: string; followed: boolean };

const along: Partial<Record<Direction, { axis: Axis; sign: 1 | -1 }>> = {
  faster: { axis: "tempo", sign: 1 },
  slower: { axis: "tempo", sign: -1 },
  brighter: { axis: "brightness", sign: 1 },
  darker: { axis: "brightness", sign: -1 },
  more_energy: { axis: "energy", sign: 1 },
  calmer: { axis: "energy", sign: -1 },
};

/** A step, in standard deviations. */
const stride = 0.7;
/** Tracks that count as heard lately, at most; in a small library half of it. */
const lately = 50;
const artistsLately = 8;
/** How far a journey's seed may move a distance. */
const whim = 0.1;

/** Where a session starts that was not told where. Nothing in an empty library. */
export function chooseStart(space: Space, seed: number): string | undefined {
  return space.ids[Math.floor(seededRandom(seed)() * space.size)];
}

/** Nothing in an empty library; the same track again in one of a single track. */
export function choose(space: Space, journey: Journey, direction: Direction): Choice | undefined {
  const from = space.indices.get(currentId(journey));
  if (from === undefined) {
    const id = chooseStart(space, journey.seed + journey.heard.length);
    return id === undefined ? undefined : { id, followed: false };
  }
  if (space.size === 1) return { id: space.ids[from]!, followed: direction === "similar" };
  const ages = agesOf(space, journey);
  if (direction === "surprise") return { id: space.ids[surprise(space, journey, from, ages)]!, followed: true };

  const way = along[direction];
  const target = space.points.slice(from * dimensions, (from + 1) * dimensions);
  const column = way ? space.columns[way.axis] : -1;
  const here = target[column] ?? 0;
  if (way) target[column] = here + way.sign * stride * space.steps[way.axis];
  const demoted = demotedArtists(space, journey);
  const salt = Math.imul(journey.seed ^ (journey.heard.length << 16), 0x9e3779b1);

  // in the direction and new, in it but heard lately, off it and new, off it and heard lately
  const best = [-1, -1, -1, -1];
  const scores = [Infinity, Infinity, Infinity, Infinity];
  for (let i = 0; i < space.size; i++) {
    if (i === from) continue;
    const isOff = way !== undefined && (space.points[i * dimensions + column]! - here) * way.sign <= 0;
    const apart = isOff && best[0]! >= 0 ? Infinity : distance(space, i, target);
    if (best[0]! >= 0 && apart >= scores[0]!) continue; // whatever is added to it, it will not be the one
    const age = ages.get(i);
    const rank = (isOff ? 2 : 0) + (age === undefined ? 0 : 1);
    let score = apart * (1 + (demoted.get(space.artists[i]!) ?? 0)) * (1 + whim * noise(salt, i));
    // a tempo that was hardly heard is no reason to call a track faster
    if (way?.axis === "tempo") score += 1 - space.tempoConfidence[i]!;
    if (age !== undefined) score -= 1000 * age; // the longest ago first
    if (score >= scores[rank]!) continue;
    scores[rank] = score;
    best[rank] = i;
  }
  const rank = best.findIndex((index) => index >= 0);
  return { id: space.ids[best[rank]!]!, followed: rank < 2 };
}

/** One of those that are further away than the average, of the new ones if there are any. */
function surprise(space: Space, journey: Journey, from: number, ages: ReadonlyMap<number, number>): number {
  const here = space.points.subarray(from * dimensions, (from + 1) * dimensions);
  const random = seededRandom(journey.seed + Math.imul(journey.heard.length, 0x9e3779b1));
  const apart = new Float64Array(space.size).fill(-1);
  let [sum, count] = [0, 0];
  for (let i = 0; i < space.size; i++) {
    if (i === from || ages.has(i)) continue;
    apart[i] = distance(space, i, here);
    sum += apart[i]!;
    count++;
  }
  if (count === 0) return (from + 1 + Math.floor(random() * (space.size - 1))) % space.size;
  const far = sum / count - 1e-6;
  let left = Math.floor(random() * apart.reduce((many, distance) => (distance >= far ? many + 1 : many), 0));
  return apart.findIndex((distance) => distance >= far && left-- === 0);
}

/** Squared. */
function distance(space: Space, index: number, target: Float32Array): number {
  const { points } = space;
  const at = index * dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    const apart = points[at + d]! - target[d]!;
    sum += apart * apart;
  }
  return sum;
}

/** How long ago each track of late was heard: 1 is the last one. */
function agesOf(space: Space, { heard }: Journey): Map<number, number> {
  const ages = new Map<number, number>();
  const window = Math.min(lately, Math.floor(space.size / 2));
  heard.slice(-window).forEach((id, i, all) => {
    const index = space.indices.get(id);
    if (index !== undefined) ages.set(index, all.length - i);
  });
  return ages;
}

/** Artists heard lately, by how much further away their tracks count: up to three times as far. */
function demotedArtists(space: Space, { heard }: Journey): Map<number, number> {
  const demoted = new Map<number, number>();
  heard.slice(-artistsLately).forEach((id, i, all) => {
    const artist = space.artists[space.indices.get(id) ?? -1] ?? -1;
    if (artist >= 0) demoted.set(artist, (2 * (i + 1)) / all.length);
  });
  return demoted;
}

/** 0 to 1, the same for the same journey, moment and track. */
function noise(salt: number, index: number): number {
  let x = Math.imul(salt ^ index, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 0x1_0000_0000;
}
