/** What comes out of a transcode is a track of the stream's shape that sounds like what went in. */
import { describe, expect, it } from "vitest";
import { remux } from "../mp3/remux.ts";
import { frameCount } from "../mp3/track.ts";
import { encodeAt, sampleHz, seeded, sine } from "../testing/music.ts";
import { decode, type Stereo } from "./codec.ts";
import { transcode } from "./transcode.ts";

const toned = (hz: number, seconds: number, toneHz = 440) =>
  Float32Array.from({ length: seconds * hz }, (_, at) => 0.5 * Math.sin((2 * Math.PI * toneHz * at) / hz));

async function heard(track: Awaited<ReturnType<typeof transcode>>): Promise<Stereo> {
  const pcm = await decode(remux([{ track, from: 0, to: frameCount(track), gain: 0 }]));
  return [pcm[0].subarray(track.musicFrom, track.musicTo), pcm[1].subarray(track.musicFrom, track.musicTo)];
}

/** How far a sound is from a sine of that pitch and level, of the best phase, in dB below the sine. */
function distortionDb(pcm: Float32Array, toneHz: number, level: number): number {
  const [from, to] = [4000, pcm.length - 4000];
  let [sin, cos] = [0, 0];
  const turn = (at: number) => (2 * Math.PI * toneHz * at) / sampleHz;
  for (let at = from; at < to; at++) {
    sin += pcm[at]! * Math.sin(turn(at));
    cos += pcm[at]! * Math.cos(turn(at));
  }
  const phase = Math.atan2(cos, sin);
  let error = 0;
  for (let at = from; at < to; at++) error += (pcm[at]! - level * Math.sin(turn(at) + phase)) ** 2;
  return 10 * Math.log10(error / (to - from) / (level ** 2 / 2));
}

describe("transcode", () => {
  it.each([48_000, 44_100, 32_000, 22_050, 96_000])("[AU5] takes PCM at %i Hz, equally loud and long", async (hz) => {
    const tone = toned(hz, 3);
    const track = await transcode({ source: { channels: [tone, tone], sampleHz: hz }, bitrate: 128 });
    const [left, right] = await heard(track);
    expect(left.length).toBeCloseTo(3 * sampleHz, -1);
    for (const channel of [left, right]) expect(distortionDb(channel, 440, 0.5)).toBeLessThan(-50);
  });

  it("[AU5] puts one channel on both sides", async () => {
    const track = await transcode({ source: { channels: [toned(44_100, 2)], sampleHz: 44_100 }, bitrate: 128 });
    const [left, right] = await heard(track);
    expect(distortionDb(left, 440, 0.5)).toBeLessThan(-50);
    expect(distortionDb(right, 440, 0.5)).toBeLessThan(-50);
  });

  it.each([48_000, 22_050])("[AU5] takes an MP3 at %i Hz", async (hz) => {
    const track = await transcode({ source: { mp3: await encodeAt(hz) }, bitrate: 128 });
    const [left] = await heard(track);
    // What the first encoder added at both ends is part of the sound by now.
    expect(left.length / ((sampleHz / hz) * sampleHz)).toBeCloseTo(1, 1);
  });

  it("[AU5] keeps the music where the track says it is", async () => {
    const [left, right] = sine(1, 440);
    const track = await transcode({ source: { channels: [left, right], sampleHz: 44_100 }, bitrate: 128 });
    const [out] = await heard(track);
    expect(out.length).toBe(left.length);
    const error = out.subarray(4000, -4000).reduce((most, x, at) => Math.max(most, Math.abs(x - left[at + 4000]!)), 0);
    expect(error).toBeLessThan(0.01);
  });

  it("[AU7] survives samples that are no numbers", async () => {
    const wild = Float32Array.from(
      { length: 50_000 },
      (_, at) => [Number.NaN, 1e30, Number.NEGATIVE_INFINITY][at % 3]!,
    );
    const [left] = await heard(await transcode({ source: { channels: [wild], sampleHz: 44_100 }, bitrate: 128 }));
    expect(left.every(Number.isFinite)).toBe(true);
  });

  it("[AU7] refuses what has no sound in it", async () => {
    const noise = Uint8Array.from({ length: 5000 }, seeded(3)).map((_, at) => (at * 31) & 127);
    for (const source of [
      { mp3: new Uint8Array(0) },
      { mp3: noise },
      { channels: [], sampleHz: 44_100 },
      { channels: [new Float32Array(0)], sampleHz: 44_100 },
      { channels: [new Float32Array(10)], sampleHz: Number.NaN },
      { channels: [new Float32Array(10), new Float32Array(9)], sampleHz: 44_100 },
    ]) {
      await expect(transcode({ source, bitrate: 128 })).rejects.toMatchObject({ code: "BAD_AUDIO" });
    }
  });
});
