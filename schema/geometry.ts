/**
 * What poses are measured in: the bounds of a world, and the steps its coordinates are quantized to.
 *
 * Every axis has at most 65,536 steps, all of the same size, a power of two of the world's unit. 4,096 steps make a
 * cell, so that a mover's place within its cell takes 12 bits an axis and the cell 4.
 */

/** Position in the world's own units, and the angle about the z axis in radians. */
export type Pose = { x: number; y: number; z: number; angle: number };

export type Bounds = {
  readonly minX: number;
  readonly minY: number;
  readonly minZ: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly maxZ: number;
};

/** Bounds with the step that follows from them, in units. */
export type Geometry = Bounds & { readonly step: number };

export const cellSteps = 4096;
const axisSteps = 65_536;
const turn = 2 * Math.PI;

/** A world without a server side may use any coordinates within these: 1/16 of a unit is the finest difference. */
export const defaultBounds: Bounds = { minX: -2048, minY: -2048, minZ: -2048, maxX: 2047, maxY: 2047, maxZ: 2047 };

/**
 * The geometry of a world. Without a `step` it is the finest power of two that 65,536 steps an axis allow; a coarser one
 * makes larger cells, hence smaller frames.
 */
export function geometryOf(bounds: Bounds & { readonly step?: number }): Geometry {
  const { minX, minY, minZ, maxX, maxY, maxZ } = bounds;
  const longest = Math.max(maxX - minX, maxY - minY, maxZ - minZ);
  const finest = 2 ** Math.ceil(Math.log2(longest / (axisSteps - 1)));
  return { minX, minY, minZ, maxX, maxY, maxZ, step: Math.max(finest, bounds.step ?? 0) };
}

/** True if every part is a finite number: neither NaN nor an infinity may enter a world. */
export function isFinitePose(pose: Pose): boolean {
  return Number.isFinite(pose.x) && Number.isFinite(pose.y) && Number.isFinite(pose.z) && Number.isFinite(pose.angle);
}

/** Whether the position lies within the bounds, give or take a step: what one rounding to float32 may cost. */
export function isWithin(pose: Pose, geometry: Geometry): boolean {
  const slack = geometry.step;
  return (
    pose.x >= geometry.minX - slack &&
    pose.x <= geometry.maxX + slack &&
    pose.y >= geometry.minY - slack &&
    pose.y <= geometry.maxY + slack &&
    pose.z >= geometry.minZ - slack &&
    pose.z <= geometry.maxZ + slack
  );
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Steps from `min`, 0 to 65,535. */
export function toSteps(value: number, min: number, max: number, step: number): number {
  return Math.round((clamp(value, min, max) - min) / step);
}

/** An angle as one of 256 directions. */
export function toDirection(angle: number): number {
  return Math.round(((((angle % turn) + turn) % turn) / turn) * 256) & 255;
}

export function fromDirection(direction: number): number {
  return (direction / 256) * turn;
}

/** The pose at `part` of the way from `a` (0) to `b` (1), turning the shorter way round. */
export function mixPoses(a: Pose, b: Pose, part: number): Pose {
  const arc = ((((b.angle - a.angle + Math.PI) % turn) + turn) % turn) - Math.PI;
  return {
    x: a.x + (b.x - a.x) * part,
    y: a.y + (b.y - a.y) * part,
    z: a.z + (b.z - a.z) * part,
    angle: a.angle + arc * part,
  };
}

/** What a frame that carries a pose in steps is read as. */
export function fromSteps(
  steps: { readonly x: number; readonly y: number; readonly z: number; readonly direction: number },
  { minX, minY, minZ, step }: Geometry,
): Pose {
  return {
    x: minX + steps.x * step,
    y: minY + steps.y * step,
    z: minZ + steps.z * step,
    angle: fromDirection(steps.direction),
  };
}
