/**
 * One crossfade, as frames that take the place of A's last and B's first ones. Decodes both, mixes with equal power,
 * encodes so that each encoded frame lies exactly where a frame of the stream does, and chooses seams where the blocks
 * on both sides fit together. Slow: for worker threads.
 */
import { frameSamples, sideBytes } from "../mp3/header.ts";
import { parse } from "../mp3/parse.ts";
import { remux } from "../mp3/remux.ts";
import { isLong } from "../mp3/side.ts";
import { frameCount, sliceTrack, startBefore, type Track } from "../mp3/track.ts";
import { codecDelay, decode, encode, type Stereo } from "./codec.ts";

/** A track, the frame at which the fade starts in it, and by how many steps of 1.505 dB it is made louder. */
export type FadeSide = { track: Track; at: number; gain: number };
/** B's frame `b.at` is heard at the same time as A's `a.at`; `frames` later A is silent. */
export type FadeJob = { a: FadeSide; b: FadeSide; frames: number };

/** The stream is A until `a.at - lead`, then `track`, then B from `b.at + frames + tail`. */
export type Clip = { track: Track; lead: number; tail: number };

const bitrate = 192;
/** Frames that a decoder needs before what it returns is exact, and an encoder before its noise is as usual. */
const warmUp = 2;
const preRoll = 3;
/** Where the seams may lie: so many frames before and after the fade, at least one of them unfaded. */
const seamFrames = 7;
/** Music after the last seam: an end nearer than this makes the encoder switch to short blocks. */
const postRoll = 5;

const before = preRoll + seamFrames;
const after = seamFrames + postRoll;

/** The part of both tracks that the fade needs, in memory of its own; the rest need not travel to a worker. */
export function cutFadeJob({ a, b, frames }: FadeJob): FadeJob {
  const cut = ({ track, at, gain }: FadeSide, from: number, to: number): FadeSide => {
    const first = startBefore(track, from - warmUp);
    return { track: sliceTrack(track, first, Math.min(frameCount(track), to)), at: at - first, gain };
  };
  return { a: cut(a, a.at - before, a.at + frames), b: cut(b, b.at, b.at + frames + after), frames };
}

/** Whether there is something before and after the fade to join it to. */
export function canFade({ a, b, frames }: FadeJob): boolean {
  return frames > 0 && a.at > 0 && a.at < frameCount(a.track) && b.at >= 0 && b.at + frames < frameCount(b.track);
}

export async function makeFade({ a, b, frames }: FadeJob): Promise<Clip> {
  const mixed = mix(await decodeSide(a), a.at, await decodeSide(b), b.at, frames);
  const parsed = parse(await encode(mixed, { bitrate }));
  if (parsed.kind !== "track") throw new Error(`the encoder's output is no track: ${parsed.kind}`);
  const clip = parsed.track;
  const lead = seamOffset(Math.min(seamFrames, a.at), (offset) => ({
    left: a.track,
    leftAt: a.at - offset,
    right: clip,
    rightAt: before - offset,
  }));
  const tail = seamOffset(Math.min(seamFrames, frameCount(b.track) - b.at - frames - 1), (offset) => ({
    left: clip,
    leftAt: before + frames + offset,
    right: b.track,
    rightAt: b.at + frames + offset,
  }));
  return { track: sliceTrack(clip, before - lead, before + frames + tail), lead, tail };
}

function decodeSide({ track, gain }: FadeSide): Promise<Stereo> {
  return decode(remux([{ track, from: 0, to: frameCount(track), gain }]));
}

/** What the encoder gets: `before` frames of A alone, the fade, `after` frames of B alone; early by the codec's delay. */
function mix(a: Stereo, aAt: number, b: Stereo, bAt: number, frames: number): Stereo {
  const length = (before + frames + after) * frameSamples;
  const fadeSamples = frames * frameSamples;
  const channel = (index: 0 | 1) => {
    const out = new Float32Array(length - codecDelay);
    for (let i = 0; i < out.length; i++) {
      const at = i + codecDelay - before * frameSamples;
      const turn = (Math.min(1, Math.max(0, at / fadeSamples)) * Math.PI) / 2;
      if (at < fadeSamples) out[i] = (a[index][at + aAt * frameSamples] ?? 0) * Math.cos(turn);
      if (at > 0) out[i]! += (b[index][at + bAt * frameSamples] ?? 0) * Math.sin(turn);
    }
    return out;
  };
  return [channel(0), channel(1)];
}

/** The frame `leftAt` of one track is left out, and the other goes on with its frame `rightAt`. */
type Seam = { left: Track; leftAt: number; right: Track; rightAt: number };

/** How far from the fade the seam is best, from 1 to `most`: the nearest that is clean, else the nearest that fits. */
function seamOffset(most: number, seamAt: (offset: number) => Seam): number {
  let fitting: number | undefined;
  for (let offset = 1; offset <= most; offset++) {
    const { left, leftAt, right, rightAt } = seamAt(offset);
    if (right.needs[rightAt] !== 0) continue;
    fitting ??= offset;
    if (isLong(left.sides, (leftAt - 1) * sideBytes, 1, 1) && isLong(right.sides, rightAt * sideBytes, 0, -1))
      return offset;
  }
  return fitting ?? 1;
}
