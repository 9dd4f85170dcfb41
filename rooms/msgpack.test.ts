/** The walker agrees with the packer on all that it packs, and refuses what an unpacker would choke on. */
import fc from "fast-check";
import { Packr, unpack } from "msgpackr";
import { describe, expect, it } from "vitest";
import { isPlainMsgpack } from "./msgpack.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("isPlainMsgpack", () => {
  it("takes whatever JSON the SDK's packer writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(isPlainMsgpack(new Packr().pack(value), 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses anything cut short or with something behind it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(), (value, n) => {
        const bytes = new Packr().pack(value);
        expect(isPlainMsgpack(bytes.subarray(0, n % bytes.length), 0)).toBe(false);
        expect(isPlainMsgpack(Buffer.concat([bytes, Buffer.from([0])]), 0)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes nothing that the unpacker throws on", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 48 }), (bytes) => {
        if (isPlainMsgpack(bytes, 0)) expect(() => unpack(bytes)).not.toThrow();
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ["an array that claims thirty million elements", "dd 01 c9 c3 80"],
    ["a map that claims four thousand million pairs", "df ff ff ff ff"],
    ["a string longer than the bytes", "db ff ff ff ff 61"],
    ["an extension (a regular expression)", "c7 05 78 93 a1 61 a0"],
    ["an integer of 64 bits, which JSON has not", "cf 01 02 03 04 05 06 07 08"],
    ["a signed one", "d3 ff 02 03 04 05 06 07 08"],
    ["nesting without end", "91".repeat(100)],
    ["a record whose keys are not an array", "d4 72 40 c0"],
    ["nothing", ""],
  ])("refuses %s", (_, bytes) => {
    expect(isPlainMsgpack(hex(bytes), 0)).toBe(false);
  });
});
