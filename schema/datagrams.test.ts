/** The datagram header: what is written comes out, and nothing else is taken for one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datagramHeaderBytes, maxDatagramBytes, maxPayloadBytes, readDatagram, writeDatagram } from "./datagrams.ts";
import { HereaboutsError } from "./errors.ts";

const echo = fc.record({
  seq: fc.nat({ max: 0xffff }),
  before: fc.nat({ max: 0xffff_ffff }),
  heldMs: fc.nat({ max: 0x7fff }),
});
const header = fc.record({ seq: fc.nat({ max: 0xffff }), echo: fc.option(echo, { nil: undefined }) });

/** What reading makes of bytes; anything but a datagram or BAD_FRAME fails the test. */
function readOrRefuse(bytes: Uint8Array) {
  try {
    return readDatagram(bytes);
  } catch (error) {
    if (error instanceof HereaboutsError && error.code === "BAD_FRAME") return undefined;
    throw error;
  }
}

describe("[MV4] a datagram", () => {
  it("comes out as it went in, and costs 10 bytes more than its frame", () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 300 }), (sent, payload) => {
        const bytes = writeDatagram(sent, payload);
        expect(bytes).toHaveLength(payload.length + 10);
        expect(readDatagram(bytes)).toEqual({ header: sent, payload });
      }),
    );
  });

  it("is a heartbeat without a frame", () => {
    const bytes = writeDatagram({ seq: 3, echo: undefined });
    expect(bytes).toHaveLength(datagramHeaderBytes);
    expect(readDatagram(bytes).payload).toHaveLength(0);
  });

  it("may be read in the middle of a larger buffer", () => {
    const bytes = writeDatagram({ seq: 513, echo: { seq: 7, before: 2 ** 31 + 1, heldMs: 9 } }, Uint8Array.of(1, 2));
    const large = new Uint8Array(50).fill(0xee);
    large.set(bytes, 20);
    const { header, payload } = readDatagram(Buffer.from(large.buffer, 20, bytes.length));
    expect(header).toEqual({ seq: 513, echo: { seq: 7, before: 2 ** 31 + 1, heldMs: 9 } });
    expect([...payload]).toEqual([1, 2]);
  });

  it("wraps its number, and says no more than it can of how long an echo was held", () => {
    const of = (heldMs: number) =>
      readDatagram(writeDatagram({ seq: 0x1_0005, echo: { seq: 1, before: 0, heldMs } })).header;
    expect(of(12.6)).toEqual({ seq: 5, echo: { seq: 1, before: 0, heldMs: 13 } });
    expect(of(1e9).echo?.heldMs).toBe(0x7fff);
    expect(of(-5).echo?.heldMs).toBe(0);
  });

  it("takes frames of up to 1,100 bytes", () => {
    expect(writeDatagram({ seq: 1, echo: undefined }, new Uint8Array(maxPayloadBytes))).toHaveLength(maxDatagramBytes);
    expect(maxDatagramBytes).toBeLessThanOrEqual(1156);
    const tooLarge = () => writeDatagram({ seq: 1, echo: undefined }, new Uint8Array(maxPayloadBytes + 1));
    expect(tooLarge).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
  });
});

describe("[MV4] what is no datagram", () => {
  it("is refused: too short, too long, or with an arrival that it does not have", () => {
    const bytes = writeDatagram({ seq: 1, echo: { seq: 2, before: 3, heldMs: 4 } });
    for (let length = 0; length < bytes.length; length++)
      expect(readOrRefuse(bytes.subarray(0, length))).toBe(undefined);
    expect(readOrRefuse(new Uint8Array(maxDatagramBytes + 1))).toBe(undefined);
    expect(readOrRefuse(bytes.with(9, 0))).toBe(undefined);
  });

  it("never does anything but be refused, or be written again as it was", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const read = readOrRefuse(bytes);
        if (read && Buffer.compare(writeDatagram(read.header, read.payload), bytes) !== 0) expect.unreachable();
      }),
      { numRuns: 20_000 },
    );
  });
});
