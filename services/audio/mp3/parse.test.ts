/** Files as they are found: with tags, headers about the encoding, damage, or no music at all. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { decode, encode } from "../crossfade/codec.ts";
import { encodeAt, encodeMusic, music, trackOf } from "../testing/music.ts";
import { frameSamples, readHeader } from "./header.ts";
import { parse } from "./parse.ts";
import { remux } from "./remux.ts";
import { frameCount, sliceTrack, type Track, trackBytes } from "./track.ts";

let file: Uint8Array;
let track: Track;
/** Where each frame of `file` starts, and last its end. */
let places: number[];

beforeAll(async () => {
  file = await encodeMusic({ bitrate: 128 }, 5);
  track = trackOf(file);
  places = [0];
  while (places.at(-1)! < file.length) places.push(places.at(-1)! + readHeader(file, places.at(-1)!)!.bytes);
});

const id3v2 = (length: number) => {
  const size = [21, 14, 7, 0].map((shift) => (length >> shift) & 127);
  // Full of what looks like headers.
  return Buffer.concat([
    Buffer.from("ID3"),
    Buffer.from([4, 0, 0, ...size]),
    Buffer.alloc(length, file.subarray(0, 4)),
  ]);
};
const id3v1 = () => Buffer.concat([Buffer.from("TAG"), Buffer.alloc(125, 0xff)]);

/** A frame that tells the encoder's delay and padding, as LAME and others write it before the music. */
function infoFrame(name: string, delay: number, padding: number, encoder = "LAME3.100"): Uint8Array {
  const frame = new Uint8Array(417);
  frame.set([0xff, 0xfb, 0x90, 0x40]);
  const put = (at: number, text: string) => frame.set(Buffer.from(text), at);
  put(36, name);
  frame[43] = 0x0f;
  put(36 + 120, encoder);
  frame.set([delay >> 4, ((delay & 15) << 4) | (padding >> 8), padding & 255], 36 + 120 + 21);
  return frame;
}

const frames = (from: number, to = places.length - 1) => file.subarray(places[from], places[to]);
const random = (bytes: number) => Uint8Array.from({ length: bytes }, (_, at) => (at * 7919) >> 3);

/** Compared as bytes: a difference of large arrays takes a test runner minutes to print. */
const isSameTrack = (a: Track, b: Track) =>
  (["headers", "sides", "starts", "main"] as const).every(
    (name) => Buffer.compare(bytesOf(a[name]), bytesOf(b[name])) === 0,
  );
const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

const loudest = (samples: Float32Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe("parse", () => {
  it("[AU7] finds every frame between tags", () => {
    const tagged = Buffer.concat([id3v2(1000), id3v2(5000), file, id3v1()]);
    expect(trackOf(tagged)).toEqual(track);
    expect(frameCount(track)).toBe(places.length - 1);
  });

  it.each(["Info", "Xing"])("[AU5] takes the music's ends from a header named %s", (name) => {
    const withInfo = trackOf(Buffer.concat([infoFrame(name, 576, 1000), file]));
    const samples = frameCount(track) * frameSamples;
    expect(withInfo).toEqual({ ...track, musicFrom: 576 + 529, musicTo: samples - (1000 - 529) });
    expect(track).toMatchObject({ musicFrom: 0, musicTo: samples });
  });

  it("takes a header without an encoder's name, and one that says nonsense", () => {
    expect(trackOf(Buffer.concat([infoFrame("Info", 1, 1, "\0"), file]))).toEqual(track);
    const { musicFrom, musicTo } = trackOf(Buffer.concat([infoFrame("Info", 4095, 4095), frames(0, 3)]));
    expect(musicFrom).toBeLessThanOrEqual(musicTo);
    expect(musicTo).toBeLessThanOrEqual(3 * frameSamples);
  });

  it("skips garbage between frames, even with headers in it", () => {
    const fake = Buffer.concat([random(700), file.subarray(0, 200), random(99), Buffer.alloc(50, 0xff)]);
    const dirty = Buffer.concat([random(333), frames(0, 8), fake, frames(8, 10), fake, frames(10)]);
    expect(isSameTrack(trackOf(dirty), track)).toBe(true);
  });

  it("silences what follows garbage where the encoder had left bytes unused: they may as well be lost", () => {
    const parsed = parse(Buffer.concat([frames(0, 12), random(100), frames(12)]));
    if (parsed.kind !== "track") throw new Error(parsed.kind);
    expect(frameCount(parsed.track)).toBe(frameCount(track));
    expect(parsed.silenced).toBeGreaterThan(0);
    expect(parsed.silenced).toBeLessThan(6);
  });

  it("drops a last frame that is cut off, and plays the rest", () => {
    for (const missing of [1, 100, 416]) {
      const cut = trackOf(file.subarray(0, file.length - missing));
      const whole = trackOf(file.subarray(0, places.at(-2)));
      expect(frameCount(cut)).toBe(frameCount(track) - 1);
      expect(cut).toEqual(whole);
    }
  });

  it("silences frames whose data was cut off at the start, and no other", async () => {
    const parsed = parse(file.subarray(places[60]));
    if (parsed.kind !== "track") throw new Error(parsed.kind);
    const { silenced } = parsed;
    expect(silenced).toBeGreaterThan(0);
    expect(silenced).toBeLessThan(6);
    const [left] = await decode(remux([{ track: parsed.track, from: 0, to: frameCount(parsed.track), gain: 0 }]));
    const [original] = await decode(file);
    expect(left.length).toBe(original.length - 60 * frameSamples);
    const skip = (silenced + 2) * frameSamples;
    const difference = left.subarray(skip).map((sample, at) => sample - original[60 * frameSamples + skip + at]!);
    expect(loudest(difference)).toBeLessThan(1e-6);
  });

  it("silences what a missing frame leaves without data, rather than play noise", async () => {
    const parsed = parse(Buffer.concat([frames(0, 50), frames(52)]));
    if (parsed.kind !== "track") throw new Error(parsed.kind);
    const [left] = await decode(remux([{ track: parsed.track, from: 0, to: frameCount(parsed.track), gain: 0 }]));
    const [original] = await decode(file);
    expect(loudest(left.subarray(48 * frameSamples, 60 * frameSamples))).toBeLessThan(1.2 * loudest(original));
  });

  it("reads frames with checksums and passes their sound on", async () => {
    // The same frames with two more bytes after the header: one slot of padding and one bitrate higher makes the room.
    const parts: Uint8Array[] = [];
    for (let frame = 0; frame < frameCount(track); frame++) {
      const one = sliceTrack(track, frame, frame + 1);
      const size = readHeader(remux([{ track: one, from: 0, to: 1, gain: 0 }]), 0)!.bytes;
      const bytes = new Uint8Array(1044);
      bytes.set(remux([{ track: one, from: 0, to: 1, gain: 0 }]).subarray(0, 4));
      bytes.set([0xfa, 0xe0], 1);
      bytes.set(remux([{ track: one, from: 0, to: 1, gain: 0 }]).subarray(4, Math.min(size, 1042)), 6);
      parts.push(bytes);
    }
    const { main, sides, starts } = trackOf(Buffer.concat(parts));
    expect(main).toEqual(track.main);
    expect(starts).toEqual(track.starts);
    expect(sides.length).toBe(track.sides.length);
  });

  it("[AU5] says what must be transcoded, and why", async () => {
    expect(parse(await encodeAt(48_000))).toEqual({ kind: "transcode", why: "sample rate" });
    expect(parse(await encodeAt(22_050))).toEqual({ kind: "transcode", why: "sample rate" });
    const mono = file.slice();
    for (const place of places.slice(0, -1)) mono[place + 3]! |= 0xc0;
    expect(parse(mono)).toEqual({ kind: "transcode", why: "mono" });
  });

  it.each([
    ["nothing", new Uint8Array(0)],
    ["text", Buffer.from("not music ".repeat(1000))],
    ["zeros", new Uint8Array(10_000)],
    ["all bits set", new Uint8Array(10_000).fill(0xff)],
    ["a WAV file", Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVEfmt "), random(20_000)])],
    ["only a tag", Buffer.concat([Buffer.from("ID3"), Buffer.from([4, 0, 0, 127, 127, 127, 127])])],
  ])("[AU7] refuses %s", (_, bytes) => {
    const parsed = parse(bytes);
    expect(parsed).toMatchObject({ kind: "refused", error: { code: "BAD_AUDIO" } });
  });

  it("[AU7] throws on no bytes, and what it takes remuxes to as many frames", () => {
    const damage = fc.record({
      at: fc.nat(file.length - 1),
      kind: fc.constantFrom("flip", "cut", "repeat", "insert"),
      bytes: fc.uint8Array({ maxLength: 600 }),
    });
    const check = (bytes: Uint8Array) => {
      const parsed = parse(bytes);
      if (parsed.kind !== "track") return;
      const count = frameCount(parsed.track);
      const again = parse(remux([{ track: parsed.track, from: 0, to: count, gain: 3 }]));
      if (count > 0) expect(again.kind === "track" && frameCount(again.track)).toBe(count);
    };
    const runs = Number(process.env["FC_RUNS"] ?? 150);
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 30 }), (damages) => {
        let bytes = file.slice();
        for (const { at, kind, bytes: with_ } of damages) {
          const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at + with_.length)];
          if (kind === "flip") bytes.set(with_.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
          else if (kind === "cut") bytes = Buffer.concat([head, tail]).slice();
          else
            bytes = Buffer.concat([head, kind === "insert" ? with_ : head.subarray(-500), bytes.subarray(at)]).slice();
        }
        check(bytes);
      }),
      { numRuns: runs },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), check), { numRuns: runs });
    // Side information of nonsense behind true headers.
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 413, maxLength: 413 }), { maxLength: 20 }), (areas) =>
        check(Buffer.concat(areas.flatMap((area) => [file.subarray(0, 4), area]))),
      ),
      { numRuns: runs },
    );
  });

  it("takes hardly more memory than the file, and slices hold nothing of the whole", async () => {
    const large = trackOf(await encode(music(20), { bitrate: 192 }));
    expect(trackBytes(large)).toBeLessThan(1.1 * 20 * 24_000);
    const slice = sliceTrack(large, 100, 110);
    expect(slice.main.buffer.byteLength).toBe(slice.starts.at(-1));
    expect(remux([{ track: slice, from: 0, to: 10, gain: 0 }])).toEqual(
      remux([{ track: large, from: 100, to: 110, gain: 0 }]),
    );
  });
});
