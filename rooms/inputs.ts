/**
 * Reads the frame of a room's inputs as far as is needed to decide on it. Colyseus trusts the lengths in it: a negative one
 * makes it read the same bytes for ever, which would hold up the whole process.
 */
import { Protocol, ProtocolModifier } from "@colyseus/core";
import { codeMask, readNumber } from "./inbound.ts";

export interface Ring {
  /** Number of the first of its inputs; each further one has the next. */
  seq: number;
  bodies: Uint8Array[];
}

const mostInputs = 32;
/** First byte of a field that is set, beside the field's index. */
const set = 0x80;
const floatBytes = 4;

export function isUnreliable(frame: Uint8Array): boolean {
  return (frame[0]! & codeMask) === Protocol.ROOM_INPUT_UNRELIABLE;
}

/** The inputs of an unreliable frame, the oldest first; undefined if it is none. Those with a time in them are none here. */
export function readRing(frame: Uint8Array): Ring | undefined {
  if (!isUnreliable(frame) || (frame[0]! & ProtocolModifier.TIMED) !== 0) return undefined;
  const first = readNumber(frame, 1);
  if (!first) return undefined;
  const bodies: Uint8Array[] = [];
  let at = first.end;
  while (at < frame.length) {
    const length = readNumber(frame, at);
    if (!length || length.end + length.value > frame.length || bodies.length === mostInputs) return undefined;
    at = length.end + length.value;
    bodies.push(frame.subarray(length.end, at));
  }
  return { seq: first.value, bodies };
}

/** Whether an input sets nothing but float32 fields, of which there are `fields`. */
export function isOfFloats(body: Uint8Array, fields: number): boolean {
  const entry = 1 + floatBytes;
  if (body.length % entry !== 0) return false;
  for (let at = 0; at < body.length; at += entry) if (body[at]! < set || body[at]! >= set + fields) return false;
  return true;
}
