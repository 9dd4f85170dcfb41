/**
 * Movement frames, server to client: one datagram per client per tick with the newest poses of those who matter to it.
 *
 * A frame is absolute: it can be applied alone, twice, or not at all. Layout, little-endian:
 *
 *     header   seq u16 | time u32 (ms of server time) | ack u16 (newest input taken) | flags u8 (1 corrected, 2 has ack)
 *              [x f64 | y f64 | z f64 | angle f32]   own pose, if corrected
 *     block*   kind u8 (bit 7 wide, bit 6 z, bit 5 angle, bits 0-4 page) | count - 1 u8 | [cell u8 (x << 4 | y), if not wide]
 *     mover    slot u8 (within its page of 256) | place | [z u16] | [direction u8]
 *     place    in a cell: 12 + 12 bits of steps, 3 bytes; wide: 16 + 16 bits, 4 bytes
 *
 * So a mover of a two-axis world costs 4 bytes beside two others in its cell and 5 elsewhere; a third axis and an angle
 * cost only where they are used (zero steps from the origin and direction 0 are not sent).
 */
import { HereaboutsError } from "./errors.ts";
import { cellSteps, fromDirection, type Geometry, type Pose, toDirection, toSteps } from "./geometry.ts";

export const headerBytes = 9;
export const correctionBytes = 28;
/** Number of the bytes message that carries frames to clients and moves to the server. */
export const movementType = 1;
/** Slots a room can hand out: 32 pages of 256. */
export const maxSlots = 8192;

const corrected = 1;
const hasAck = 2;
const wide = 0x80;
const hasZ = 0x40;
const hasAngle = 0x20;
const pageMask = 0x1f;
/** Movers that make a cell block smaller than the same movers in a wide one. */
const cellRun = 3;

/** Quantized poses by slot, structure of arrays: what the encoder reads. */
export type QuantizedPoses = {
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  readonly z: Uint16Array;
  readonly direction: Uint8Array;
  /** Block key by slot (keyOf): slots in the order of their keys form runs that share a block. */
  readonly key: Uint32Array;
};

/** `ack`: newest input taken; undefined before the first. `correction`: one's own pose, where the server changed it. */
export type FrameHeader = { seq: number; time: number; ack: number | undefined; correction: Pose | undefined };

/** Sorts movers into blocks: page first, then what the mover uses, then its cell. */
export function keyOf(slot: number, x: number, y: number, usesZ: boolean, usesAngle: boolean): number {
  const shape = (slot >> 8) | (usesZ ? hasZ : 0) | (usesAngle ? hasAngle : 0);
  return (shape << 8) | ((x / cellSteps) << 4) | (y / cellSteps);
}

/** Writes a pose into `poses` at `slot`. Returns true if that changed what a frame would carry. */
export function quantize(poses: QuantizedPoses, slot: number, pose: Pose, geometry: Geometry): boolean {
  const x = toSteps(pose.x, geometry.minX, geometry.maxX, geometry.step);
  const y = toSteps(pose.y, geometry.minY, geometry.maxY, geometry.step);
  const z = toSteps(pose.z, geometry.minZ, geometry.maxZ, geometry.step);
  const direction = toDirection(pose.angle);
  poses.key[slot] = keyOf(slot, x, y, z !== originZ(geometry), direction !== 0);
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

/** Writes the header at `at`. Returns the offset behind it. */
export function writeHeader(out: Buffer, at: number, header: FrameHeader): number {
  out.writeUInt16LE(header.seq & 0xffff, at);
  out.writeUInt32LE(header.time >>> 0, at + 2);
  out.writeUInt16LE((header.ack ?? 0) & 0xffff, at + 6);
  out[at + 8] = (header.correction ? corrected : 0) | (header.ack === undefined ? 0 : hasAck);
  if (!header.correction) return at + headerBytes;
  const { x, y, z, angle } = header.correction;
  out.writeDoubleLE(x, at + 9);
  out.writeDoubleLE(y, at + 17);
  out.writeDoubleLE(z, at + 25);
  out.writeFloatLE(angle, at + 33);
  return at + headerBytes + correctionBytes;
}

const pending = new Uint16Array(maxSlots);

/**
 * Writes blocks for the first `count` of `slots`, which must be in the order of their keys, from `at` and never past
 * `end`. Slots that were written are passed to `onWritten`; those that did not fit are left for a later frame.
 * Returns the offset behind the last block.
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
    while (to < count && poses.key[slots[to]!] === key) to++;
    if (to - from >= cellRun) offset = writeRun(out, offset, end, poses, slots, from, to, false, onWritten);
    else for (let i = from; i < to; i++) pending[waiting++] = slots[i]!;
    from = to;
  }
  from = 0;
  while (from < waiting) {
    const shape = poses.key[pending[from]!]! >> 8;
    let to = from + 1;
    while (to < waiting && poses.key[pending[to]!]! >> 8 === shape) to++;
    offset = writeRun(out, offset, end, poses, pending, from, to, true, onWritten);
    from = to;
  }
  return offset;
}

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
  const perMover = (isWide ? 5 : 4) + (shape & hasZ ? 2 : 0) + (shape & hasAngle ? 1 : 0);
  const head = isWide ? 2 : 3;
  const count = Math.min(to - from, 256, Math.floor((end - at - head) / perMover));
  if (count < 1) return at;
  let offset = at;
  out[offset++] = shape | (isWide ? wide : 0);
  out[offset++] = count - 1;
  if (!isWide) out[offset++] = key & 0xff;
  for (let i = from; i < from + count; i++) {
    const slot = slots[i]!;
    const x = poses.x[slot]!;
    const y = poses.y[slot]!;
    out[offset++] = slot & 0xff;
    if (isWide) {
      out[offset++] = x & 0xff;
      out[offset++] = x >> 8;
      out[offset++] = y & 0xff;
      out[offset++] = y >> 8;
    } else {
      out[offset++] = x & 0xff;
      out[offset++] = ((x >> 8) & 0x0f) | ((y & 0x0f) << 4);
      out[offset++] = (y >> 4) & 0xff;
    }
    if (shape & hasZ) {
      const z = poses.z[slot]!;
      out[offset++] = z & 0xff;
      out[offset++] = z >> 8;
    }
    if (shape & hasAngle) out[offset++] = poses.direction[slot]!;
    onWritten?.(slot);
  }
  return offset;
}

const unreadable = () => new HereaboutsError("BAD_FRAME", "A movement frame ends in the middle.");

/** Reads a frame's header. Throws BAD_FRAME. `end` is where its blocks begin. */
export function readHeader(frame: Uint8Array): FrameHeader & { end: number } {
  const view = viewOf(frame);
  if (frame.length < headerBytes) throw unreadable();
  const header = {
    seq: view.getUint16(0, true),
    time: view.getUint32(2, true),
    ack: frame[8]! & hasAck ? view.getUint16(6, true) : undefined,
    correction: undefined as Pose | undefined,
    end: headerBytes,
  };
  if (frame[8]! & corrected) {
    if (frame.length < headerBytes + correctionBytes) throw unreadable();
    header.correction = {
      x: view.getFloat64(9, true),
      y: view.getFloat64(17, true),
      z: view.getFloat64(25, true),
      angle: view.getFloat32(33, true),
    };
    header.end += correctionBytes;
  }
  return header;
}

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
    const head = isWide ? 2 : 3;
    const perMover = (isWide ? 5 : 4) + (kind & hasZ ? 2 : 0) + (kind & hasAngle ? 1 : 0);
    if (!(offset + head + count * perMover <= frame.length)) throw unreadable();
    const page = (kind & pageMask) << 8;
    const cell = isWide ? 0 : frame[offset + 2]!;
    offset += head;
    for (let i = 0; i < count; i++) {
      const slot = page | frame[offset]!;
      let x: number;
      let y: number;
      if (isWide) {
        x = frame[offset + 1]! | (frame[offset + 2]! << 8);
        y = frame[offset + 3]! | (frame[offset + 4]! << 8);
        offset += 5;
      } else {
        const middle = frame[offset + 2]!;
        x = (cell >> 4) * cellSteps + (frame[offset + 1]! | ((middle & 0x0f) << 8));
        y = (cell & 0x0f) * cellSteps + ((middle >> 4) | (frame[offset + 3]! << 4));
        offset += 4;
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

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** True if sequence number `a` is newer than `b`, both 16 bits and wrapping. */
export function isNewer(a: number, b: number): boolean {
  return ((a - b) << 16) >> 16 > 0;
}
