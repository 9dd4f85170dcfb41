/**
 * The four bytes at the start of an MP3 frame, and what follows from them. Layer III only, of any version; free-format
 * frames are none. The stream that is sent has one shape: MPEG-1, 44.1 kHz, two channels, no checksum.
 */

/** Samples of each channel in a frame of the stream. */
export const frameSamples = 1152;
export const streamHz = 44_100;
export const headerBytes = 4;
export const sideBytes = 32;

const kbps1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const kbps2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const rates1 = [44_100, 48_000, 32_000];

export type Header = {
  sampleHz: number;
  channels: 1 | 2;
  samples: 1152 | 576;
  /** Of the whole frame. */
  bytes: number;
  hasChecksum: boolean;
};

/** The header at `at`, if there is one. */
export function readHeader(bytes: Uint8Array, at: number): Header | undefined {
  if (at + headerBytes > bytes.length || bytes[at] !== 0xff) return undefined;
  const [, second, third, fourth] = [0, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
  if ((second & 0xe6) !== 0xe2) return undefined;
  const version = (second >> 3) & 3;
  const bitrate = third >> 4;
  const rate = rates1[(third >> 2) & 3];
  if (version === 1 || bitrate === 0 || bitrate === 15 || rate === undefined) return undefined;
  const is1 = version === 3;
  const sampleHz = rate >> (is1 ? 0 : version === 2 ? 1 : 2);
  const samples = is1 ? 1152 : 576;
  const bitsPerSecond = (is1 ? kbps1 : kbps2)[bitrate]! * 1000;
  return {
    sampleHz,
    channels: fourth >> 6 === 3 ? 1 : 2,
    samples,
    bytes: Math.floor(((samples / 8) * bitsPerSecond) / sampleHz) + ((third >> 1) & 1),
    hasChecksum: (second & 1) === 0,
  };
}

/** Sizes that a frame of the stream may have, smallest first, with the header byte that says so. */
export const slots: readonly { bytes: number; code: number }[] = kbps1.slice(1).flatMap((kbps, index) =>
  [0, 1].map((padding) => ({
    bytes: Math.floor((frameSamples / 8) * ((kbps * 1000) / streamHz)) + padding,
    code: ((index + 1) << 4) | (padding << 1),
  })),
);

/** The most main data that a frame of the stream holds within itself. */
export const maxMainBytes = slots.at(-1)!.bytes - headerBytes - sideBytes;
