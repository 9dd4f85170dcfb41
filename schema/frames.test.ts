/** A movement frame's header comes out as it went in, and what was cut off is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { correctionBytes, type FrameHeader, headerBytes, isNewer, readHeader, writeHeader } from "./frames.ts";

describe("[MV2] the header", () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const header = fc.record({
    seq: fc.nat({ max: 0xffff }),
    time: fc.nat({ max: 0xffff_ffff }),
    ack: fc.nat({ max: 0xffff }),
    isReliable: fc.boolean(),
    correction: fc.option(
      fc.record({ x: number, y: number, z: number, angle: fc.float({ noNaN: true, noDefaultInfinity: true }) }),
      { nil: undefined },
    ),
  });

  it("comes out as it went in, the correction exactly", () => {
    fc.assert(
      fc.property(header, fc.nat({ max: 10 }), (sent, at) => {
        const out = Buffer.alloc(100, 0xee);
        const end = writeHeader(out, at, sent);
        expect(end - at).toBe(headerBytes + (sent.correction ? correctionBytes : 0));
        expect(out.subarray(end).every((byte) => byte === 0xee)).toBe(true);
        expect(readHeader(out.subarray(at, end))).toEqual({ ...sent, end: end - at });
      }),
    );
  });

  it("wraps its numbers", () => {
    const out = Buffer.alloc(headerBytes);
    writeHeader(out, 0, { seq: 0x1_0002, time: 2 ** 32 + 3, ack: 0x1_0004, correction: undefined, isReliable: false });
    expect(readHeader(out)).toMatchObject({ seq: 2, time: 3, ack: 4 });
    writeHeader(out, 0, { seq: 1, time: 1234.9, ack: 0, correction: undefined, isReliable: false });
    expect(readHeader(out).time).toBe(1234);
  });

  it("is refused when it was cut off anywhere", () => {
    const out = Buffer.alloc(headerBytes + correctionBytes);
    const sent: FrameHeader = {
      seq: 1,
      time: 2,
      ack: 3,
      correction: { x: 1, y: 2, z: 3, angle: 4 },
      isReliable: false,
    };
    writeHeader(out, 0, sent);
    for (let length = 0; length < out.length; length++) {
      expect(() => readHeader(out.subarray(0, length)), `${length}`).toThrow(
        expect.objectContaining({ code: "BAD_FRAME" }),
      );
    }
  });
});

describe("[MV2] sequence numbers", () => {
  it("are newer for half of the way round, and then older", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff }), fc.integer({ min: 1, max: 0x7fff }), (seq, ahead) => {
        expect(isNewer((seq + ahead) & 0xffff, seq)).toBe(true);
        expect(isNewer(seq, (seq + ahead) & 0xffff)).toBe(false);
        expect(isNewer(seq, seq)).toBe(false);
      }),
    );
    expect(isNewer(0, 0xffff)).toBe(true);
  });
});
