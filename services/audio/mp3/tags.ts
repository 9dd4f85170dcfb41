/** What surrounds the music in an MP3 file: ID3 tags, and the frame that tells about the encoding instead of sounding. */
import { frameSamples, headerBytes, sideBytes } from "./header.ts";

const text = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(Math.max(0, at), at + length));

/** Where the ID3v2 tags at the start end. A file may have several; a length beyond its end leaves nothing. */
export function startOfAudio(bytes: Uint8Array): number {
  let at = 0;
  while (at + 10 <= bytes.length && text(bytes, at, 3) === "ID3") {
    const sizes = bytes.subarray(at + 6, at + 10);
    if (sizes.some((size) => size > 127)) break;
    const hasFooter = (bytes[at + 5]! & 0x10) !== 0;
    at += 10 + sizes.reduce((sum, size) => sum * 128 + size, 0) + (hasFooter ? 10 : 0);
  }
  return Math.min(at, bytes.length);
}

/** Where the ID3v1 tag at the end starts. */
export function endOfAudio(bytes: Uint8Array): number {
  return bytes.length >= 128 && text(bytes, bytes.length - 128, 3) === "TAG" ? bytes.length - 128 : bytes.length;
}

/** Samples that the encoder put before and after the music. */
export type Gapless = { delay: number; padding: number };

/** Reads a stereo MPEG-1 frame as a Xing, Info or VBRI header; undefined if it is plain music. */
export function readInfo(frame: Uint8Array): { gapless?: Gapless } | undefined {
  const at = headerBytes + sideBytes;
  const name = text(frame, at, 4);
  if (name === "VBRI") return {};
  if (name !== "Xing" && name !== "Info") return undefined;
  const flags = frame[at + 7] ?? 0;
  const lame = at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (lame + 24 > frame.length || !/^[A-Za-z]{4}/.test(text(frame, lame, 4))) return {};
  const [high, middle, low] = [frame[lame + 21]!, frame[lame + 22]!, frame[lame + 23]!];
  return { gapless: { delay: (high << 4) | (middle >> 4), padding: ((middle & 15) << 8) | low } };
}

/** What every decoder adds before the first sample. */
const decoderDelay = 529;

/** Between which samples of a decoder's output the music lies. */
export function musicRange(frames: number, gapless: Gapless | undefined): { musicFrom: number; musicTo: number } {
  const samples = frames * frameSamples;
  if (!gapless) return { musicFrom: 0, musicTo: samples };
  const musicFrom = Math.min(samples, gapless.delay + decoderDelay);
  const musicTo = Math.max(musicFrom, samples - Math.max(0, gapless.padding - decoderDelay));
  return { musicFrom, musicTo };
}
