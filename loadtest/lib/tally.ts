/** What is counted while a load test measures. Plain data: threads send it to each other, and it can be added up. */
import { addHistogram, createHistogram, type Histogram } from "./histogram.ts";

export type Tally = {
  /** Of each pose in each frame: arrival minus the moment its mover sent it, in ms. */
  age: Histogram;
  /** The same, of poses near the receiver. */
  nearAge: Histogram;
  /** After each frame, of each mover, in the frame or not: how old the newest pose is that the receiver has, in ms. */
  known: Histogram;
  /** The same, of movers near the receiver. */
  nearKnown: Histogram;
  frames: number;
  /** Frames that never came: numbers skipped in a client's sequence. */
  lost: number;
  /** Frames that came after a newer one, and were not applied. */
  late: number;
  /** Poses older than what the receiver had already: must be none, whatever the order of frames. */
  backward: number;
  poses: number;
  fewestPoses: number;
  nearPoses: number;
  /** Movers truly near the receiver when a frame came, in it or not. */
  near: number;
  /** Times that a frame came while its receiver had never been told of some mover. */
  unseen: number;
  /** Poses of oneself in one's own frames. */
  ownPoses: number;
  /** Poses that no mover ever sent. */
  offPath: number;
  largestFrame: number;
  /** Times that the server corrected a mover's own pose. */
  corrected: number;
  /** Messages that the server refused, by error code. */
  refused: Record<string, number>;
  /** Bytes of WebSocket messages, and with the frames' headers: TCP and IP are not counted. */
  payloadDown: number;
  wireDown: number;
  /** Of `wireDown`: what a client got up to and with its first whole state. */
  wireJoin: number;
  payloadUp: number;
  wireUp: number;
  moves: number;
  /** Connections that ended by themselves. */
  closed: number;
};

export function createTally(): Tally {
  return {
    age: createHistogram(),
    nearAge: createHistogram(),
    known: createHistogram(),
    nearKnown: createHistogram(),
    frames: 0,
    lost: 0,
    late: 0,
    backward: 0,
    poses: 0,
    fewestPoses: Number.POSITIVE_INFINITY,
    nearPoses: 0,
    near: 0,
    unseen: 0,
    ownPoses: 0,
    offPath: 0,
    largestFrame: 0,
    corrected: 0,
    refused: {},
    payloadDown: 0,
    wireDown: 0,
    wireJoin: 0,
    payloadUp: 0,
    wireUp: 0,
    moves: 0,
    closed: 0,
  };
}

const histograms = ["age", "nearAge", "known", "nearKnown"] as const;
// biome-ignore format: one line a subject
const sums = [
  "frames", "lost", "late", "backward", "poses", "nearPoses", "near", "unseen", "ownPoses", "offPath", "corrected",
  "payloadDown", "wireDown", "wireJoin", "payloadUp", "wireUp", "moves", "closed",
] as const;

export function addTally(into: Tally, from: Tally): void {
  for (const key of histograms) addHistogram(into[key], from[key]);
  for (const key of sums) into[key] += from[key];
  into.fewestPoses = Math.min(into.fewestPoses, from.fewestPoses);
  into.largestFrame = Math.max(into.largestFrame, from.largestFrame);
  for (const [code, count] of Object.entries(from.refused)) into.refused[code] = (into.refused[code] ?? 0) + count;
}
