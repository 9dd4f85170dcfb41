/**
 * Reading a frame: whatever the bytes are there is an answer, and what is let through is exactly what Colyseus will read
 * from it. Frames are built as the SDK builds them (colyseus.js, Room.mjs: `send`, `request`, `sendBytes`).
 */
import { Protocol } from "@colyseus/core";
import { decode, encode } from "@colyseus/schema";
import fc from "fast-check";
import { Packr, RESERVE_START_SPACE, unpack } from "msgpackr";
import { describe, expect, it } from "vitest";
import { type Inbound, readInbound } from "./inbound.ts";

const packr = new Packr();
const none = Symbol("no payload");

function header(protocol: number, type: string | number, requestId?: number): { bytes: Uint8Array; length: number } {
  const bytes = new Uint8Array(8192);
  const it = { offset: 1 };
  bytes[0] = protocol;
  if (requestId !== undefined) encode.number(bytes, requestId, it);
  if (typeof type === "string") encode.string(bytes, type, it);
  else encode.number(bytes, type, it);
  return { bytes, length: it.offset };
}

/** What `room.send(type, payload)` or `room.request(type, payload)` sends. */
function frame(type: string | number, payload: unknown, requestId?: number): Buffer {
  const { bytes, length } = header(
    requestId === undefined ? Protocol.ROOM_DATA : Protocol.ROOM_REQUEST,
    type,
    requestId,
  );
  if (payload === none) return Buffer.from(bytes.subarray(0, length));
  const data = packr.pack(payload, RESERVE_START_SPACE | length) as Buffer;
  data.set(bytes.subarray(0, length), 0);
  return Buffer.from(data);
}

function bytesFrame(type: string | number, payload: Uint8Array): Buffer {
  const { bytes, length } = header(Protocol.ROOM_DATA_BYTES, type);
  return Buffer.concat([bytes.subarray(0, length), payload]);
}

/** What Colyseus makes of a frame that was let through; throws where it would. */
function asColyseus(bytes: Buffer): { type: string | number; requestId: number | undefined } {
  const it = { offset: 1 };
  const requestId = (bytes[0]! & 0x1f) === Protocol.ROOM_REQUEST ? decode.number(bytes, it) : undefined;
  const type = decode.stringCheck(bytes, it) ? decode.string(bytes, it) : decode.number(bytes, it);
  if (bytes.length > it.offset) unpack(bytes, { start: it.offset } as never);
  return { type, requestId };
}

/** Reads a frame, and holds what it says against what Colyseus would read. */
function check(bytes: Buffer): Inbound {
  const inbound = readInbound(bytes);
  switch (inbound.kind) {
    case "message": {
      const { type, requestId } = inbound;
      const read = asColyseus(bytes);
      if (read.type !== type || read.requestId !== requestId)
        expect(read, bytes.toString("hex")).toEqual({ type, requestId });
      break;
    }
    case "bytes":
      if (!(inbound.type >= 0 && inbound.type <= 127)) expect.unreachable(bytes.toString("hex"));
      break;
    case "bad":
      if (!/^[A-Z].*\.$/.test(inbound.reason)) expect.unreachable(inbound.reason);
      if (!/^(undefined|\d+)$/.test(String(inbound.requestId))) expect.unreachable(`request ${inbound.requestId}`);
      break;
    case "control":
    case "input":
      break;
    default:
      inbound satisfies never;
  }
  return inbound;
}

/** At most 64 bytes. */
const type = fc.string({
  minLength: 1,
  maxLength: 16,
  unit: fc.constantFrom(..."abc.:-_ \u00e4\u8a9e\u{1f600}\u0000"),
});
const requestId = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 70_000 }), fc.integer({ min: 0, max: 0x7fff_ffff }));

describe("[WO5] what the SDK sends is read as it was meant", () => {
  it("messages and requests with any JSON", () => {
    fc.assert(
      fc.property(type, fc.jsonValue({ maxDepth: 5 }), fc.option(requestId, { nil: undefined }), (name, data, id) => {
        expect(check(frame(name, data, id))).toEqual({ kind: "message", type: name, requestId: id });
      }),
      { numRuns: 1000 },
    );
  });

  it("messages without data, and with what JSON leaves out", () => {
    expect(check(frame("play", none))).toEqual({ kind: "message", type: "play", requestId: undefined });
    expect(check(frame("play", none, 7))).toEqual({ kind: "message", type: "play", requestId: 7 });
    expect(check(frame("play", undefined))).toMatchObject({ kind: "message" });
    expect(check(frame("play", { a: undefined }))).toMatchObject({ kind: "message" });
  });

  it("the same shape many times over", () => {
    const data = Array.from({ length: 50 }, (_, i) => ({ x: i, y: { z: i } }));
    expect(check(frame("say", data))).toMatchObject({ kind: "message", type: "say" });
  });

  it("bytes", () => {
    const payload = Uint8Array.from([1, 2, 3]);
    const read = check(bytesFrame(1, payload)) as Extract<Inbound, { kind: "bytes" }>;
    expect(read).toMatchObject({ kind: "bytes", type: 1 });
    expect([...read.payload]).toEqual([1, 2, 3]);
    expect(check(bytesFrame(127, new Uint8Array()))).toMatchObject({ kind: "bytes", type: 127 });
  });

  it("control frames and inputs", () => {
    for (const code of [Protocol.JOIN_ROOM, Protocol.LEAVE_ROOM, Protocol.PING]) {
      expect(check(Buffer.from([code]))).toMatchObject({ kind: "control" });
    }
    for (const code of [Protocol.ROOM_INPUT_RELIABLE, Protocol.ROOM_INPUT_UNRELIABLE]) {
      const frame = Buffer.from([code, 1, 2]);
      expect(check(frame)).toEqual({ kind: "input", frame });
    }
  });
});

describe("[WO5] what is not right is bad, and says how", () => {
  it.each([
    ["nothing at all", Buffer.alloc(0)],
    ["a code that there is not", Buffer.from([0])],
    ["what only a server sends", Buffer.from([Protocol.ROOM_STATE, 1, 2])],
    ["a ping with data", Buffer.from([Protocol.PING, 1])],
    ["a message without a type", Buffer.from([Protocol.ROOM_DATA])],
    ["a message with an empty type", frame("", { text: "hi" })],
    ["a message with a number as its type", frame(5, { text: "hi" })],
    ["a type longer than 64 bytes", frame("x".repeat(65), none)],
    ["a type that ends in the middle", frame("prop.set", none).subarray(0, 5)],
    ["a type that is not UTF-8", Buffer.from([Protocol.ROOM_DATA, 0xa2, 0xff, 0xfe])],
    ["data cut short", frame("say", { text: "hello" }).subarray(0, -1)],
    ["data with something behind it", Buffer.concat([frame("say", { text: "hello" }), Buffer.from([0])])],
    ["data that is not plain", frame("say", { at: new Date(5) })],
    [
      "data that claims to be endless",
      Buffer.concat([frame("say", none), Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])]),
    ],
    ["a request without a number", Buffer.from([Protocol.ROOM_REQUEST])],
    ["a request with half a number", Buffer.from([Protocol.ROOM_REQUEST, 0xcd, 1])],
    ["a request with a broken number", Buffer.from([Protocol.ROOM_REQUEST, 0xcb, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0xa3])],
    ["bytes without a type", Buffer.from([Protocol.ROOM_DATA_BYTES])],
    ["bytes with a name", bytesFrame("moves", Uint8Array.of(1))],
  ])("%s", (_, bytes) => {
    expect(check(bytes)).toMatchObject({ kind: "bad" });
  });

  it("and names the request, so that it can be answered", () => {
    const bytes = Buffer.concat([frame("say", none, 70_000), Buffer.from([0xc1])]);
    expect(check(bytes)).toMatchObject({ kind: "bad", requestId: 70_000 });
  });

  it("wherever a good frame is cut", () => {
    fc.assert(
      fc.property(type, fc.jsonValue({ maxDepth: 3 }), fc.option(requestId, { nil: undefined }), (name, data, id) => {
        const bytes = frame(name, data, id);
        const whole = frame(name, none, id).length;
        for (let length = 0; length < bytes.length; length++) {
          const { kind } = check(bytes.subarray(0, length));
          expect(kind, `${length} of ${bytes.length}`).toBe(length === whole ? "message" : "bad");
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("[WO5] nothing throws", () => {
  const codes = Object.values(Protocol) as number[];
  const random = fc.uint8Array({ maxLength: 40 });
  const structured = fc
    .record({
      code: fc.oneof(fc.constantFrom(...codes), fc.nat({ max: 255 })),
      flags: fc.constantFrom(0, 0, 0x20, 0x40, 0x80, 0xe0),
      middle: fc.constantFrom(
        "",
        "a3736179",
        "01a3736179",
        "cd0100a3736179",
        "d903736179",
        "ce01020304a3736179",
        "ca00",
        "a0",
      ),
      rest: fc.oneof(
        random,
        fc.jsonValue({ maxDepth: 3 }).map((value) => packr.pack(value) as Uint8Array),
      ),
    })
    .map(({ code, flags, middle, rest }) =>
      Buffer.concat([Buffer.from([code | flags]), Buffer.from(middle, "hex"), rest]),
    );
  const mutated = fc
    .record({
      bytes: fc
        .tuple(type, fc.jsonValue({ maxDepth: 3 }), fc.option(requestId, { nil: undefined }))
        .map(([name, data, id]) => frame(name, data, id)),
      changes: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
    })
    .map(({ bytes, changes }) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return copy;
    });

  it.each([
    ["random", random.map((bytes) => Buffer.from(bytes))],
    ["structured", structured],
    ["changed", mutated],
  ])("on 34,000 %s frames, and what is let through Colyseus can read", (_, frames) => {
    fc.assert(
      fc.property(frames, (bytes) => void check(bytes)),
      { numRuns: 34_000 },
    );
  });
});
