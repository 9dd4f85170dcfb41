/**
 * Moves, client to server: a client's newest pose with the two before it, so that one lost datagram loses nothing.
 *
 * Layout, little-endian: seq u16 (of the newest) | flags u8 (bits 0-1 count, bit 2 z, bit 3 angle) |
 * per pose, newest first: x f32 | y f32 | [z f32] | [angle f32]. Older poses have the sequence numbers before.
 */
import { HereaboutsError } from "./errors.ts";
import type { Pose } from "./geometry.ts";

/** Poses a move carries at most. */
export const movePoses = 3;
export const maxMoveBytes = 3 + movePoses * 16;

const hasZ = 4;
const hasAngle = 8;

/** The move that is decoded: a copy costs less than a view of each move's own bytes. */
const move = new DataView(new ArrayBuffer(maxMoveBytes));

/** Encodes up to three poses, newest first. Returns a view into `out`, which must hold maxMoveBytes. */
export function encodeMove(out: Uint8Array, seq: number, poses: readonly Pose[]): Uint8Array {
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  const count = Math.min(poses.length, movePoses);
  let flags = count;
  for (let i = 0; i < count; i++) {
    if (poses[i]!.z !== 0) flags |= hasZ;
    if (poses[i]!.angle !== 0) flags |= hasAngle;
  }
  view.setUint16(0, seq & 0xffff, true);
  view.setUint8(2, flags);
  let at = 3;
  const put = (value: number) => {
    view.setFloat32(at, value, true);
    at += 4;
  };
  for (let i = 0; i < count; i++) {
    const pose = poses[i]!;
    put(pose.x);
    put(pose.y);
    if (flags & hasZ) put(pose.z);
    if (flags & hasAngle) put(pose.angle);
  }
  return out.subarray(0, at);
}

/**
 * Decodes a move into `poses` (three of them, overwritten) and returns its sequence number and how many it carried.
 * The poses may hold NaN or infinities: checking them is the world's part. Throws BAD_FRAME.
 */
export function decodeMove(bytes: Uint8Array, poses: Pose[]): { seq: number; count: number } {
  const flags = bytes[2] ?? 0;
  const count = flags & 3;
  const perPose = 8 + (flags & hasZ ? 4 : 0) + (flags & hasAngle ? 4 : 0);
  if (count === 0 || flags > 15 || bytes.length !== 3 + count * perPose) {
    throw new HereaboutsError("BAD_FRAME", "A move has 1 to 3 poses of 2 to 4 numbers.");
  }
  for (let i = 0; i < bytes.length; i++) move.setUint8(i, bytes[i]!);
  let at = 3;
  const take = () => {
    const value = move.getFloat32(at, true);
    at += 4;
    return value;
  };
  for (let i = 0; i < count; i++) {
    const pose = poses[i]!;
    pose.x = take();
    pose.y = take();
    pose.z = flags & hasZ ? take() : 0;
    pose.angle = flags & hasAngle ? take() : 0;
  }
  return { seq: move.getUint16(0, true), count };
}
