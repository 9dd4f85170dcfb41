/** Steps, cells and directions: what quantizing may cost, and what may never come out of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Bounds,
  cellSteps,
  defaultBounds,
  fromDirection,
  geometryOf,
  isFinitePose,
  isWithin,
  toDirection,
  toSteps,
} from "./geometry.ts";

const turn = 2 * Math.PI;
const axis = fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }));
const bounds = fc
  .tuple(axis, axis, axis)
  .map(
    ([[minX, x], [minY, y], [minZ, z]]): Bounds => ({
      minX,
      minY,
      minZ,
      maxX: minX + x,
      maxY: minY + y,
      maxZ: minZ + z,
    }),
  )
  .filter(({ minX, maxX, minY, maxY }) => maxX - minX > 1e-3 || maxY - minY > 1e-3);

describe("[MV2] the geometry of a world", () => {
  it("has the finest power of two that 65,536 steps an axis allow", () => {
    fc.assert(
      fc.property(bounds, (world) => {
        const { step } = geometryOf(world);
        const longest = Math.max(world.maxX - world.minX, world.maxY - world.minY, world.maxZ - world.minZ);
        expect(Number.isInteger(Math.log2(step))).toBe(true);
        expect(longest / step).toBeLessThanOrEqual(65_535);
        expect(longest / (step / 2)).toBeGreaterThan(65_535);
      }),
    );
  });

  it("keeps its bounds, and takes a coarser step but no finer one", () => {
    expect(geometryOf({ ...defaultBounds, step: 1 })).toEqual({ ...defaultBounds, step: 1 });
    expect(geometryOf({ ...defaultBounds, step: 1 / 1024 }).step).toBe(1 / 16);
    expect(geometryOf(defaultBounds)).toEqual({ ...defaultBounds, step: 1 / 16 });
  });

  it("has at most 16 cells an axis", () => {
    fc.assert(
      fc.property(bounds, (world) => {
        const { minX, maxX, step } = geometryOf(world);
        expect(Math.floor(toSteps(maxX, minX, maxX, step) / cellSteps)).toBeLessThan(16);
      }),
    );
  });
});

describe("[MV1] coordinates", () => {
  it("become whole steps from 0 to 65,535 within half a step, whatever they are", () => {
    fc.assert(
      fc.property(
        bounds,
        fc.double({ noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (world, wild, part) => {
          const { minX, maxX, step } = geometryOf(world);
          for (const value of [wild, minX + part * (maxX - minX), minX, maxX]) {
            const steps = toSteps(value, minX, maxX, step);
            expect(Number.isInteger(steps) && steps >= 0 && steps <= 65_535).toBe(true);
            const near = Math.min(maxX, Math.max(minX, value));
            expect(Math.abs(minX + steps * step - near)).toBeLessThanOrEqual((step / 2) * (1 + 1e-6));
          }
        },
      ),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("that are %s are no pose", (wrong) => {
    const pose = { x: 0, y: 0, z: 0, angle: 0 };
    expect(isFinitePose(pose)).toBe(true);
    for (const key of ["x", "y", "z", "angle"]) expect(isFinitePose({ ...pose, [key]: wrong })).toBe(false);
  });

  it("are within the bounds on them, not beyond them by more than a rounding", () => {
    const world = geometryOf({ minX: -10, minY: -20, minZ: 0, maxX: 10, maxY: 20, maxZ: 5 });
    const inside = { x: 0, y: 0, z: 1, angle: 0 };
    for (const pose of [
      inside,
      { ...inside, x: 10 },
      { ...inside, y: -20 },
      { ...inside, z: 0 },
      { ...inside, z: 5 },
    ]) {
      expect(isWithin(pose, world)).toBe(true);
    }
    for (const wrong of [{ x: 10.1 }, { x: -10.1 }, { y: 20.1 }, { y: -20.1 }, { z: -0.1 }, { z: 5.1 }]) {
      expect(isWithin({ ...inside, ...wrong }, world), JSON.stringify(wrong)).toBe(false);
    }
    const odd = geometryOf({ ...defaultBounds, maxX: 1000.7 });
    expect(Math.fround(odd.maxX)).toBeGreaterThan(odd.maxX);
    expect(isWithin({ ...inside, x: Math.fround(odd.maxX) }, odd)).toBe(true);
  });
});

describe("[MV2] angles", () => {
  it("become one of 256 directions within half of one, however often they went around", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e4, noNaN: true }), (angle) => {
        const direction = toDirection(angle);
        expect(Number.isInteger(direction) && direction >= 0 && direction < 256).toBe(true);
        const apart = Math.abs(((((fromDirection(direction) - angle) % turn) + turn * 1.5) % turn) - Math.PI);
        expect(apart).toBeLessThanOrEqual((turn / 512) * (1 + 1e-6));
      }),
    );
  });

  it("of directions are those directions", () => {
    for (let direction = 0; direction < 256; direction++) expect(toDirection(fromDirection(direction))).toBe(direction);
  });

  it("are some direction, also where they are beyond measure", () => {
    for (const angle of [1e308, -1e308, Number.MIN_VALUE, -0]) {
      const direction = toDirection(angle);
      expect(Number.isInteger(direction) && direction >= 0 && direction < 256).toBe(true);
    }
  });
});
