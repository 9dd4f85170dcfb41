/** Every step of a walk is told from every other by its place. */
import { describe, expect, it } from "vitest";
import { defaultBounds, geometryOf, toSteps } from "../../schema/geometry.ts";
import { stepsPerRound, Walk } from "./walk.ts";

describe("[LT1] a walk", () => {
  const geometry = geometryOf(defaultBounds);
  const tolerance = geometry.step * 0.75;
  const quantized = (value: number) =>
    geometry.minX + toSteps(Math.fround(value), geometry.minX, geometry.maxX, geometry.step) * geometry.step;

  it("tells every step from its quantized position alone", () => {
    const walk = new Walk(40, 500, 1);
    walk.mustSuit(geometry.step);
    for (let mover = 0; mover < 40; mover++) {
      for (let step = 0; step < stepsPerRound; step++) {
        const seen = walk.stepAt(mover, quantized(walk.x(mover, step)), quantized(walk.y(mover, step)), tolerance);
        expect(seen).toBe(step);
      }
    }
  });

  it("moves one stride at each step, round and round", () => {
    const walk = new Walk(1, 500, 1);
    for (let step = 0; step < stepsPerRound; step++) {
      const next = (step + 1) % stepsPerRound;
      const moved = Math.hypot(walk.x(0, next) - walk.x(0, step), walk.y(0, next) - walk.y(0, step));
      expect(moved).toBeCloseTo(1, 9);
    }
  });

  it("says -1 for places off the path, NaN included", () => {
    const walk = new Walk(1, 500, 1);
    const [x, y] = [walk.x(0, 5), walk.y(0, 5)];
    for (const [dx, dy] of [
      [0.3, 0],
      [0, 0.3],
      [0, 50],
      [-10, 0],
      [Number.NaN, 0],
    ] as const) {
      expect(walk.stepAt(0, x + dx, y + dy, tolerance)).toBe(-1);
    }
  });

  it("stays within the spread and fills it evenly", () => {
    const walk = new Walk(400, 500, 1);
    const quadrants = [0, 0, 0, 0];
    for (let mover = 0; mover < 400; mover++) {
      const middleX = (walk.x(mover, 0) + walk.x(mover, 200)) / 2;
      const middleY = (walk.y(mover, 0) + walk.y(mover, 200)) / 2;
      expect(Math.max(Math.abs(walk.x(mover, 100)), Math.abs(walk.y(mover, 200)))).toBeLessThanOrEqual(500);
      quadrants[(middleX > 0 ? 1 : 0) + (middleY > 0 ? 2 : 0)]! += 1;
    }
    for (const count of quadrants) expect(Math.abs(count - 100)).toBeLessThan(10);
  });

  it("refuses a stride too small for the world, and a spread too small for the stride", () => {
    expect(() => new Walk(1, 500, 0.1).mustSuit(geometry.step)).toThrow("--stride");
    expect(() => new Walk(1, 60, 1)).toThrow("--spread");
  });
});
