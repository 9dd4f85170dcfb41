/** Tells audio formats by content, whatever a file is called, and where the audio begins behind an ID3 tag. */
import type { Format } from "./track.ts";

/** Bytes from the beginning of the audio that are enough to tell. */
export const sniffBytes = 65_536;

/** Length of the ID3v2 tag that `head` begins with; 0 without one. */
export function id3Length(head: Uint8Array): number {
  if (ascii(head, 0, 3) !== "ID3" || head.length < 10) return 0;
  const size = [6, 7, 8, 9].reduce((sum, at) => (sum << 7) | (head[at]! & 0x7f), 0);
  return 10 + size + (head[5]! & 0x10 ? 10 : 0);
}

/** `head` begins behind any ID3 tag. */
export function sniff(head: Uint8Array): Format | undefined {
  if (ascii(head, 0, 4) === "fLaC") return "flac";
  if (ascii(head, 0, 4) === "RIFF" && ascii(head, 8, 12) === "WAVE") return "wav";
  if (ascii(head, 0, 4) === "OggS") {
    const packet = 27 + head[26]!;
    if (ascii(head, packet, packet + 8) === "OpusHead") return "opus";
    if (ascii(head, packet + 1, packet + 7) === "vorbis") return "vorbis";
    return undefined;
  }
  // a frame is followed by another of its kind: four random bytes look like one too often
  for (let at = 0; at + 4 <= head.length; at++) {
    const length = mp3FrameLength(head, at);
    if (length > 0 && mp3FrameLength(head, at + length) > 0 && sameKind(head, at, at + length)) return "mp3";
  }
  return undefined;
}

const bitrates = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** Length of the Layer III frame whose header is at `at`; 0 if there is none. */
function mp3FrameLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xe6) !== 0xe2) return 0;
  const version = (bytes[at + 1]! >> 3) & 3; // 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5
  const rate = [44_100, 48_000, 32_000][((bytes[at + 2] ?? 0xff) >> 2) & 3];
  const kbits = (version === 3 ? bitrates.mpeg1 : bitrates.mpeg2)[bytes[at + 2]! >> 4];
  if (version === 1 || !rate || !kbits) return 0;
  const padding = (bytes[at + 2]! >> 1) & 1;
  const hz = rate / (version === 3 ? 1 : version === 2 ? 2 : 4);
  return Math.floor(((version === 3 ? 144_000 : 72_000) * kbits) / hz) + padding;
}

const sameKind = (bytes: Uint8Array, a: number, b: number) =>
  bytes[a + 1] === bytes[b + 1] && (bytes[a + 2]! & 0x0c) === (bytes[b + 2]! & 0x0c);

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
