/**
 * The decoder (mpg123) and the encoder (LAME), both WebAssembly. Slow and blocking: for worker threads and tests. A
 * damaged file can hold the decoder for ever, so that whoever gives it one keeps a watch from another thread.
 */
import { MPEGDecoder } from "mpg123-decoder";
import { createMp3Encoder } from "wasm-media-encoders";
import { streamHz } from "../mp3/header.ts";

/** Two channels of equal length. */
export type Stereo = readonly [left: Float32Array, right: Float32Array];
export type Bitrate = 128 | 160 | 192 | 224 | 256 | 320;
export type Quality = { bitrate: Bitrate } | { vbrQuality: number };

/** A decoder of one stream, to be fed piece by piece. Always two channels, nothing cut off at the ends. */
export async function createDecoder() {
  const decoder = new MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  return {
    decode(bytes: Uint8Array): { pcm: Stereo; sampleHz: number } {
      const { channelData, sampleRate } = decoder.decode(bytes);
      return { pcm: [channelData[0]!, channelData[1]!], sampleHz: sampleRate };
    },
    free: () => decoder.free(),
  };
}

/** Decodes a whole stream, counted in frames x 1,152 samples. */
export async function decode(bytes: Uint8Array): Promise<Stereo> {
  const decoder = await createDecoder();
  try {
    return decoder.decode(bytes).pcm;
  } finally {
    decoder.free();
  }
}

/** Samples by which sound comes out of encoder and decoder later than it went in: LAME's 576, and 529. */
export const codecDelay = 576 + 529;

/** Multiplies what goes in, so that what comes out is as loud as it was: LAME makes it quieter by itself. */
const undoneScale: Record<Bitrate, number> = {
  128: 1 / 0.95,
  160: 1 / 0.95,
  192: 1 / 0.97,
  224: 1 / 0.98,
  256: 1,
  320: 1,
};

/** An encoder of one 44.1 kHz stereo stream, to be fed piece by piece. */
export async function createEncoder(quality: Quality, sampleHz = streamHz) {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: sampleHz, outputSampleRate: streamHz, channels: 2, ...quality });
  const scale = "bitrate" in quality ? undoneScale[quality.bitrate] : 1;
  /** Samples that are no numbers, or far too loud, would make the encoder run wild. */
  const tamed = (sample: number) => Math.min(8, Math.max(-8, sample * scale)) || 0;
  // What the encoder returns is its own memory, used again by the next call.
  return {
    encode: (pcm: Stereo): Uint8Array => encoder.encode(pcm.map((channel) => channel.map(tamed))).slice(),
    finish: (): Uint8Array => encoder.finalize().slice(),
  };
}

/** Encodes a whole sound. */
export async function encode(pcm: Stereo, quality: Quality, sampleHz?: number): Promise<Uint8Array> {
  const encoder = await createEncoder(quality, sampleHz);
  return Buffer.concat([encoder.encode(pcm), encoder.finish()]);
}
