/**
 * Reads what a client sent as far as is needed to decide on it, before Colyseus acts on it.
 * Whatever the bytes are, the answer is one of these; nothing throws.
 */
import { Protocol } from "@colyseus/core";
import { isPlainMsgpack } from "./msgpack.ts";

export type Inbound =
  | { kind: "control"; code: number }
  | { kind: "input"; frame: Uint8Array }
  | { kind: "bytes"; type: number; payload: Uint8Array }
  | { kind: "message"; type: string; requestId: number | undefined }
  | { kind: "bad"; requestId: number | undefined; reason: string };

/** The part of a frame's first byte that says what it is; the rest are flags. */
export const codeMask = 0x1f;
const maxTypeChars = 64;
const textOf = new TextDecoder("utf-8", { fatal: true });

export function readInbound(bytes: Uint8Array): Inbound {
  const code = bytes[0]! & codeMask;
  switch (code) {
    case Protocol.JOIN_ROOM:
    case Protocol.LEAVE_ROOM:
    case Protocol.PING:
      return bytes.length === 1 ? { kind: "control", code } : bad("This frame carries no data.");
    case Protocol.ROOM_INPUT_RELIABLE:
    case Protocol.ROOM_INPUT_UNRELIABLE:
      return { kind: "input", frame: bytes };
    case Protocol.ROOM_DATA_BYTES: {
      const type = bytes[1] ?? 0x80;
      if (type > 0x7f) return bad("Messages of bytes have a number from 0 to 127 as their type.");
      return { kind: "bytes", type, payload: bytes.subarray(2) };
    }
    case Protocol.ROOM_DATA:
      return readMessage(bytes, 1, undefined);
    case Protocol.ROOM_REQUEST: {
      const id = readNumber(bytes, 1);
      return id ? readMessage(bytes, id.end, id.value) : bad("The request has no number.");
    }
    default:
      return bad("No frame begins like this one.");
  }
}

function readMessage(bytes: Uint8Array, at: number, requestId: number | undefined): Inbound {
  const head = bytes[at] ?? 0;
  const size = head >= 0xa0 && head <= 0xbf ? head & 0x1f : head === 0xd9 ? (bytes[at + 1] ?? 255) : -1;
  const start = head === 0xd9 ? at + 2 : at + 1;
  const end = start + size;
  if (size < 1 || size > maxTypeChars || end > bytes.length) return bad("The message has no type.", requestId);
  if (end < bytes.length && !isPlainMsgpack(bytes, end)) return bad("Its data is not plain MessagePack.", requestId);
  try {
    return { kind: "message", type: textOf.decode(bytes.subarray(start, end)), requestId };
  } catch {
    return bad("The message's type is not UTF-8.", requestId);
  }
}

/** Colyseus numbers: one byte up to 127, or a type byte and that many bytes. Request ids are whole and positive. */
export function readNumber(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  const head = bytes[at];
  if (head === undefined) return undefined;
  if (head < 0x80) return { value: head, end: at + 1 };
  const size = head === 0xcc ? 1 : head === 0xcd ? 2 : head === 0xce ? 4 : 0;
  if (size === 0 || at + size >= bytes.length) return undefined;
  let value = 0;
  for (let i = size; i > 0; i--) value = value * 256 + bytes[at + i]!;
  return { value, end: at + 1 + size };
}

function bad(reason: string, requestId?: number): Inbound {
  return { kind: "bad", requestId, reason };
}
