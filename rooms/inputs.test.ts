/** Frames of inputs: those of the SDK are read as they were meant, and whatever else is sent, reading it comes to an end. */
import { Protocol, ProtocolModifier } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { InputEncoder } from "@colyseus/schema/input";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOfFloats, readRing } from "./inputs.ts";

const Push = schema({ x: t.float32(), y: t.float32() }, "Push");
const frameOf = (ring: Uint8Array) => Uint8Array.of(Protocol.ROOM_INPUT_UNRELIABLE, ...ring);

describe("[WO5] a frame of inputs", () => {
  it("is read as the SDK wrote it", () => {
    const push = new Push();
    const encoder = new InputEncoder(push, { mode: "unreliable", historySize: 3 });
    for (let seq = 1; seq <= 200; seq++) {
      Object.assign(push, { x: seq / 200, y: -1 });
      const ring = readRing(frameOf(encoder.encode()))!;
      expect([ring.seq, ring.bodies.length]).toEqual([Math.max(1, seq - 2), Math.min(seq, 3)]);
      expect(ring.bodies.every((body) => isOfFloats(body, 2))).toBe(true);
    }
  });

  it.each([
    ["no number", []],
    ["a negative number", [0xd0, 0xff]],
    ["a negative length, which Colyseus would read for ever", [1, 0xd0, 0xfe]],
    ["a length beyond its end", [1, 5, 0x80]],
    ["a length that is cut off", [1, 0xcd, 1]],
    ["more inputs than anyone sends", [1, ...Array(33).fill(0)]],
  ])("with %s is none", (_, ring) => {
    expect(readRing(frameOf(Uint8Array.from(ring)))).toBeUndefined();
  });

  it("with a time in it is none, nor is a reliable one", () => {
    expect(readRing(Uint8Array.of(Protocol.ROOM_INPUT_UNRELIABLE | ProtocolModifier.TIMED, 1, 0))).toBeUndefined();
    expect(readRing(Uint8Array.of(Protocol.ROOM_INPUT_RELIABLE, 1, 0))).toBeUndefined();
  });

  it("of any bytes is read to its end, or not at all", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const ring = readRing(frameOf(bytes));
      const size = ring?.bodies.reduce((sum, body) => sum + body.length, 0) ?? 0;
      return size <= bytes.length;
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it("sets nothing but the fields that there are", () => {
    expect(isOfFloats(Uint8Array.of(), 2)).toBe(true);
    expect(isOfFloats(Uint8Array.of(0x82, 0, 0, 0, 0), 2)).toBe(false);
    expect(isOfFloats(Uint8Array.of(255, 1, 0, 0, 0), 2)).toBe(false);
    expect(isOfFloats(Uint8Array.of(0x80, 0, 0, 0), 2)).toBe(false);
  });
});
