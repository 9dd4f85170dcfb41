/** Poses by slot: slots are handed out, rest after use, and are kept in the order in which frames are written. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxSlots } from "../../schema/blocks.ts";
import { defaultBounds } from "../../schema/geometry.ts";
import { Poses } from "./poses.ts";

const restMs = 5000;
const pose = (x: number, y = 0, z = 0, angle = 0) => ({ x, y, z, angle });

describe("[MV2] slots", () => {
  it("are small numbers, each handed out once, until all are taken", () => {
    const poses = new Poses(defaultBounds);
    const slots = new Set(Array.from({ length: maxSlots }, () => poses.allocate(0)));
    expect(slots.size).toBe(maxSlots);
    expect(Math.max(...[...slots].map(Number))).toBe(maxSlots - 1);
    expect(poses.allocate(0)).toBeUndefined();
    poses.free(17, 0);
    expect(poses.allocate(restMs - 1)).toBeUndefined();
    expect(poses.allocate(restMs)).toBe(17);
    expect(poses.allocate(restMs)).toBeUndefined();
  });

  it("rest before someone else gets them, so that no late frame draws one person in another's place", () => {
    const poses = new Poses(defaultBounds);
    const slot = poses.allocate(0)!;
    poses.set(slot, pose(5));
    poses.free(slot, 1000);
    expect(poses.allocate(1000 + restMs - 1)).not.toBe(slot);
    expect(poses.allocate(1000 + restMs)).toBe(slot);
  });

  it("are used again, longest rested first, so that their number stays that of the people", () => {
    const poses = new Poses(defaultBounds);
    for (let minute = 0; minute < 200; minute++) {
      const slots = Array.from({ length: 10 }, () => poses.allocate(minute * 60_000)!);
      expect(Math.max(...slots)).toBeLessThan(20);
      for (const slot of slots) poses.free(slot, minute * 60_000 + 30_000);
    }
  });

  it("have no pose of whoever had them before", () => {
    const poses = new Poses(defaultBounds);
    const slot = poses.allocate(0)!;
    poses.set(slot, pose(5));
    poses.free(slot, 0);
    expect(poses.get(slot)).toBeUndefined();
    expect([...poses.ordered()]).toEqual([]);
    expect(poses.allocate(restMs)).toBe(slot);
    expect(poses.get(slot)).toBeUndefined();
    expect(poses.changedAt[slot]).toBe(0);
    poses.tick = 9;
    poses.set(slot, pose(5));
    expect(poses.changedAt[slot]).toBe(9);
    expect([...poses.ordered()]).toEqual([slot]);
  });
});

describe("[MV2] a pose", () => {
  it("is kept exactly, and is the world's own", () => {
    const poses = new Poses(defaultBounds);
    const slot = poses.allocate(0)!;
    const given = pose(1 / 3, 2 / 3, -0.1, 7);
    poses.set(slot, given);
    given.x = 99;
    expect(poses.get(slot)).toEqual(pose(1 / 3, 2 / 3, -0.1, 7));
  });

  it("counts as changed in the tick in which a frame would carry something else", () => {
    const poses = new Poses(defaultBounds);
    const slot = poses.allocate(0)!;
    poses.set(slot, pose(1));
    expect(poses.changedAt[slot]).toBe(1);
    poses.tick = 5;
    poses.set(slot, pose(1 + poses.geometry.step / 8));
    expect(poses.changedAt[slot]).toBe(1);
    poses.set(slot, pose(1 + poses.geometry.step));
    expect(poses.changedAt[slot]).toBe(5);
  });

  it("counts as changed when it is the first, wherever it is", () => {
    for (const first of [pose(0), pose(defaultBounds.minX, defaultBounds.minY, defaultBounds.minZ)]) {
      const poses = new Poses(defaultBounds);
      const slot = poses.allocate(0)!;
      expect([...poses.ordered()]).toEqual([]);
      poses.set(slot, first);
      expect(poses.changedAt[slot]).toBe(1);
      expect([...poses.ordered()]).toEqual([slot]);
    }
  });
});

describe("[MV2] the order of slots", () => {
  it("is that of their keys, and holds all that have a pose, whatever happened before", () => {
    const operation = fc.record({
      op: fc.constantFrom("set", "set", "set", "free", "new"),
      which: fc.nat(),
      x: fc.double({ min: -2048, max: 2047, noNaN: true }),
      y: fc.double({ min: -2048, max: 2047, noNaN: true }),
      z: fc.constantFrom(0, 0, 5),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200, size: "max" }), (operations) => {
        const poses = new Poses(defaultBounds);
        const taken: number[] = [];
        const placed = new Set<number>();
        for (const [i, { op, which, x, y, z }] of operations.entries()) {
          if (op === "new") taken.push(poses.allocate(i * 1000)!);
          const slot = taken[which % taken.length];
          if (slot === undefined) continue;
          if (op === "set") {
            poses.set(slot, pose(x, y, z));
            placed.add(slot);
          } else if (op === "free") {
            poses.free(slot, i * 1000);
            taken.splice(taken.indexOf(slot), 1);
            placed.delete(slot);
          }
          const order = [...poses.ordered()];
          expect(new Set(order)).toEqual(placed);
          expect(order).toHaveLength(placed.size);
          const keys = order.map((one) => poses.key[one]!);
          expect(keys).toEqual([...keys].sort((a, b) => a - b));
        }
      }),
      { numRuns: 50 },
    );
  });
});
