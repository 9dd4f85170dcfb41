/** Going round: everyone comes by within the time set, in as few bytes as rows take, and nothing that is known. */
import { describe, expect, it } from "vitest";
import { maxSlots, readBlocks } from "../../schema/blocks.ts";
import { Poses } from "./poses.ts";
import { Sweep } from "./sweep.ts";

const bounds = { minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64, step: 1 / 16 };

function start(count: number, options: { ticks?: number; frameBytes?: number } = {}) {
  const poses = new Poses(bounds);
  for (let i = 0; i < count; i++) poses.set(poses.allocate(0)!, { x: (i * 97) % 500, y: i % 500, z: 0, angle: 0 });
  const sweep = new Sweep(options.ticks ?? 36, options.frameBytes ?? 400);
  const sentAt = new Uint32Array(maxSlots);
  const out = Buffer.alloc(2000);
  return {
    poses,
    sentAt,
    tick(end = 400): { bytes: number; slots: number[] } {
      sweep.advance(poses.slots);
      const bytes = sweep.write(out, 0, end, poses, sentAt);
      poses.tick++;
      const slots: number[] = [];
      readBlocks(out.subarray(0, bytes), 0, poses.geometry, (slot) => void slots.push(slot));
      return { bytes, slots };
    },
  };
}

describe("[MV2] a sweep", () => {
  it.each([1, 101, 300, 1000, 2000])("of %i sends everyone once within the time round, then nothing", (count) => {
    const world = start(count);
    const slots = Array.from({ length: 36 }, () => world.tick()).flatMap(({ slots }) => slots);
    expect(slots.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, slot) => slot));
    for (let i = 0; i < 40; i++) expect(world.tick().bytes).toBe(0);
  });

  it("sends those that changed since, and those it could not fit with the next time round", () => {
    const world = start(100);
    for (let i = 0; i < 4; i++) world.tick(60);
    const missing = Array.from({ length: 100 }, (_, slot) => slot).filter((slot) => world.sentAt[slot] === 0);
    expect(missing.length).toBeGreaterThan(20);
    for (let i = 0; i < 10; i++) world.tick();
    world.poses.set(7, { x: -7, y: 0, z: 0, angle: 0 });
    expect(Array.from({ length: 10 }, () => world.tick()).flatMap(({ slots }) => slots)).toEqual([7]);
  });

  it("costs little more than 4 bytes a mover, with free slots and known ones between", () => {
    const world = start(1000);
    for (let slot = 50; slot < 1000; slot += 97) world.poses.free(slot, 0);
    for (let slot = 3; slot < 1000; slot += 40) world.sentAt[slot] = 9;
    const frames = Array.from({ length: 36 }, () => world.tick());
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b);
    expect(sum(frames.map(({ bytes }) => bytes)) / sum(frames.map(({ slots }) => slots.length))).toBeLessThan(4.3);
  });

  it("breaks rows where movers use other axes", () => {
    const world = start(30);
    world.poses.set(5, { x: 1, y: 2, z: 3, angle: 0 });
    world.poses.set(9, { x: 1, y: 2, z: 0, angle: 1 });
    expect(world.tick().slots).toHaveLength(30);
  });

  it("takes longer rather than more than its part of a frame", () => {
    const world = start(8000);
    const frames = Array.from({ length: 36 }, () => world.tick(1000));
    expect(Math.max(...frames.map(({ bytes }) => bytes))).toBeLessThanOrEqual(260);
    expect(new Set(frames.flatMap(({ slots }) => slots)).size).toBeGreaterThan(2000);
  });
});
