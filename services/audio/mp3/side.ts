/**
 * Side information of a frame: 32 bytes that tell how the main data of two granules of two channels is to be read.
 * Everything here works in place on bytes at an offset; nothing is copied, nothing is an object.
 *
 * Bits: main_data_begin 9, private 3, scfsi 8, then 59 for each granule and channel: part2_3_length 12, big_values 9,
 * global_gain 8, scalefac_compress 4, window_switching 1, (block_type 2, mixed 1, ...) 22, flags 3.
 */

const partBits = 59;
const partStart = (granule: number, channel: number) => 20 + (granule * 2 + channel) * partBits;
const parts = [0, 1, 2, 3].map((part) => partStart(part >> 1, part & 1));

/** What the coding of a block may be; the value of block_type, normal where there is no window switching. */
const blocks = { normal: 0, start: 1, short: 2, stop: 3 } as const;

/** At most 16 bits that start at bit `bit` after byte `at`. */
function bitsAt(bytes: Uint8Array, at: number, bit: number, count: number): number {
  const first = at + (bit >> 3);
  const word = (bytes[first]! << 16) | ((bytes[first + 1] ?? 0) << 8) | (bytes[first + 2] ?? 0);
  return (word >> (24 - (bit & 7) - count)) & ((1 << count) - 1);
}

export const mainDataBegin = (bytes: Uint8Array, at: number) => bitsAt(bytes, at, 0, 9);

export function setMainDataBegin(bytes: Uint8Array, at: number, begin: number): void {
  bytes[at] = begin >> 1;
  bytes[at + 1] = ((begin & 1) << 7) | (bytes[at + 1]! & 0x7f);
}

/** Bytes of main data that this side information describes. */
export function mainBytes(bytes: Uint8Array, at: number): number {
  let bits = 0;
  for (const part of parts) bits += bitsAt(bytes, at, part, 12);
  return (bits + 7) >> 3;
}

/** Whether decoders take it: some give up on the frame otherwise. */
export function isSound(bytes: Uint8Array, at: number): boolean {
  return parts.every((part) => {
    const isSwitched = bitsAt(bytes, at, part + 33, 1) === 1;
    return bitsAt(bytes, at, part + 12, 9) <= 288 && (!isSwitched || bitsAt(bytes, at, part + 34, 2) !== blocks.normal);
  });
}

/** Makes everything in it louder by `steps` of 1.505 dB (a factor of the fourth root of two), quieter below 0. */
export function addGain(bytes: Uint8Array, at: number, steps: number): void {
  for (const part of parts) {
    const gain = Math.min(255, Math.max(0, bitsAt(bytes, at, part + 21, 8) + steps));
    const first = at + ((part + 21) >> 3);
    const shift = 8 - ((part + 21) & 7);
    const word = (bytes[first]! << 8) | (bytes[first + 1] ?? 0);
    const changed = (word & ~(0xff << shift)) | (gain << shift);
    bytes[first] = changed >> 8;
    if (shift < 8) bytes[first + 1] = changed & 0xff;
  }
}

/** Whether the block of a granule has a long half towards the one before it (`side` -1) or after it (1), in both channels. */
export function isLong(bytes: Uint8Array, at: number, granule: 0 | 1, side: -1 | 1): boolean {
  return [0, 1].every((channel) => {
    const part = partStart(granule, channel);
    if (bitsAt(bytes, at, part + 33, 1) === 0) return true;
    const isMixed = bitsAt(bytes, at, part + 36, 1) === 1;
    return !isMixed && bitsAt(bytes, at, part + 34, 2) === (side < 0 ? blocks.start : blocks.stop);
  });
}
