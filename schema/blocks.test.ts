/** The movers of a frame: what is written comes out within half a step, nothing goes past the end, rubbish is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Walk } from "../loadtest/lib/walk.ts";
import { maxSlots, type QuantizedPoses, quantize, readBlocks, writeBlocks, writeRow } from "./blocks.ts";
import { HereaboutsError } from "./errors.ts";
import { headerBytes, readHeader } from "./frames.ts";
import { cellSteps, defaultBounds, type Geometry, geometryOf, type Pose } from "./geometry.ts";

const turn = 2 * Math.PI;
const flatField = geometryOf({ minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64, step: 1 / 16 });

function emptyPoses(): QuantizedPoses {
  return {
    x: new Uint16Array(maxSlots),
    y: new Uint16Array(maxSlots),
    z: new Uint16Array(maxSlots),
    direction: new Uint8Array(maxSlots),
    key: new Uint16Array(maxSlots),
  };
}

type World = { geometry: Geometry; movers: Map<number, Pose> };

/** Quantizes the movers of a world; their slots in the order in which blocks are written. */
function place({ geometry, movers }: World) {
  const poses = emptyPoses();
  for (const [slot, pose] of movers) quantize(poses, slot, pose, geometry);
  const slots = Uint16Array.from(movers.keys()).sort((a, b) => poses.key[a]! - poses.key[b]! || a - b);
  return { poses, slots };
}

/** Writes blocks for all movers into `bytes` bytes; what was reported as written, and the block bytes. */
function write(world: World, bytes = 60_000) {
  const { poses, slots } = place(world);
  const at = 7;
  const out = Buffer.alloc(at + bytes + 64, 0xee);
  const written: number[] = [];
  const end = writeBlocks(out, at, at + bytes, poses, slots, slots.length, (slot) => void written.push(slot));
  return { written, blocks: out.subarray(at, end), before: out.subarray(0, at), behind: out.subarray(end) };
}

function read(blocks: Uint8Array, geometry: Geometry): [number, Pose][] {
  const seen: [number, Pose][] = [];
  readBlocks(blocks, 0, geometry, (slot, x, y, z, angle) => void seen.push([slot, { x, y, z, angle }]));
  return seen;
}
const bytesOf = (world: World) => write(world).blocks.length;

/** Calls what may only throw BAD_FRAME; true if it did not throw. */
function isReadable(reading: () => void): boolean {
  try {
    reading();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(HereaboutsError);
    expect(error).toMatchObject({ code: "BAD_FRAME" });
    return false;
  }
}

const size = fc.double({ min: 0.5, max: 20_000, noNaN: true });
const origin = fc.double({ min: -20_000, max: 20_000, noNaN: true });
const geometry = fc
  .record({
    minX: origin,
    minY: origin,
    sizeX: size,
    sizeY: size,
    // flat at 0, flat elsewhere, around 0, above it
    z: fc.constantFrom([0, 0], [7.3, 7.3], [-100.1, 250], [0, 300], [20, 90]),
    coarser: fc.constantFrom(1, 1, 2, 16),
  })
  .map(({ minX, minY, sizeX, sizeY, z: [minZ, maxZ], coarser }) => {
    const bounds = { minX, minY, minZ: minZ!, maxX: minX + sizeX, maxY: minY + sizeY, maxZ: maxZ! };
    return geometryOf({ ...bounds, step: geometryOf(bounds).step * coarser });
  });
const part = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1));
const mover = fc.record({
  // the first page, pages that share their last byte, and the last one
  slot: fc.oneof(fc.nat({ max: 255 }), fc.nat({ max: 600 }), fc.nat({ max: maxSlots - 1 })),
  x: part,
  y: part,
  z: fc.oneof(part, fc.constant(undefined)),
  angle: fc.oneof(fc.constant(0), fc.double({ min: -20, max: 20, noNaN: true })),
  /** Stands with the others in one place of the world. */
  isNear: fc.boolean(),
});
const world = fc
  .record({ geometry, movers: fc.array(mover, { maxLength: 120, size: "max" }) })
  .map(({ geometry, movers }): World => {
    const { minX, maxX, minY, maxY, minZ, maxZ } = geometry;
    const poses = movers.map(({ slot, x, y, z, angle, isNear }): [number, Pose] => {
      const scale = isNear ? 0.01 : 1;
      const height = z === undefined ? Math.min(maxZ, Math.max(minZ, 0)) : minZ + z * (maxZ - minZ);
      return [slot, { x: minX + x * scale * (maxX - minX), y: minY + y * scale * (maxY - minY), z: height, angle }];
    });
    return { geometry, movers: new Map(poses) };
  });

describe("[MV2] blocks", () => {
  it("bring each mover within half a step and half a direction, in any world", () => {
    fc.assert(
      fc.property(world, (all) => {
        const { written, blocks } = write(all);
        expect([...written].sort()).toEqual([...all.movers.keys()].sort());
        const seen = read(blocks, all.geometry);
        expect(seen.map(([slot]) => slot)).toEqual(written);
        const half = (all.geometry.step / 2) * (1 + 1e-6);
        for (const [slot, pose] of seen) {
          const sent = all.movers.get(slot)!;
          expect(Math.abs(pose.x - sent.x), `x of ${slot}`).toBeLessThanOrEqual(half);
          expect(Math.abs(pose.y - sent.y), `y of ${slot}`).toBeLessThanOrEqual(half);
          expect(Math.abs(pose.z - sent.z), `z of ${slot}`).toBeLessThanOrEqual(half);
          const apart = Math.abs(((((pose.angle - sent.angle) % turn) + turn * 1.5) % turn) - Math.PI);
          expect(apart, `angle of ${slot}`).toBeLessThanOrEqual((turn / 512) * (1 + 1e-6));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never go past their end, and tell exactly what they hold", () => {
    fc.assert(
      fc.property(world, fc.nat({ max: 900 }), (all, budget) => {
        const { written, blocks, before, behind } = write(all, budget);
        expect(blocks.length).toBeLessThanOrEqual(budget);
        expect(before.every((byte) => byte === 0xee)).toBe(true);
        expect(behind.every((byte) => byte === 0xee)).toBe(true);
        expect(read(blocks, all.geometry).map(([slot]) => slot)).toEqual(written);
        expect(new Set(written).size).toBe(written.length);
      }),
      { numRuns: 300 },
    );
  });

  it("take no less than what fits", () => {
    const movers = new Map(Array.from({ length: 100 }, (_, slot) => [slot, { x: slot, y: 1, z: 0, angle: 0 }]));
    const all = { geometry: flatField, movers };
    expect(write(all, 3 + 4 * 100).written).toHaveLength(100);
    expect(write(all, 3 + 4 * 100 - 1).written).toHaveLength(99);
    expect(write(all, 3 + 4).written).toHaveLength(1);
    expect(write(all, 3 + 3).written).toHaveLength(0);
    expect(write(all, 0).written).toHaveLength(0);
  });

  it("may be written without anyone asking which", () => {
    const { poses, slots } = place({ geometry: flatField, movers: new Map([[3, { x: 1, y: 2, z: 0, angle: 0 }]]) });
    expect(writeBlocks(Buffer.alloc(100), 0, 100, poses, slots, 1)).toBeGreaterThan(0);
  });

  it("cost 4 bytes for a mover beside two others in its cell, and 5 elsewhere", () => {
    const cell = cellSteps * flatField.step;
    const together = (count: number, more: Partial<Pose> = {}) =>
      new Map(Array.from({ length: count }, (_, i) => [i, { x: 1 + i / 3, y: 10, z: 0, angle: 0, ...more }]));
    const apart = (count: number) =>
      new Map(
        Array.from({ length: count }, (_, i) => {
          const [column, row] = [i % 4, Math.floor(i / 4)];
          return [
            i,
            { x: flatField.minX + (column + 0.5) * cell, y: flatField.minY + (row + 0.5) * cell, z: 0, angle: 0 },
          ];
        }),
      );
    const bytes = (movers: Map<number, Pose>) => bytesOf({ geometry: flatField, movers });
    for (let count = 3; count <= 256; count++) expect(bytes(together(count))).toBe(3 + 4 * count);
    for (let count = 1; count <= 16; count++) expect(bytes(apart(count))).toBe(2 + 5 * count);
    expect(bytes(together(10, { z: 5 })) - bytes(together(10))).toBe(10 * 2);
    expect(bytes(together(10, { angle: 1 })) - bytes(together(10))).toBe(10);
  });

  it("cost one byte more where slots lie 128 or more apart", () => {
    const at = { x: 1, y: 10, z: 0, angle: 0 };
    const bytes = (slots: number[]) =>
      bytesOf({ geometry: flatField, movers: new Map(slots.map((slot) => [slot, { ...at, x: slot / 99 }])) });
    expect(bytes([0, 1, 2])).toBe(3 + 12);
    expect(bytes([127, 255, 383])).toBe(3 + 12);
    expect(bytes([128, 257, 386])).toBe(2 + 18);
    expect(bytes([maxSlots - 3, maxSlots - 2, maxSlots - 1])).toBe(3 + 13);
  });

  it("cost 4 bytes for a mover in a row of slots, wherever they are", () => {
    const movers = new Map(
      Array.from({ length: 300 }, (_, i) => [i + 500, { x: (i * 37) % 500, y: -i, z: 0, angle: 0 }]),
    );
    const { poses } = place({ geometry: flatField, movers });
    const out = Buffer.alloc(2000, 0xee);
    const rowOf = (first: number, past: number, end = out.length) => {
      const written: number[] = [];
      const behind = writeRow(out, 7, end, poses, first, past, (slot) => void written.push(slot));
      expect(read(out.subarray(7, behind), flatField).map(([slot]) => slot)).toEqual(written);
      return { bytes: behind - 7, written };
    };
    expect(rowOf(500, 528)).toEqual({ bytes: 4 + 28 * 4, written: [...movers.keys()].slice(0, 28) });
    expect(rowOf(500, 800).written).toHaveLength(256);
    expect(rowOf(500, 528, 7 + 4 + 10 * 4 + 3).written).toHaveLength(10);
    expect(rowOf(500, 528, 7 + 4 + 3)).toEqual({ bytes: 0, written: [] });
    const [, [slot, seen]] = read(
      out.subarray(
        7,
        writeRow(out, 7, 2000, poses, 600, 602, () => {}),
      ),
      flatField,
    ) as [unknown, [number, Pose]];
    expect(slot).toBe(601);
    expect(seen.x).toBeCloseTo(movers.get(601)!.x, 1);
  });

  it("let about 270 movers into one datagram", () => {
    const movers = new Map(
      Array.from({ length: 300 }, (_, i) => [i, { x: 1 + (i % 20), y: 1 + Math.floor(i / 20), z: 0, angle: 0 }]),
    );
    expect(write({ geometry: flatField, movers }, 1100 - headerBytes).written.length).toBeGreaterThanOrEqual(268);
  });
});

describe("[MV2] what a mover costs on walks in a world of two axes", () => {
  const geometry = geometryOf(defaultBounds);

  /** Bytes a mover over a round of walks: of the `near` nearest to each of twenty people. */
  function bytesPerMover(people: number, spread: number, near: number): number {
    const walk = new Walk(people, spread, 0.4);
    let bytes = 0;
    for (let step = 0; step < 400; step += 40) {
      const poses = Array.from({ length: people }, (_, i) => ({
        x: walk.x(i, step),
        y: walk.y(i, step),
        z: 0,
        angle: 0,
      }));
      for (let viewer = 0; viewer < people; viewer += people / 20) {
        const away = ({ x, y }: Pose) => (x - poses[viewer]!.x) ** 2 + (y - poses[viewer]!.y) ** 2;
        const nearest = [...poses.entries()].sort(([, a], [, b]) => away(a) - away(b)).slice(0, near);
        bytes += bytesOf({ geometry, movers: new Map(nearest) }) / near / 200;
      }
    }
    return bytes;
  }

  it("is at most 4.5 bytes in a crowd, also where four cells meet and where slots lie far apart", () => {
    expect(bytesPerMover(100, 100, 100)).toBeLessThan(4.15);
    expect(bytesPerMover(100, 500, 100)).toBeLessThan(4.5);
    expect(bytesPerMover(1000, 100, 85)).toBeLessThan(4.3);
    expect(bytesPerMover(1000, 500, 85)).toBeLessThan(4.5);
    expect(bytesPerMover(1000, 1000, 85)).toBeLessThan(4.9);
  });

  it("is little more than 5 bytes where hardly anyone shares a cell", () => {
    expect(bytesPerMover(100, 1900, 100)).toBeLessThan(5.1);
    expect(bytesPerMover(1000, 1900, 85)).toBeLessThan(5.15);
  });
});

describe("[MV2] a first pose in the corner where all steps are 0", () => {
  const corner = { x: flatField.minX, y: flatField.minY, z: flatField.minZ, angle: 0 };

  it("is that of its own slot, not of the one with the same number in the first page", () => {
    const { blocks } = write({ geometry: flatField, movers: new Map([[300, corner]]) });
    expect(read(blocks, flatField)).toEqual([[300, corner]]);
  });

  it("keeps its height where 0 is not the lowest", () => {
    const geometry = geometryOf(defaultBounds);
    const lowest = { x: geometry.minX, y: geometry.minY, z: geometry.minZ, angle: 0 };
    const { blocks } = write({ geometry, movers: new Map([[3, lowest]]) });
    expect(read(blocks, geometry)).toEqual([[3, lowest]]);
  });
});

describe("quantizing", () => {
  it("tells whether a frame would carry anything else than before", () => {
    const poses = emptyPoses();
    const pose = { x: 10, y: 20, z: 0, angle: 0 };
    expect(quantize(poses, 5, pose, flatField)).toBe(true);
    expect(quantize(poses, 5, { ...pose }, flatField)).toBe(false);
    expect(quantize(poses, 5, { ...pose, x: 10 + flatField.step / 4 }, flatField)).toBe(false);
    expect(quantize(poses, 5, { ...pose, angle: turn / 2000 }, flatField)).toBe(false);
    for (const change of [{ x: 10.1 }, { y: 20.1 }, { z: 0.1 }, { angle: 0.1 }]) {
      expect(quantize(poses, 5, { ...pose, ...change }, flatField), JSON.stringify(change)).toBe(true);
      expect(quantize(poses, 5, pose, flatField)).toBe(true);
    }
  });

  it("puts what lies outside onto the bounds", () => {
    const movers = new Map([[1, { x: 1e9, y: -1e9, z: 1e9, angle: 0 }]]);
    const [[, pose]] = read(write({ geometry: flatField, movers }).blocks, flatField) as [[number, Pose]];
    expect(pose).toEqual({ x: 512, y: -512, z: 64, angle: 0 });
  });
});

describe("[MV2] a frame that is none", () => {
  it("is refused or cut to whole blocks, wherever it ends", () => {
    fc.assert(
      fc.property(world, (all) => {
        const { blocks, written } = write(all, 1100);
        for (let length = 0; length <= blocks.length; length++) {
          const seen: number[] = [];
          const cut = blocks.subarray(0, length);
          const isWhole = isReadable(() => readBlocks(cut, 0, all.geometry, (slot) => void seen.push(slot)));
          expect(seen).toEqual(written.slice(0, seen.length));
          if (length === blocks.length) expect(isWhole).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("is refused, whatever the bytes are, or names slots that there can be", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        isReadable(() => {
          const { end } = readHeader(bytes);
          readBlocks(bytes, end, flatField, (slot, x, y, z, angle) => {
            if (!(slot >= 0 && slot < maxSlots && [x, y, z, angle].every(Number.isFinite))) expect.unreachable();
          });
        });
      }),
      { numRuns: 20_000 },
    );
  });
});
