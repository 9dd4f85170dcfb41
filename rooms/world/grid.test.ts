/** Looking around finds what changed, the nearest of it first, wherever one stands and however the movers stand. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Grid, ringSpans } from "./grid.ts";
import { Poses } from "./poses.ts";

const bounds = { minX: 0, minY: 0, minZ: 0, maxX: 4095, maxY: 4095, maxZ: 0, step: 1 / 16 };

function start(places: readonly (readonly [x: number, y: number])[], leastSteps = 16) {
  const poses = new Poses(bounds);
  for (const [x, y] of places) poses.set(poses.allocate(0)!, { x, y, z: 0, angle: 0 });
  const grid = new Grid(poses, leastSteps);
  const spans = new Uint16Array(ringSpans);
  return {
    poses,
    /** Ring after ring, until there are enough. */
    around(x: number, y: number, enough: number, since = 0): number[] {
      grid.gather(since);
      const found: number[] = [];
      for (let ring = 0, ends = -1; found.length < enough && ends !== 0; ring++) {
        ends = grid.ring(x * 16, y * 16, ring, spans);
        for (let i = 0; i < ends; i += 2) found.push(...grid.slots.subarray(spans[i]!, spans[i + 1]!));
      }
      return found;
    },
  };
}
const coordinate = fc.double({ min: 0, max: 4095, noNaN: true });
const places = fc.oneof(
  fc.array(fc.tuple(coordinate, coordinate), { maxLength: 300, size: "max" }),
  // on a line, and all in one place
  fc.array(fc.tuple(coordinate, fc.constant(7)), { maxLength: 300, size: "max" }),
  fc.array(fc.constant<[number, number]>([4095, 4095]), { maxLength: 50, size: "max" }),
);

describe("[MV2] looking around", () => {
  it("finds each mover once, and all of them where that is not enough", () => {
    fc.assert(
      fc.property(places, coordinate, coordinate, fc.nat({ max: 400 }), (places, x, y, enough) => {
        const found = start(places).around(x, y, enough);
        expect(new Set(found).size).toBe(found.length);
        expect(found.length).toBeGreaterThanOrEqual(Math.min(enough, places.length));
      }),
    );
  });

  it("finds the nearest before those that are two cells farther", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 300, size: "max" }),
        (places) => {
          const found = new Set(start(places).around(places[0]![0], places[0]![1], 20));
          const distance = (slot: number) =>
            Math.max(Math.abs(places[slot]![0] - places[0]![0]), Math.abs(places[slot]![1] - places[0]![1]));
          const farthest = Math.max(...[...found].map(distance));
          const cell = 4096 / Math.ceil(Math.sqrt(places.length / 4));
          for (const slot of places.keys()) if (distance(slot) < farthest - 2 * cell) expect(found).toContain(slot);
        },
      ),
    );
  });

  it("leaves out what did not change since it was gathered", () => {
    const world = start([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    world.poses.tick = 9;
    world.poses.set(1, { x: 5, y: 5, z: 0, angle: 0 });
    expect(world.around(0, 0, 10, 8)).toEqual([1]);
    expect(world.around(0, 0, 10).sort()).toEqual([0, 1, 2]);
  });

  it("looks at no more of a large world than it needs", () => {
    const world = start(Array.from({ length: 8000 }, (_, i) => [(i % 90) * 45, Math.floor(i / 90) * 45] as const));
    expect(world.around(2000, 2000, 60).length).toBeLessThan(400);
    expect(world.around(0, 0, 60).length).toBeLessThan(400);
  });
});
