/**
 * Bad input for a seat, from a seed: values and frames, random and structured. Nothing here is sent.
 *
 * Some of it is valid by chance, which is as it should be; only what ends a seat by design is left out: a frame that
 * leaves, and those above `maxPayload`, which only `oversizeFrame` makes.
 */
import { Protocol } from "@colyseus/core";
import { Packr } from "msgpackr";
import { movementType } from "../../schema/frames.ts";
import { honestFrame, type RoomKind, types } from "./honest.ts";
import { mangledBytes } from "./mangle.ts";
import type { Random } from "./random.ts";
import { messageFrame, requestFrame } from "./raw.ts";

const packr = new Packr({ useRecords: false });
const records = new Packr();
const oddTypes = [
  "",
  "*",
  "__proto__",
  "constructor",
  "piece:",
  "refused",
  "t".repeat(64),
  "t".repeat(65),
  "\u0000",
  "é",
];
const oddNumbers = [
  0,
  -0,
  1,
  -1,
  255,
  65536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e308,
  3.4e38,
  -3.4e38,
  Number.NaN,
  Infinity,
  -Infinity,
];
const oddTexts = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "\udc00x",
  "a\ud83d",
  "\u202e",
  "𝕏".repeat(300),
  "x".repeat(281),
  "é".repeat(4096),
];
const keys = [
  ...["text", "emote", "key", "value", "owned", "saved", "color", "face", "showing", "attention", "token"],
  ...["id", "font", "seq", "on", "before", "limit", "person", "seconds", "reason", "kind"],
];
const oddKeys = ["__proto__", "constructor", "toString", "then", "", "slug", "length"];

/** Any value at all: of JSON, or with what MessagePack and an unpacker know beside that. */
export function anyValue(random: Random, depth = 3, isJson = false): unknown {
  switch (
    isJson ? random.pick(depth > 0 ? [0, 1, 2, 3, 8, 9, 10, 10] : [0, 1, 2, 3, 8]) : random.int(depth > 0 ? 12 : 9)
  ) {
    case 0:
      return random.pick(oddNumbers);
    case 1:
      return random.pick(oddTexts);
    case 2:
      return random.chance(0.5);
    case 3:
      return null;
    case 4:
      return undefined;
    case 5:
      return BigInt(random.int(1000)) << 50n;
    case 6:
      return random.bytes(random.int(40));
    case 7:
      return new Date(random.pick(oddNumbers));
    case 8:
      return String.fromCharCode(...Array.from({ length: random.int(20) }, () => random.int(65536)));
    case 9:
      return Array.from({ length: random.int(6) }, () => anyValue(random, depth - 1, isJson));
    default: {
      const pairs = Array.from({ length: random.int(5) }, () => [
        random.pick(random.chance(0.8) ? keys : oddKeys),
        anyValue(random, depth - 1, isJson),
      ]);
      return Object.fromEntries(pairs);
    }
  }
}

function mutated(random: Random, room: RoomKind): Buffer {
  const bytes = mangledBytes(random, honestFrame(random, room));
  return bytes.length > 0 ? bytes : Buffer.from([0]);
}

/** A move of odd numbers, in half of all cases of the right length. */
function badMove(random: Random): Buffer {
  const flags = random.chance(0.8) ? random.int(16) : random.int(256);
  const perPose = 2 + ((flags >> 2) & 1) + ((flags >> 3) & 1);
  const numbers = random.chance(0.7) ? (flags & 3) * perPose : random.int(15);
  const floats = Buffer.alloc(4 * numbers);
  for (let at = 0; at < floats.length; at += 4) {
    floats.writeFloatLE(random.chance(0.3) ? random.pick(oddNumbers) : (random.next() - 0.5) * 1e4, at);
  }
  const tail = random.chance(0.1) ? random.bytes(random.int(4)) : Buffer.alloc(0);
  const type = random.chance(0.95) ? movementType : random.int(256);
  return Buffer.concat([
    Buffer.from([Protocol.ROOM_DATA_BYTES, type]),
    random.bytes(2),
    Buffer.from([flags]),
    floats,
    tail,
  ]);
}

/** A message or a request whose data is anything, packed with or without the packer's records. */
function badMessage(random: Random, room: RoomKind): Buffer {
  const known = random.pick(random.chance(0.85) ? types[room] : oddTypes);
  const type = random.chance(0.1) ? `piece:${random.int(1e6)}` : known;
  const frame = random.chance(0.5) ? messageFrame(type) : requestFrame(random.int(2 ** 32), type);
  const value = anyValue(random, 3, random.chance(0.7));
  return Buffer.concat([frame, random.chance(0.7) ? packr.pack(value) : records.pack(value)]);
}

/** Data that claims to be far more than it is. */
function bomb(random: Random, room: RoomKind): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(random.pick([0xffffffff, 0x7fffffff, 30_000_000, 65_536, 5000]));
  const head = random.pick([0xdd, 0xdf, 0xdb, 0xc6, 0xc9]);
  const nest = random.pick([0x91, 0x81, 0xa1, 0xd4]);
  const data = random.chance(0.5)
    ? Buffer.concat([Buffer.from([head]), count, random.bytes(random.int(64))])
    : Buffer.alloc(1 + random.int(4000), nest);
  const type = random.pick(types[room]);
  return Buffer.concat([random.chance(0.5) ? messageFrame(type) : requestFrame(1, type), data]);
}

function oddRequest(random: Random, room: RoomKind): Buffer {
  const id = random.pick<unknown>([
    -1,
    -1e9,
    2 ** 32,
    2 ** 40,
    1.5,
    Number.NaN,
    Infinity,
    "1",
    null,
    [1],
    true,
    5n << 40n,
    undefined,
  ]);
  const rest = messageFrame(random.pick(types[room]), anyValue(random, 1)).subarray(1);
  const bytes = random.chance(0.8) ? packr.pack(id) : random.bytes(random.int(9));
  return Buffer.concat([Buffer.from([Protocol.ROOM_REQUEST]), bytes, random.chance(0.9) ? rest : Buffer.alloc(0)]);
}

const codeMask = 0x1f;

/** A frame to send on a seat in a room of that kind: bytes, or a text frame. */
export function junkFrame(random: Random, room: RoomKind): Buffer | string {
  switch (random.int(18)) {
    case 0:
      return notLeaving(random.bytes(1 + random.int(200)));
    case 1:
      return notLeaving(Buffer.concat([Buffer.from([random.int(256)]), random.bytes(random.int(4))]));
    case 2:
      return Buffer.alloc(0);
    case 3:
      return random.chance(0.5) ? random.pick(oddTexts) : JSON.stringify({ type: random.pick(types[room]) });
    case 4:
      return bomb(random, room);
    case 5:
      return oddRequest(random, room);
    case 6:
    case 7:
      return badMove(random);
    case 8:
    case 9:
    case 10:
    case 11:
      return badMessage(random, room);
    default:
      return notLeaving(mutated(random, room));
  }
}

function notLeaving(bytes: Buffer): Buffer {
  return bytes.length === 1 && (bytes[0]! & codeMask) === Protocol.LEAVE_ROOM ? Buffer.from([0]) : bytes;
}

/** More than the default `maxPayload`: ends the connection with 1009. */
export function oversizeFrame(random: Random): Buffer {
  return Buffer.concat([messageFrame("piece:x"), Buffer.alloc(16_384 + random.int(100_000), 0xc0)]);
}
