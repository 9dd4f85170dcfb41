/**
 * What a frame is called, for people who look on. The codes are those of Colyseus's `Protocol`, whose module would bring
 * the whole SDK along; the test beside this file holds them equal.
 */
import { movementType } from "../../schema/frames.ts";
import type { TapLink } from "../tap.ts";

export const codes = {
  10: "join",
  11: "error",
  12: "leave",
  13: "message",
  14: "state",
  15: "patch",
  16: "schema",
  17: "bytes",
  18: "ping",
  19: "input",
  20: "input",
  21: "request",
  22: "answer",
} as const;

const datagramHeaderBytes = 10;
const named = new Set<string>(["message", "bytes", "request"] satisfies (typeof codes)[keyof typeof codes][]);

/** The type of a message, `movement`, or what else Colyseus sends: `patch`, `answer`. A datagram of nothing is `heartbeat`. */
export function nameOf(frame: Uint8Array, { carrier }: TapLink): string {
  const bytes = carrier === "datagram" ? frame.subarray(datagramHeaderBytes) : frame;
  if (bytes.length === 0) return "heartbeat";
  const kind = codes[(bytes[0]! & 0x1f) as keyof typeof codes] ?? "unknown";
  if (!named.has(kind)) return kind;
  const start = kind === "request" ? afterNumber(bytes, 1) : 1;
  return readType(bytes, start) ?? kind;
}

/** Numbers and strings as @colyseus/schema writes them, which is MessagePack's way. */
function readType(bytes: Uint8Array, start: number): string | undefined {
  const first = bytes[start];
  if (first === undefined) return undefined;
  if (first === movementType) return "movement";
  if (first < 0x80) return `message ${first}`;
  const isShort = first >= 0xa0 && first < 0xc0;
  if (!isShort && first !== 0xd9) return undefined;
  const from = isShort ? start + 1 : start + 2;
  const length = isShort ? first & 0x1f : (bytes[start + 1] ?? 0);
  return new TextDecoder().decode(bytes.subarray(from, from + length));
}

function afterNumber(bytes: Uint8Array, start: number): number {
  const first = bytes[start] ?? 0;
  if (first < 0x80) return start + 1;
  return start + 1 + ({ 204: 1, 205: 2, 206: 4 }[first] ?? 8);
}
