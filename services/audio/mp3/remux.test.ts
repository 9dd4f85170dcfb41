/** What is remuxed sounds exactly like the source: samples are compared, as no decoder complains about a wrong splice. */
import { describe, expect, it } from "vitest";
import { createDecoder, decode, type Quality } from "../crossfade/codec.ts";
import { differenceDb, encodeMusic, seeded, trackOf } from "../testing/music.ts";
import { frameSamples, readHeader } from "./header.ts";
import { remux, segmentFrames, segments } from "./remux.ts";
import { addGain } from "./side.ts";
import { frameCount, startFrom, type Track } from "./track.ts";

const qualities: Quality[] = [
  { bitrate: 128 },
  { bitrate: 192 },
  { vbrQuality: 2 },
  { vbrQuality: 0 },
  { bitrate: 320 },
];

const all = (track: Track, gain = 0) => ({ track, from: 0, to: frameCount(track), gain });
const cut = (track: Track) => [...segments([all(track)])];

describe.each(qualities)("the stream of a source encoded with %o", (quality) => {
  it("[AU5] decodes to the same bits as the source", async () => {
    const file = await encodeMusic(quality);
    const track = trackOf(file);
    const original = await decode(file);
    const whole = await decode(remux([all(track)]));
    const pieces = cut(track);
    const joined = Buffer.concat(pieces.map(({ bytes }) => bytes));
    expect(whole[0].length).toBe(frameCount(track) * frameSamples);
    expect(whole).toEqual(original);
    expect(await decode(joined)).toEqual(original);
    expect(joined.length).toBeLessThan(file.length * 1.035);
    for (const { frames } of pieces.slice(0, -1)) expect(frames - segmentFrames).toBeOneOf([0, 1, 2, 3, 4, 5, 6]);
  });

  it("[AU5] decodes from any segment on, after the one frame that a decoder warms up with", async () => {
    const file = await encodeMusic(quality);
    const original = await decode(file);
    const pieces = cut(trackOf(file));
    let frames = 0;
    for (const [index, piece] of pieces.entries()) {
      const [left, right] = await decode(Buffer.concat(pieces.slice(index).map(({ bytes }) => bytes)));
      const rest = original.map((channel) => channel.subarray(frames * frameSamples)) as [Float32Array, Float32Array];
      expect(left.length).toBe(rest[0].length);
      expect(differenceDb([left, right], rest, index === 0 ? 0 : 2 * frameSamples)).toBeLessThan(-130);
      frames += piece.frames;
    }
  });
});

describe("remux", () => {
  it("[AU5] puts frames of several tracks into one stream without a seam in the data", async () => {
    const random = seeded(7);
    const tracks = await Promise.all(qualities.map(async (quality, at) => trackOf(await encodeMusic(quality, 4, at))));
    const runs = Array.from({ length: 60 }, () => {
      const track = tracks[Math.floor(random() * tracks.length)]!;
      const from = startFrom(track, Math.floor(random() * (frameCount(track) - 20)));
      return { track, from, to: Math.min(frameCount(track), from + 1 + Math.floor(random() * 50)), gain: 0 };
    });
    const stream = Buffer.concat([...segments(runs)].map(({ bytes }) => bytes));
    const decoded = await decode(stream);
    const frames = runs.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(decoded[0].length).toBe(frames * frameSamples);
    // The same frames, each from memory of its own: what a decoder makes of them cannot depend on how they were laid.
    const again = trackOf(stream);
    expect(frameCount(again)).toBe(frames);
    let at = 0;
    for (const { track, from, to } of runs) {
      const [first, last] = [track.starts[from]!, track.starts[to]!];
      expect(again.main.subarray(again.starts[at], again.starts[at + to - from])).toEqual(
        track.main.subarray(first, last),
      );
      at += to - from;
    }
  });

  it("makes frames that follow each other to the last byte", async () => {
    const bytes = remux([all(trackOf(await encodeMusic({ vbrQuality: 4 }, 3)))]);
    let at = 0;
    while (at < bytes.length) {
      const header = readHeader(bytes, at)!;
      expect(header).toMatchObject({ sampleHz: 44_100, channels: 2, hasChecksum: false });
      at += header.bytes;
    }
    expect(at).toBe(bytes.length);
  });

  it("makes a frame silent that a run starts with and must not", async () => {
    const track = trackOf(await encodeMusic({ bitrate: 320 }, 6));
    // One whose own data is too large, not only that of those after it.
    const large = track.needs.findIndex((need, at) => need > 0 && track.starts[at + 1]! - track.starts[at]! > 1009);
    expect(large).toBeGreaterThan(0);
    const [left] = await decode(remux([{ track, from: large, to: large + 10, gain: 0 }]));
    expect(left.length).toBe(10 * frameSamples);
  });

  it.each([-7, -1, 1, 4])("[AU5] changes the loudness by %i steps of 1.505 dB exactly", async (steps) => {
    const track = trackOf(await encodeMusic({ vbrQuality: 2 }, 4));
    const plain = await decode(remux([all(track)]));
    const changed = await decode(remux([all(track, steps)]));
    const factor = 2 ** (steps / 4);
    const expected = plain.map((channel) => channel.map((sample) => sample * factor)) as [Float32Array, Float32Array];
    // What is left is the rounding of the decoder's own table of gains.
    expect(differenceDb(changed, expected)).toBeLessThan(-110);
  });

  it("keeps the loudness within what its eight bits hold", () => {
    const side = new Uint8Array(32);
    addGain(side, 0, -1);
    expect(side).toEqual(new Uint8Array(32));
    addGain(side, 0, 300);
    const full = side.slice();
    addGain(side, 0, 1);
    expect(side).toEqual(full);
  });

  it("gives a listener that reads it in odd pieces the same sound", async () => {
    const bytes = remux([all(trackOf(await encodeMusic({ bitrate: 128 }, 2)))]);
    const decoder = await createDecoder();
    let samples = 0;
    for (let at = 0; at < bytes.length; at += 333)
      samples += decoder.decode(bytes.subarray(at, at + 333)).pcm[0].length;
    decoder.free();
    expect(samples).toBe((await decode(bytes))[0].length);
  });
});
