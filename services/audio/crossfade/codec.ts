/**
 * The decoder (mpg123) and the encoder (LAME), both WebAssembly. Slow and blocking: for worker threads and tests. A
 * damaged file can hold the decoder for ever, so that whoever gives it one keeps a watch from another thread.
 */
import { MPEGDecoder } from "mpg123-decoder";
import { createMp3Encoder } from "wasm-media-encoders";

/** Two channels of equal length. */
export type Stereo = readonly [left: Float32Array, right: Float32Array];
export type Quality = { bitrate: 128 | 160 | 192 | 224 | 256 | 320 } | { vbrQuality: number };

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

/** Encodes pieces of PCM at `sampleHz` into one MP3 file. */
export async function encode(pieces: Iterable<Stereo>, quality: Quality, sampleHz = 44_100): Promise<Uint8Array> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: sampleHz, channels: 2, ...quality });
  const parts: Uint8Array[] = [];
  // What the encoder returns is its own memory, used again by the next call.
  for (const piece of pieces) parts.push(encoder.encode(piece).slice());
  parts.push(encoder.finalize().slice());
  return Buffer.concat(parts);
}
