/** Which movers a frame gets where not all fit: the stale ones, the near ones first, and the others in turn. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxSlots } from "../../schema/frames.ts";
import { Interest } from "./interest.ts";
import { Poses } from "./poses.ts";

const farTicks = 35;
const bounds = { minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64, step: 1 / 16 };

function start(places: readonly (readonly [x: number, y: number])[]) {
  const poses = new Poses(bounds);
  const slots = places.map(([x, y]) => {
    const slot = poses.allocate(0)!;
    poses.set(slot, { x, y, z: 0, angle: 0 });
    return slot;
  });
  const interest = new Interest({ nearSteps: 2048, farTicks });
  const chosen = new Uint16Array(maxSlots);
  const sentAt = new Uint32Array(maxSlots);
  return {
    poses,
    slots,
    sentAt,
    choose(room: number, eye: number | undefined): number[] {
      return [...chosen.subarray(0, interest.choose(poses, sentAt, eye, room, chosen))];
    },
    /** Everyone moves and those that are chosen are sent. */
    tick(room: number, eye: number | undefined): number[] {
      for (const slot of slots) poses.changedAt[slot] = poses.tick;
      const sent = this.choose(room, eye);
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

describe("[MV2] interest", () => {
  it("chooses as many stale movers as there are or as fit, each once, in the order of blocks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, fc.nat({ max: 60 }), fc.nat({ max: 60 })), { maxLength: 150, size: "max" }),
        fc.integer({ min: 1, max: 120 }),
        fc.option(fc.nat({ max: 149 }), { nil: undefined }),
        (movers, room, eye) => {
          const world = start(movers.map(([at]) => at));
          world.poses.tick = 61;
          for (const [slot, [, changed, sent]] of movers.entries()) {
            world.poses.changedAt[slot] = changed + 1;
            world.sentAt[slot] = sent;
          }
          const stale = world.slots.filter((slot) => world.poses.changedAt[slot]! > world.sentAt[slot]!);
          const chosen = world.choose(room, eye !== undefined && eye < movers.length ? eye : undefined);
          expect(new Set(chosen).size).toBe(chosen.length);
          expect(chosen.every((slot) => stale.includes(slot))).toBe(true);
          expect(chosen.length).toBe(Math.min(room, stale.length));
          const keys = chosen.map((slot) => world.poses.key[slot]!);
          expect(keys).toEqual([...keys].sort((a, b) => a - b));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("takes the nearest first of those that are equally stale", () => {
    const world = start(Array.from({ length: 20 }, (_, i) => [-500 + i * 50, 0] as const));
    const eye = 3;
    const chosen = world.choose(6, eye);
    const distance = (slot: number) => Math.abs(slot - eye);
    const expected = [...world.slots].sort((a, b) => distance(a) - distance(b)).slice(0, 6);
    expect(chosen.map(distance).sort()).toEqual(expected.map(distance).sort());
  });

  it("takes the one left out longest first of those that are equally near", () => {
    const world = start(Array.from({ length: 10 }, () => [100, 100] as const));
    world.poses.tick = 30;
    for (const slot of world.slots) {
      world.poses.changedAt[slot] = 30;
      world.sentAt[slot] = 29 - slot;
    }
    expect(world.choose(3, 0).sort()).toEqual([7, 8, 9]);
  });

  it("sees from nowhere in particular while one has no place, and leaves nobody out", () => {
    const world = start([
      [-500, -500],
      [500, 500],
      [0, 0],
    ]);
    const sent = new Set([...world.tick(1, undefined), ...world.tick(1, undefined), ...world.tick(1, undefined)]);
    for (let i = 0; i < farTicks * 2; i++) for (const slot of world.tick(1, undefined)) sent.add(slot);
    expect(sent.size).toBe(3);
  });

  it("sends the far one at least every farTicks while near ones would fill each frame", () => {
    const near = Array.from({ length: 60 }, (_, i) => [100 + (i % 10), 100 + i / 10] as const);
    const world = start([...near, [-500, -500]]);
    const far = near.length;
    let last = 0;
    for (let i = 1; i < 500; i++) {
      if (world.tick(20, 0).includes(far)) last = i;
      expect(i - last).toBeLessThanOrEqual(farTicks + 1);
    }
  });

  it("goes round in turn where all are alike", () => {
    const count = 400;
    const world = start(Array.from({ length: count }, () => [100, 100] as const));
    const last = new Map<number, number>();
    for (let i = 1; i < 300; i++) {
      for (const slot of world.tick(50, 0)) last.set(slot, i);
      if (i > 20) for (const slot of world.slots) expect(i - (last.get(slot) ?? 0)).toBeLessThanOrEqual(count / 50 + 1);
    }
  });

  it("still goes round where there are far more than the budget takes within farTicks", () => {
    const count = 400;
    const world = start(Array.from({ length: count }, () => [100, 100] as const));
    const times = new Map<number, number>();
    for (let i = 0; i < 2000; i++) for (const slot of world.tick(5, 0)) times.set(slot, (times.get(slot) ?? 0) + 1);
    expect(Math.min(...world.slots.map((slot) => times.get(slot) ?? 0))).toBeGreaterThanOrEqual(5);
  });

  it("chooses nothing where nothing is stale", () => {
    const world = start([[0, 0]]);
    world.sentAt[0] = 1;
    expect(world.choose(10, 0)).toEqual([]);
    expect(start([]).choose(10, undefined)).toEqual([]);
  });
});
