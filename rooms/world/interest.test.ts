/** Which movers a frame gets where not all fit: the stale ones around, the near ones first, and the others in turn. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxSlots } from "../../schema/blocks.ts";
import { type Eye, Interest } from "./interest.ts";
import { Poses } from "./poses.ts";

const bounds = { minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64, step: 1 / 16 };
const leastUnits = 16;

function start(places: readonly (readonly [x: number, y: number])[], slot: number | undefined) {
  const poses = new Poses(bounds);
  const slots = places.map(([x, y]) => {
    const slot = poses.allocate(0)!;
    poses.set(slot, { x, y, z: 0, angle: 0 });
    return slot;
  });
  const interest = new Interest(poses, leastUnits * 16);
  const chosen = new Uint16Array(maxSlots);
  const sentAt = new Uint32Array(maxSlots);
  const eye: Eye = { slot, nearSquared: 0 };
  return {
    poses,
    slots,
    sentAt,
    choose(room: number): number[] {
      interest.gather(0);
      return [...chosen.subarray(0, interest.choose(sentAt, eye, room, chosen))];
    },
    /** Everyone moves and those that are chosen are sent. */
    tick(room: number): number[] {
      for (const slot of slots) poses.changedAt[slot] = poses.tick;
      const sent = this.choose(room);
      for (const slot of sent) sentAt[slot] = poses.tick;
      poses.tick++;
      return sent;
    },
  };
}
const place = fc.tuple(
  fc.double({ min: -512, max: 512, noNaN: true }),
  fc.double({ min: -512, max: 512, noNaN: true }),
);
/** Evenly over the world, near the others in a grid of rows. */
const spread = (count: number) => {
  const side = Math.ceil(Math.sqrt(count));
  return Array.from({ length: count }, (_, i): [number, number] => [
    -500 + (1000 * (i % side)) / side,
    -500 + (1000 * Math.floor(i / side)) / side,
  ]);
};

describe("[MV2] interest", () => {
  it("chooses as many stale movers as there are or as fit, each once, in the order of blocks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, fc.nat({ max: 60 }), fc.nat({ max: 60 })), { maxLength: 150, size: "max" }),
        fc.integer({ min: 0, max: 120 }),
        fc.option(fc.nat({ max: 149 }), { nil: undefined }),
        (movers, room, slot) => {
          const world = start(
            movers.map(([at]) => at),
            slot !== undefined && slot < movers.length ? slot : undefined,
          );
          world.poses.tick = 61;
          for (const [slot, [, changed, sent]] of movers.entries()) {
            world.poses.changedAt[slot] = changed + 1;
            world.sentAt[slot] = sent;
          }
          const stale = world.slots.filter((slot) => world.poses.changedAt[slot]! > world.sentAt[slot]!);
          const chosen = world.choose(room);
          expect(new Set(chosen).size).toBe(chosen.length);
          expect(chosen.every((slot) => stale.includes(slot))).toBe(true);
          expect(chosen.length).toBe(Math.min(room, stale.length));
          const places = chosen.map((slot) => world.poses.key[slot]! * maxSlots + slot);
          expect(places).toEqual([...places].sort((a, b) => a - b));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("takes the nearest of those that are equally stale", () => {
    const eye = 3;
    const world = start(
      Array.from({ length: 20 }, (_, i) => [-500 + i * 50, 0] as const),
      eye,
    );
    const distance = (slot: number) => Math.abs(slot - eye);
    const expected = [...world.slots].sort((a, b) => distance(a) - distance(b)).slice(0, 6);
    expect(world.choose(6).map(distance).sort()).toEqual(expected.map(distance).sort());
  });

  it("takes the one left out longest of those that are equally near", () => {
    const world = start(
      Array.from({ length: 10 }, () => [100, 100] as const),
      0,
    );
    world.poses.tick = 30;
    for (const slot of world.slots) {
      world.poses.changedAt[slot] = 30;
      world.sentAt[slot] = 29 - slot;
    }
    expect(world.choose(3).sort()).toEqual([7, 8, 9]);
  });

  it("sees from the middle while one has no place", () => {
    const middle = [
      [-10, 0],
      [10, 0],
      [0, 10],
    ] as const;
    const world = start([...spread(200), ...middle], undefined);
    expect(world.choose(8)).toEqual(expect.arrayContaining([200, 201, 202]));
  });

  it.each([200, 1000, 5000])("sends the nearest of %i movers every tick, and those around them in turn", (count) => {
    const eye = Math.floor(count / 2) + Math.floor(Math.sqrt(count) / 2);
    const places = spread(count);
    const world = start(places, eye);
    const distance = (slot: number) =>
      Math.hypot(places[slot]![0] - places[eye]![0], places[slot]![1] - places[eye]![1]);
    const nearest = world.slots.toSorted((a, b) => distance(a) - distance(b));
    const last = new Map<number, number>();
    const longest = new Map<number, number>();
    for (let tick = 0; tick < 200; tick++) {
      for (const slot of world.tick(60)) last.set(slot, tick);
      if (tick < 60) continue;
      for (const slot of nearest.slice(0, 100)) {
        longest.set(slot, Math.max(longest.get(slot) ?? 0, tick - (last.get(slot) ?? 0)));
      }
    }
    const worst = (from: number, to: number) => Math.max(...nearest.slice(from, to).map((slot) => longest.get(slot)!));
    expect(worst(0, 5)).toBe(0);
    expect(worst(0, 30)).toBeLessThanOrEqual(1);
    expect(worst(0, 60)).toBeLessThanOrEqual(10);
  });

  it("lets those take turns that stand where all are equally near", () => {
    const count = 400;
    const world = start(
      Array.from({ length: count }, (_, i) => [100 + (i % 20) / 4, 100] as const),
      0,
    );
    const last = new Map<number, number>();
    for (let i = 1; i < 300; i++) {
      for (const slot of world.tick(50)) last.set(slot, i);
      // the inner half of near has twice the weight
      if (i > 20) for (const slot of world.slots) expect(i - (last.get(slot) ?? 0)).toBeLessThanOrEqual(count / 50 + 1);
    }
  });

  it("chooses nothing where nothing is stale or nothing fits", () => {
    const world = start([[0, 0]], 0);
    expect(world.choose(0)).toEqual([]);
    expect(world.choose(1)).toEqual([0]);
    world.sentAt[0] = 1;
    expect(world.choose(10)).toEqual([]);
    expect(start([], undefined).choose(10)).toEqual([]);
  });
});
