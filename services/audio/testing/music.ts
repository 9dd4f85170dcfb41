/** Sounds to test with, made from numbers, and how to compare what comes out. */
import { createMp3Encoder } from "wasm-media-encoders";
import { encode, type Quality, type Stereo } from "../crossfade/codec.ts";
import { parse } from "../mp3/parse.ts";
import type { Track } from "../mp3/track.ts";

export const sampleHz = 44_100;

/** A generator of numbers from 0 to 1 that repeats itself with the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function stereo(seconds: number, sample: (time: number, channel: number) => number): Stereo {
  const channel = (index: number) =>
    Float32Array.from({ length: Math.round(seconds * sampleHz) }, (_, at) => sample(at / sampleHz, index));
  return [channel(0), channel(1)];
}

/** Chords, a bass and hits of noise: enough to make an encoder switch blocks and use its reservoir. */
export function music(seconds: number, seed = 1): Stereo {
  const random = seeded(seed);
  const root = 80 + random() * 80;
  const beat = 0.35 + random() * 0.3;
  return stereo(seconds, (time, channel) => {
    const bar = Math.floor(time / (beat * 4));
    const chord = [1, 1.25, 1.5, 2].map((ratio) => root * 2 * ratio * 2 ** (((bar * 5) % 12) / 12));
    const sinceBeat = time % beat;
    const pad = chord.reduce((sum, hz, voice) => sum + Math.sin(2 * Math.PI * hz * time + voice + channel * 0.7), 0);
    const bass = Math.sin(2 * Math.PI * root * time) * Math.exp(-3 * sinceBeat);
    const hit = (random() * 2 - 1) * Math.exp(-40 * sinceBeat);
    return 0.06 * pad + 0.25 * bass + 0.25 * hit;
  });
}

export function sine(seconds: number, hz: number, level = 0.5): Stereo {
  return stereo(seconds, (time, channel) => level * Math.sin(2 * Math.PI * hz * (channel ? 1.01 : 1) * time));
}

export async function encodeMusic(quality: Quality, seconds = 10, seed = 1): Promise<Uint8Array> {
  return encode(music(seconds, seed), quality);
}

/** One second at another sample rate than the stream's. */
export async function encodeAt(hz: number): Promise<Uint8Array> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: hz, channels: 2, bitrate: 128 });
  return Buffer.concat([encoder.encode(sine(1, 440)).slice(), encoder.finalize().slice()]);
}

/** The track of a file that is expected to be one. */
export function trackOf(file: Uint8Array): Track {
  const parsed = parse(file);
  if (parsed.kind !== "track") throw new Error(`not a track: ${JSON.stringify(parsed)}`);
  return parsed.track;
}

/** The largest difference of two sounds over samples `from` until `to`, in dB of full scale. */
export function differenceDb(a: Stereo, b: Stereo, from = 0, to = a[0].length): number {
  let largest = 0;
  for (const channel of [0, 1] as const) {
    for (let at = from; at < to; at++) {
      largest = Math.max(largest, Math.abs((a[channel][at] ?? Number.NaN) - (b[channel][at] ?? Number.NaN)));
    }
  }
  return 20 * Math.log10(largest);
}

/** The mean power of the difference of two sounds over samples `from` until `to`, in dB of full scale. */
export function differenceRmsDb(a: Stereo, b: Stereo, from = 0, to = a[0].length): number {
  let sum = 0;
  for (const channel of [0, 1] as const) {
    for (let at = from; at < to; at++) sum += ((a[channel][at] ?? Number.NaN) - (b[channel][at] ?? Number.NaN)) ** 2;
  }
  return 10 * Math.log10(sum / (2 * (to - from)));
}
