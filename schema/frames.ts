/**
 * Movement frames, server to client: one datagram per client per tick with the newest poses of those who matter to it.
 *
 * A frame is absolute: it can be applied alone, twice, or not at all. Layout, little-endian:
 *
 *     header   seq u16 | time u32 (ms of server time) | ack u16 (newest input taken) | flags u8 (1 corrected, 2 has ack,
 *              4 reliable)
 *              [x f64 | y f64 | z f64 | angle f32]   own pose, if corrected
 *     block*   as in blocks.ts
 */
import { HereaboutsError } from "./errors.ts";
import type { Pose } from "./geometry.ts";

export const headerBytes = 9;
export const correctionBytes = 28;
/** Number of the bytes message that carries frames to clients and moves to the server. */
export const movementType = 1;

const corrected = 1;
const hasAck = 2;
const reliable = 4;

/**
 * `ack`: newest input taken; undefined before the first. `correction`: one's own pose, where the server changed it.
 * `isReliable`: came over the WebSocket while others came as datagrams, and so perhaps after newer ones: it counts all the
 * same, each pose where there is none of a later time.
 */
export type FrameHeader = {
  seq: number;
  time: number;
  ack: number | undefined;
  correction: Pose | undefined;
  isReliable: boolean;
};

/** Writes the header at `at`. Returns the offset behind it. */
export function writeHeader(out: Buffer, at: number, header: FrameHeader): number {
  out.writeUInt16LE(header.seq & 0xffff, at);
  out.writeUInt32LE(header.time >>> 0, at + 2);
  out.writeUInt16LE((header.ack ?? 0) & 0xffff, at + 6);
  out[at + 8] =
    (header.correction ? corrected : 0) | (header.ack === undefined ? 0 : hasAck) | (header.isReliable ? reliable : 0);
  if (!header.correction) return at + headerBytes;
  const { x, y, z, angle } = header.correction;
  out.writeDoubleLE(x, at + 9);
  out.writeDoubleLE(y, at + 17);
  out.writeDoubleLE(z, at + 25);
  out.writeFloatLE(angle, at + 33);
  return at + headerBytes + correctionBytes;
}

const unreadable = () => new HereaboutsError("BAD_FRAME", "A movement frame ends in its header.");

/** Reads a frame's header. Throws BAD_FRAME. `end` is where its blocks begin. */
export function readHeader(frame: Uint8Array): FrameHeader & { end: number } {
  const view = viewOf(frame);
  if (frame.length < headerBytes) throw unreadable();
  const header = {
    seq: view.getUint16(0, true),
    time: view.getUint32(2, true),
    ack: frame[8]! & hasAck ? view.getUint16(6, true) : undefined,
    correction: undefined as Pose | undefined,
    isReliable: (frame[8]! & reliable) !== 0,
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

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** True if sequence number `a` is newer than `b`, both 16 bits and wrapping. */
export function isNewer(a: number, b: number): boolean {
  return ((a - b) << 16) >> 16 > 0;
}
