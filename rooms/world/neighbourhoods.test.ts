/** The parts of a world: few in each unless they stand in one place, and the same number for the same part. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Neighbourhoods } from "./neighbourhoods.ts";
import { Poses } from "./poses.ts";

const bounds = { minX: 0, minY: 0, minZ: 0, maxX: 4095, maxY: 4095, maxZ: 0, step: 1 / 16 };
const leastUnits = 64;

function part(places: readonly (readonly [x: number, y: number])[]) {
  const poses = new Poses(bounds);
  for (const [x, y] of places) poses.set(poses.allocate(0)!, { x, y, z: 0, angle: 0 });
  const neighbourhoods = new Neighbourhoods(poses, leastUnits * 16);
  neighbourhoods.part();
  return Map.groupBy(places.keys(), (slot) => neighbourhoods.of(slot));
}
const coordinate = fc.double({ min: 0, max: 4095, noNaN: true });

it("[MV2] neighbourhoods are few people, or a small place", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(coordinate, coordinate), { maxLength: 400, size: "max" }), (places) => {
      for (const slots of part(places).values()) {
        if (slots.length <= 8) continue;
        for (const along of [0, 1] as const) {
          const all = slots.map((slot) => places[slot]![along]);
          expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(leastUnits);
        }
      }
    }),
  );
});

it("[MV2] a neighbourhood keeps its number while others come and go elsewhere", () => {
  const here = Array.from({ length: 8 }, (_, i) => [10 + i, 10] as const);
  const crowd = (count: number) => Array.from({ length: count }, (_, i) => [2000 + i * 8, 3000] as const);
  const numberOf = (places: Parameters<typeof part>[0]) => [...part(places)].find(([, slots]) => slots.includes(0))![0];
  expect(numberOf([...here, ...crowd(100)])).toBe(numberOf([...here, ...crowd(200)]));
});
