/**
 * The movers of a movement frame: their slots and quantized poses, in blocks that share what they can.
 *
 *     block    kind u8 (bit 7 wide, bit 6 z, bit 5 angle, bit 4 row) | count - 1 u8 | [cell u8 (x << 4 | y), if not wide]
 *     mover    gap (slots left out since the mover before it: below 128 one byte, else 7 bits with bit 7 set, then the
 *              rest; in a row only the first mover has one) | place | [z u16] | [direction u8]
 *     place    in a cell: 12 + 12 bits of steps, 3 bytes; wide: 16 + 16 bits, 4 bytes
 *
 * So a mover of a two-axis world costs 4 bytes beside two others in its cell and 5 elsewhere, or 4 in a row of slots
 * without a gap; slots that are 128 or more apart cost one more. A third axis and an angle cost only where they are
 * used (zero steps from the origin and direction 0 are not sent).
 */
import { HereaboutsError } from "./errors.ts";
import { cellSteps, fromDirection, type Geometry, type Pose, toDirection, toSteps } from "./geometry.ts";

/** Slots a room can hand out. */
export const maxSlots = 8192;

const wide = 0x80;
const hasZ = 0x40;
const hasAngle = 0x20;
const row = 0x10;
const unknownKinds = 0x0f;
const oneByteGaps = 0x80;
const mostInBlock = 256;
/**
 * Movers that make a cell block no larger than the same movers in a wide one, and as many more as have a gap of two bytes:
 * in a wide one, where more slots stand together, they seldom have.
 */
const cellRun = 3;

/** Quantized poses by slot, structure of arrays: what the encoder reads. */
export type QuantizedPoses = {
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  readonly z: Uint16Array;
  readonly direction: Uint8Array;
  /** Block key by slot (keyOf): slots in the order of their keys form runs that share a block. */
  readonly key: Uint16Array;
};

/** Sorts movers into blocks: what the mover uses, then its cell. */
export function keyOf(x: number, y: number, usesZ: boolean, usesAngle: boolean): number {
  const shape = (usesZ ? hasZ : 0) | (usesAngle ? hasAngle : 0);
  return (shape << 8) | ((x / cellSteps) << 4) | (y / cellSteps);
}

/** Writes a pose into `poses` at `slot`. Returns true if that changed what a frame would carry. */
export function quantize(poses: QuantizedPoses, slot: number, pose: Pose, geometry: Geometry): boolean {
  const x = toSteps(pose.x, geometry.minX, geometry.maxX, geometry.step);
  const y = toSteps(pose.y, geometry.minY, geometry.maxY, geometry.step);
  const z = toSteps(pose.z, geometry.minZ, geometry.maxZ, geometry.step);
  const direction = toDirection(pose.angle);
  poses.key[slot] = keyOf(x, y, z !== originZ(geometry), direction !== 0);
  if (poses.x[slot] === x && poses.y[slot] === y && poses.z[slot] === z && poses.direction[slot] === direction) {
    return false;
  }
  poses.x[slot] = x;
  poses.y[slot] = y;
  poses.z[slot] = z;
  poses.direction[slot] = direction;
  return true;
}

/** What z is when it is not sent: 0, or the bound nearest to it. */
function originZ(geometry: Geometry): number {
  return toSteps(0, geometry.minZ, geometry.maxZ, geometry.step);
}

const pending = new Uint16Array(maxSlots);

/**
 * Writes blocks for the first `count` of `slots`, which must be in the order of their keys and then of their numbers,
 * from `at` and never past `end`. Slots that were written are passed to `onWritten`; those that did not fit are left for
 * a later frame. Returns the offset behind the last block.
 */
export function writeBlocks(
  out: Buffer,
  at: number,
  end: number,
  poses: QuantizedPoses,
  slots: Uint16Array,
  count: number,
  onWritten?: (slot: number) => void,
): number {
  let waiting = 0;
  let from = 0;
  let offset = at;
  while (from < count) {
    const key = poses.key[slots[from]!]!;
    let to = from + 1;
    let farApart = 0;
    for (; to < count && poses.key[slots[to]!] === key; to++) {
      if (slots[to]! - slots[to - 1]! > oneByteGaps) farApart++;
    }
    if (to - from >= cellRun + farApart) offset = writeRun(out, offset, end, poses, slots, from, to, false, onWritten);
    else for (let i = from; i < to; i++) pending[waiting++] = slots[i]!;
    from = to;
  }
  from = 0;
  while (from < waiting) {
    const shape = poses.key[pending[from]!]! >> 8;
    let to = from + 1;
    while (to < waiting && poses.key[pending[to]!]! >> 8 === shape) to++;
    pending.subarray(from, to).sort();
    offset = writeRun(out, offset, end, poses, pending, from, to, true, onWritten);
    from = to;
  }
  return offset;
}

/**
 * Writes the slots from `first` up to `past` as one block, a row, from `at` and never past `end`. They must use the same
 * of z and angle. Returns the offset behind it.
 */
export function writeRow(
  out: Buffer,
  at: number,
  end: number,
  poses: QuantizedPoses,
  first: number,
  past: number,
  onWritten: (slot: number) => void,
): number {
  const shape = poses.key[first]! >> 8;
  const firstAt = at + 2 + (first < oneByteGaps ? 1 : 2);
  const count = Math.min(past - first, mostInBlock, Math.floor((end - firstAt) / (placeBytes(shape) + 4)));
  if (count < 1) return at;
  out[at] = shape | wide | row;
  out[at + 1] = count - 1;
  writeGap(out, at + 2, first);
  let offset = firstAt;
  for (let slot = first; slot < first + count; slot++) {
    offset = writePlace(out, offset, poses, slot, shape, true);
    onWritten(slot);
  }
  return offset;
}

/** Writes slots that share a key, or if wide a shape, as blocks of as many as fit into one. */
function writeRun(
  out: Buffer,
  at: number,
  end: number,
  poses: QuantizedPoses,
  slots: Uint16Array,
  from: number,
  to: number,
  isWide: boolean,
  onWritten: ((slot: number) => void) | undefined,
): number {
  const key = poses.key[slots[from]!]!;
  const shape = key >> 8;
  const bytes = placeBytes(shape) + (isWide ? 4 : 3);
  let offset = at + (isWide ? 2 : 3);
  let expected = 0;
  let i = from;
  while (i < to && i < from + mostInBlock) {
    const slot = slots[i]!;
    const gap = slot - expected;
    if (offset + (gap < oneByteGaps ? 1 : 2) + bytes > end) break;
    offset = writeGap(out, offset, gap);
    offset = writePlace(out, offset, poses, slot, shape, isWide);
    expected = slot + 1;
    onWritten?.(slot);
    i++;
  }
  if (i === from) return at;
  out[at] = shape | (isWide ? wide : 0);
  out[at + 1] = i - from - 1;
  if (!isWide) out[at + 2] = key & 0xff;
  return i === from + mostInBlock && i < to
    ? writeRun(out, offset, end, poses, slots, i, to, isWide, onWritten)
    : offset;
}

/** Bytes of what a mover has beside its slot and its place. */
function placeBytes(kind: number): number {
  return (kind & hasZ ? 2 : 0) + (kind & hasAngle ? 1 : 0);
}

function writeGap(out: Buffer, at: number, gap: number): number {
  if (gap < oneByteGaps) {
    out[at] = gap;
    return at + 1;
  }
  out[at] = oneByteGaps | (gap & 0x7f);
  out[at + 1] = gap >> 7;
  return at + 2;
}

function writePlace(
  out: Buffer,
  at: number,
  poses: QuantizedPoses,
  slot: number,
  shape: number,
  isWide: boolean,
): number {
  const x = poses.x[slot]!;
  const y = poses.y[slot]!;
  let offset = at;
  out[offset++] = x & 0xff;
  if (isWide) {
    out[offset++] = x >> 8;
    out[offset++] = y & 0xff;
    out[offset++] = y >> 8;
  } else {
    out[offset++] = ((x >> 8) & 0x0f) | ((y & 0x0f) << 4);
    out[offset++] = (y >> 4) & 0xff;
  }
  if (shape & hasZ) {
    const z = poses.z[slot]!;
    out[offset++] = z & 0xff;
    out[offset++] = z >> 8;
  }
  if (shape & hasAngle) out[offset++] = poses.direction[slot]!;
  return offset;
}

const unreadable = () => new HereaboutsError("BAD_FRAME", "A movement frame ends in the middle of a block.");

/** Calls `visit` for each mover of a frame, from offset `at` (the header's `end`). Throws BAD_FRAME. */
export function readBlocks(
  frame: Uint8Array,
  at: number,
  geometry: Geometry,
  visit: (slot: number, x: number, y: number, z: number, angle: number) => void,
): void {
  const { minX, minY, minZ, step } = geometry;
  const restZ = minZ + originZ(geometry) * step;
  let offset = at;
  while (offset < frame.length) {
    const kind = frame[offset]!;
    const count = frame[offset + 1]! + 1;
    const isWide = (kind & wide) !== 0;
    const isRow = (kind & row) !== 0;
    const cell = isWide ? 0 : frame[offset + 2]!;
    const bytes = placeBytes(kind) + (isWide ? 4 : 3);
    offset += isWide ? 2 : 3;
    if (kind & unknownKinds || !(offset < frame.length)) throw unreadable();
    let slot = -1;
    for (let i = 0; i < count; i++) {
      slot++;
      if (i === 0 || !isRow) {
        const gap = frame[offset++]!;
        slot += gap < oneByteGaps ? gap : (gap & 0x7f) | (frame[offset++]! << 7);
      }
      if (!(offset + bytes <= frame.length && slot < maxSlots)) throw unreadable();
      let x: number;
      let y: number;
      if (isWide) {
        x = frame[offset]! | (frame[offset + 1]! << 8);
        y = frame[offset + 2]! | (frame[offset + 3]! << 8);
        offset += 4;
      } else {
        const middle = frame[offset + 1]!;
        x = (cell >> 4) * cellSteps + (frame[offset]! | ((middle & 0x0f) << 8));
        y = (cell & 0x0f) * cellSteps + ((middle >> 4) | (frame[offset + 2]! << 4));
        offset += 3;
      }
      let z = restZ;
      if (kind & hasZ) {
        z = minZ + (frame[offset]! | (frame[offset + 1]! << 8)) * step;
        offset += 2;
      }
      const angle = kind & hasAngle ? fromDirection(frame[offset++]!) : 0;
      visit(slot, minX + x * step, minY + y * step, z, angle);
    }
  }
}
