/**
 * What a move may do: only finite poses, within the bounds, and no faster than the piece allows. What breaks the rules is
 * corrected to the nearest pose that does not; the mover is told in its next frame.
 */
import { type Bounds, clamp, type Geometry, isFinitePose, isWithin, type Pose } from "../../schema/geometry.ts";

export type Correction = "bounds" | "speed";

/** Distance a person may have saved up by resting, in seconds at full speed: covers late and bunched packets. */
const savedSeconds = 0.5;
const slack = 1.15;

/** How far one person may still go. */
export class Stride {
  readonly #maxSpeed: number;
  #left: number;
  #at: number;

  constructor(maxSpeed: number, now: number) {
    this.#maxSpeed = maxSpeed * slack;
    this.#left = this.#maxSpeed * savedSeconds;
    this.#at = now;
  }

  /** Takes up to `distance`; returns the part of it that is allowed, 0 to 1. */
  take(distance: number, now: number): number {
    if (!Number.isFinite(this.#maxSpeed)) return 1;
    const gained = (Math.max(0, now - this.#at) / 1000) * this.#maxSpeed;
    this.#left = Math.min(this.#maxSpeed * savedSeconds, this.#left + gained);
    this.#at = now;
    const taken = Math.min(distance, this.#left);
    this.#left -= taken;
    return distance === 0 ? 1 : taken / distance;
  }
}

/** Takes `wanted` from where someone is. Returns the pose to have, and why it is another one. Undefined: not a pose. */
export function move(
  from: Readonly<Pose> | undefined,
  wanted: Readonly<Pose>,
  geometry: Geometry,
  stride: Stride,
  now: number,
): { pose: Pose; corrected: Correction | undefined } | undefined {
  if (!isFinitePose(wanted)) return undefined;
  const pose = within(wanted, geometry);
  const corrected = isWithin(wanted, geometry) ? undefined : "bounds";
  if (!from) return { pose, corrected };
  const distance = Math.hypot(pose.x - from.x, pose.y - from.y, pose.z - from.z);
  const allowed = stride.take(distance, now);
  if (allowed >= 1) return { pose, corrected };
  pose.x = from.x + (pose.x - from.x) * allowed;
  pose.y = from.y + (pose.y - from.y) * allowed;
  pose.z = from.z + (pose.z - from.z) * allowed;
  return { pose, corrected: "speed" };
}

/** The pose nearest to `pose` that lies within the bounds. */
export function within({ x, y, z, angle }: Readonly<Pose>, bounds: Bounds): Pose {
  return {
    x: clamp(x, bounds.minX, bounds.maxX),
    y: clamp(y, bounds.minY, bounds.maxY),
    z: clamp(z, bounds.minZ, bounds.maxZ),
    angle,
  };
}
