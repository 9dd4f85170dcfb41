/** Moves: three poses in few bytes, and nothing that is not a move is taken for one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HereaboutsError } from "./errors.ts";
import type { Pose } from "./geometry.ts";
import { decodeMove, encodeMove, maxMoveBytes, movePoses } from "./moves.ts";

const blank = (): Pose[] => Array.from({ length: movePoses }, () => ({ x: 7, y: 7, z: 7, angle: 7 }));
const encode = (seq: number, poses: readonly Pose[]) => encodeMove(new Uint8Array(maxMoveBytes), seq, poses).slice();
const number = fc.float({ noNaN: true, noDefaultInfinity: true });
const maybe = fc.oneof(fc.constant(0), number);
const pose = fc.record({ x: number, y: number, z: maybe, angle: maybe });
const moves = fc.array(pose, { minLength: 1, maxLength: 3 });
const flat = (x: number, y: number): Pose => ({ x, y, z: 0, angle: 0 });

/** What decoding makes of bytes: a move, or BAD_FRAME. Anything else fails the test. */
function outcome(bytes: Uint8Array): "move" | "refused" {
  try {
    const { seq, count } = decodeMove(bytes, blank());
    expect(seq).toBeGreaterThanOrEqual(0);
    expect(seq).toBeLessThanOrEqual(0xffff);
    expect(count >= 1 && count <= 3).toBe(true);
    return "move";
  } catch (error) {
    expect(error).toBeInstanceOf(HereaboutsError);
    expect(error).toMatchObject({ code: "BAD_FRAME" });
    return "refused";
  }
}

describe("[MV1] a move", () => {
  it("comes out as it went in, with or without height and angle", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff }), moves, (seq, poses) => {
        const out = blank();
        expect(decodeMove(encode(seq, poses), out)).toEqual({ seq, count: poses.length });
        const zero = (one: Pose) => Object.values(one).map((value) => value + 0);
        expect(out.slice(0, poses.length).map(zero)).toEqual(poses.map(zero));
        expect(out.slice(poses.length)).toEqual(blank().slice(poses.length));
      }),
    );
  });

  it("carries at most three poses, the newest", () => {
    const out = blank();
    const poses = [flat(4, 0), flat(3, 0), flat(2, 0), flat(1, 0)];
    expect(decodeMove(encode(9, poses), out).count).toBe(3);
    expect(out.map(({ x }) => x)).toEqual([4, 3, 2]);
  });

  it("costs 8 bytes a pose, and 4 more for height and for angle only where one of them is used", () => {
    expect(encode(1, [flat(1, 2)])).toHaveLength(3 + 8);
    expect(encode(1, [flat(1, 2), flat(1, 2), flat(1, 2)])).toHaveLength(3 + 24);
    expect(encode(1, [flat(1, 2), { ...flat(1, 2), z: 3 }])).toHaveLength(3 + 24);
    expect(encode(1, [{ x: 1, y: 2, z: 3, angle: 4 }])).toHaveLength(3 + 16);
    expect(encode(1, Array(3).fill({ x: 1, y: 2, z: 3, angle: 4 }))).toHaveLength(maxMoveBytes);
  });

  it("has a number of 16 bits that wraps", () => {
    expect(decodeMove(encode(0x1_0000, [flat(1, 2)]), blank()).seq).toBe(0);
    expect(decodeMove(encode(0x1_0001, [flat(1, 2)]), blank()).seq).toBe(1);
  });

  it("may be read and written in the middle of a larger buffer", () => {
    const large = new Uint8Array(200).fill(0xee);
    const bytes = encodeMove(large.subarray(50, 50 + maxMoveBytes), 513, [flat(1, 2)]);
    expect(bytes.byteOffset).toBe(50);
    expect(decodeMove(Buffer.from(large.buffer, 50, bytes.length), blank()).seq).toBe(513);
    expect(large.subarray(0, 50).every((byte) => byte === 0xee)).toBe(true);
    expect(large.subarray(50 + bytes.length).every((byte) => byte === 0xee)).toBe(true);
  });

  it("hands NaN and infinities on: to check them is the world's part", () => {
    const out = blank();
    decodeMove(encode(1, [{ x: Number.NaN, y: Number.POSITIVE_INFINITY, z: Number.NaN, angle: -1e39 }]), out);
    expect(out[0]).toEqual({ x: Number.NaN, y: Infinity, z: Number.NaN, angle: -Infinity });
  });
});

describe("[MV1] what is no move", () => {
  it("is refused when it was cut off anywhere, or has anything behind it", () => {
    fc.assert(
      fc.property(moves, (poses) => {
        const bytes = encode(1, poses);
        for (let length = 0; length < bytes.length; length++) {
          expect(outcome(bytes.subarray(0, length)), `${length} of ${bytes.length}`).toBe("refused");
        }
        expect(outcome(Buffer.concat([bytes, Buffer.from([0])]))).toBe("refused");
      }),
    );
  });

  it("is refused without a pose, or with flags that do not exist", () => {
    expect(outcome(encode(1, []))).toBe("refused");
    expect(outcome(new Uint8Array())).toBe("refused");
    const bytes = encode(1, [flat(1, 2)]);
    for (let flags = 16; flags < 256; flags++) expect(outcome(bytes.with(2, flags))).toBe("refused");
  });

  it("never does anything but be refused, or be a move of its length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        if (outcome(bytes) === "move") expect([11, 15, 19, 27, 35, 39, 51].includes(bytes.length)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});
