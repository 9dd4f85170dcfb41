/** What a move may do: finite, within the bounds, and no faster than the piece allows, however it is sent. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultBounds, geometryOf, isFinitePose, isWithin, type Pose } from "../../schema/geometry.ts";
import { move, Stride } from "./motion.ts";

const geometry = geometryOf({ minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64, step: 1 / 16 });
const at = (x: number, y = 0, z = 0, angle = 0): Pose => ({ x, y, z, angle });
const unlimited = () => new Stride(Number.POSITIVE_INFINITY, 0);
const apart = (a: Pose, b: Pose) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);

describe("[MV1] the bounds", () => {
  it("are checked, and what lies outside is put onto them and corrected", () => {
    expect(move(undefined, at(1000, -1000, -1), geometry, unlimited(), 0)).toEqual({
      pose: at(512, -512, 0),
      corrected: "bounds",
    });
    expect(move(at(0), at(5, 6, 7, 8), geometry, unlimited(), 0)).toEqual({
      pose: at(5, 6, 7, 8),
      corrected: undefined,
    });
  });

  it("forgive what a rounding to float32 may cost, but keep to themselves", () => {
    const moved = move(undefined, at(512 + geometry.step / 2), geometry, unlimited(), 0)!;
    expect(moved).toEqual({ pose: at(512), corrected: undefined });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("let no %s in", (wrong) => {
    for (const key of ["x", "y", "z", "angle"]) {
      expect(move(at(0), { ...at(0), [key]: wrong }, geometry, unlimited(), 0)).toBeUndefined();
      expect(move(undefined, { ...at(0), [key]: wrong }, geometry, unlimited(), 0)).toBeUndefined();
    }
  });

  it("hold for whatever a client sends", () => {
    const number = fc.oneof(fc.double({ min: -2000, max: 2000 }), fc.float(), fc.double());
    const moves = fc.array(fc.record({ x: number, y: number, z: number, angle: number }), { maxLength: 30 });
    fc.assert(
      fc.property(moves, fc.constantFrom(1, 320, Number.POSITIVE_INFINITY), (wanted, maxSpeed) => {
        const stride = new Stride(maxSpeed, 0);
        let pose: Pose | undefined;
        for (const [i, one] of wanted.entries()) {
          const moved = move(pose, one, geometry, stride, i * 33);
          expect(moved === undefined).toBe(!isFinitePose(one));
          if (!moved) continue;
          pose = moved.pose;
          expect(isFinitePose(pose) && isWithin(pose, { ...geometry, step: 0 }), JSON.stringify(pose)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("leave what was given as it was", () => {
    const [from, wanted] = [at(0), at(9999)];
    move(from, wanted, geometry, new Stride(10, 0), 0);
    expect([from, wanted]).toEqual([at(0), at(9999)]);
  });
});

describe("[MV1] the speed", () => {
  it("of an honest walk is never corrected, at 30 Hz or in bunches or with a pause", () => {
    const maxSpeed = 320;
    for (const arrivals of [
      (i: number) => i * 33.3,
      (i: number) => Math.ceil(i / 5) * 5 * 33.3,
      (i: number) => (i < 30 ? i * 33.3 : 2000 + i * 33.3),
      (i: number) => i * 33.3 + (i % 2) * 30,
    ]) {
      const stride = new Stride(maxSpeed, 0);
      let pose = at(-512);
      for (let i = 1; i < 90; i++) {
        const moved = move(pose, at(-512 + i * maxSpeed * 0.0333), geometry, stride, arrivals(i))!;
        expect(moved.corrected, `move ${i}`).toBeUndefined();
        pose = moved.pose;
      }
    }
  });

  it("of a jump is cut to what may be saved up, in its direction", () => {
    const stride = new Stride(100, 0);
    const { pose, corrected } = move(at(0), at(300, 400), geometry, stride, 0)!;
    expect(corrected).toBe("speed");
    expect(apart(pose, at(0))).toBeGreaterThanOrEqual(50);
    expect(apart(pose, at(0))).toBeLessThanOrEqual(60);
    expect(pose.x / pose.y).toBeCloseTo(300 / 400);
  });

  it("cannot be beaten over any time, however the moves are sent", () => {
    const step = fc.record({
      x: fc.integer({ min: -512, max: 512 }),
      y: fc.integer({ min: -512, max: 512 }),
      ms: fc.nat({ max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const maxSpeed = 200;
        const stride = new Stride(maxSpeed, 0);
        let now = 0;
        let pose = at(0);
        let gone = 0;
        for (const { x, y, ms } of steps) {
          now += ms;
          const next = move(pose, at(x, y), geometry, stride, now)!.pose;
          gone += apart(pose, next);
          pose = next;
          expect(gone).toBeLessThanOrEqual(maxSpeed * 1.15 * (now / 1000 + 0.5) * (1 + 1e-9));
        }
      }),
    );
  });

  it("counts height, and costs nothing for standing still or turning", () => {
    const stride = new Stride(10, 0);
    expect(move(at(0), at(0, 0, 50), geometry, stride, 0)!.corrected).toBe("speed");
    for (let i = 0; i < 100; i++) {
      expect(move(at(5), at(5, 0, 0, i), geometry, stride, 0)).toEqual({ pose: at(5, 0, 0, i), corrected: undefined });
    }
  });

  it("does not keep anyone from their first pose", () => {
    expect(move(undefined, at(500), geometry, new Stride(1, 0), 0)).toEqual({ pose: at(500), corrected: undefined });
  });

  it("is any where the piece sets none", () => {
    const world = geometryOf(defaultBounds);
    expect(move(at(-2000), at(2000), world, unlimited(), 0)!.corrected).toBeUndefined();
  });

  it("is not gained by a clock that goes back", () => {
    const stride = new Stride(100, 1000);
    stride.take(1e9, 1000);
    expect(stride.take(1e9, 0)).toBe(0);
  });
});
