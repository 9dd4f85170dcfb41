/**
 * Fades are compared sample by sample with what a mixer would make of both decoded tracks. Encoding has noise of its
 * own: a seam is right if it adds none.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { frameSamples } from "../mp3/header.ts";
import { remux, segments } from "../mp3/remux.ts";
import { frameCount, type Track } from "../mp3/track.ts";
import { differenceDb, differenceRmsDb, encodeMusic, seeded, sine, trackOf } from "../testing/music.ts";
import { decode, encode, type Quality, type Stereo } from "./codec.ts";
import { type Clip, canFade, cutFadeJob, type FadeJob, makeFade } from "./fade.ts";

const fadeFrames = 96;
const qualities: Quality[] = [{ bitrate: 128 }, { bitrate: 192 }, { vbrQuality: 2 }, { bitrate: 320 }];
let sines: Track[];
let songs: Track[];

beforeAll(async () => {
  const hz = [233, 587, 881, 1411];
  sines = await Promise.all(
    qualities.map(async (quality, at) => trackOf(await encode(sine(9, hz[at]!, 0.25), quality))),
  );
  songs = await Promise.all(qualities.map(async (quality, at) => trackOf(await encodeMusic(quality, 9, at))));
}, 60_000);

const job = (a: Track, aAt: number, b: Track, bAt: number, gains = [0, 0]): FadeJob => ({
  a: { track: a, at: aAt, gain: gains[0]! },
  b: { track: b, at: bAt, gain: gains[1]! },
  frames: fadeFrames,
});

const whole = (track: Track, gain = 0) => decode(remux([{ track, from: 0, to: frameCount(track), gain }]));

const runsOf = ({ a, b, frames }: FadeJob, clip: Clip) => [
  { track: a.track, from: 0, to: a.at - clip.lead, gain: a.gain },
  { track: clip.track, from: 0, to: frameCount(clip.track), gain: 0 },
  { track: b.track, from: b.at + frames + clip.tail, to: frameCount(b.track), gain: b.gain },
];

/** What the stream should be: both tracks as decoded from start to end, mixed. */
async function ideal({ a, b, frames }: FadeJob): Promise<Stereo> {
  const [decodedA, decodedB] = [await whole(a.track, a.gain), await whole(b.track, b.gain)];
  const length = (a.at + frameCount(b.track) - b.at) * frameSamples;
  const channel = (index: 0 | 1) =>
    Float32Array.from({ length }, (_, at) => {
      const since = at - a.at * frameSamples;
      const turn = (Math.min(1, Math.max(0, since / (frames * frameSamples))) * Math.PI) / 2;
      const fromA = since < frames * frameSamples ? decodedA[index][at]! * Math.cos(turn) : 0;
      const fromB = since > 0 ? decodedB[index][since + b.at * frameSamples]! * Math.sin(turn) : 0;
      return fromA + fromB;
    });
  return [channel(0), channel(1)];
}

/** Samples at which the stream goes from A to the clip, and from the clip to B. */
const seamsOf = ({ a, frames }: FadeJob, { lead, tail }: Clip) =>
  [a.at - lead, a.at + frames + tail].map((frame) => frame * frameSamples);

async function render(fade: FadeJob) {
  const clip = await makeFade(cutFadeJob(fade));
  const stream = Buffer.concat([...segments(runsOf(fade, clip))].map(({ bytes }) => bytes));
  return { clip, heard: await decode(stream), expected: await ideal(fade), seams: seamsOf(fade, clip) };
}

describe("a crossfade", () => {
  it("[AU5] has seams below -90 dBFS on sines, wherever it lies and whatever the sources are", {
    timeout: 60_000,
  }, async () => {
    const seed = 5;
    const random = seeded(seed);
    const pick = (count: number) => Math.floor(random() * count);
    let worst = Number.NEGATIVE_INFINITY;
    for (let round = 0; round < 50; round++) {
      const fade = job(sines[pick(4)]!, 12 + pick(230), sines[pick(4)]!, pick(230));
      const { heard, expected, seams, clip } = await render(fade);
      expect(heard[0].length).toBe(expected[0].length);
      const [first, last] = seams as [number, number];
      // Not one bit of the tracks changes outside, but for what a decoder carries over from the clip's last frame.
      expect(differenceDb(heard, expected, 0, first - frameSamples)).toBe(Number.NEGATIVE_INFINITY);
      expect(differenceDb(heard, expected, last + 2 * frameSamples)).toBeLessThan(-120);
      for (const seam of seams) {
        worst = Math.max(worst, differenceRmsDb(heard, expected, seam - frameSamples, seam + frameSamples));
      }
      expect(clip.lead + clip.tail).toBeLessThan(14);
    }
    expect(worst).toBeLessThan(-90);
  });

  it("[AU5] keeps the level of equal power within 0.1 dB all the way", async () => {
    const fade = job(sines[0]!, 100, sines[1]!, 100);
    const { heard, expected } = await render(fade);
    const power = (pcm: Stereo, from: number) =>
      10 * Math.log10(pcm[0].subarray(from, from + 4096).reduce((sum, sample) => sum + sample ** 2, 0) / 4096);
    for (let at = 90 * frameSamples; at < 210 * frameSamples; at += 4096) {
      expect(Math.abs(power(heard, at) - power(expected, at))).toBeLessThan(0.1);
    }
  });

  it("[AU5] adds to music at its seams no more than encoding does anyway", { timeout: 60_000 }, async () => {
    const random = seeded(11);
    const pick = (count: number) => Math.floor(random() * count);
    for (let round = 0; round < 12; round++) {
      const fade = job(songs[pick(4)]!, 12 + pick(230), songs[pick(4)]!, pick(220));
      const { heard, expected, seams } = await render(fade);
      const [first, last] = seams as [number, number];
      const noise = differenceRmsDb(heard, expected, first + frameSamples, last - frameSamples);
      for (const seam of seams) {
        expect(differenceRmsDb(heard, expected, seam - frameSamples, seam + frameSamples)).toBeLessThan(noise + 8);
      }
    }
  });

  it("[AU5] is heard where it is joined wrongly: these tests would notice", async () => {
    const fade = job(sines[0]!, 100, sines[1]!, 100);
    const clip = await makeFade(cutFadeJob(fade));
    const shifted = { ...clip, lead: clip.lead + 1, tail: clip.tail - 1 };
    const heard = await decode(remux(runsOf(fade, shifted)));
    const seam = seamsOf(fade, shifted)[0]!;
    const error = differenceRmsDb(heard, await ideal(fade), seam - frameSamples, seam + frameSamples);
    expect(error).toBeGreaterThan(-40);
  });

  it("[AU5] evens out loudness on both sides", async () => {
    const fade = job(sines[0]!, 100, sines[2]!, 50, [-3, 2]);
    const { heard, expected, seams } = await render(fade);
    for (const seam of seams) {
      expect(differenceRmsDb(heard, expected, seam - frameSamples, seam + frameSamples)).toBeLessThan(-85);
    }
  });

  it("[AU5] starts at a track's first frame and ends at its last", async () => {
    const [a, b] = [sines[0]!, sines[1]!];
    const last = frameCount(a) - fadeFrames;
    const { heard, expected } = await render(job(a, last, b, 0));
    expect(heard[0].length).toBe(expected[0].length);
    const { heard: early } = await render(job(a, 1, b, frameCount(b) - fadeFrames - 1));
    expect(early[0].length).toBe((1 + fadeFrames + 1) * frameSamples);
  });

  it("needs no more of the tracks than the fade is long, and little beside it", async () => {
    const fade = job(songs[1]!, 150, songs[3]!, 80);
    const part = cutFadeJob(fade);
    expect(frameCount(part.a.track) + frameCount(part.b.track)).toBeLessThan(2 * fadeFrames + 60);
    const [fromPart, fromWhole] = [await makeFade(part), await makeFade(fade)];
    expect([fromPart.lead, fromPart.tail]).toEqual([fromWhole.lead, fromWhole.tail]);
  });

  it("is refused where there is nothing to join it to", () => {
    const [a, b] = [sines[0]!, sines[1]!];
    expect(canFade(job(a, 100, b, 0))).toBe(true);
    expect(canFade(job(a, 0, b, 0))).toBe(false);
    expect(canFade(job(a, frameCount(a), b, 0))).toBe(false);
    expect(canFade(job(a, 100, b, frameCount(b) - fadeFrames))).toBe(false);
    expect(canFade(job(a, 100, b, -1))).toBe(false);
    expect(canFade({ ...job(a, 100, b, 0), frames: 0 })).toBe(false);
  });
});
