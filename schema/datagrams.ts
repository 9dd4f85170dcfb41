/**
 * What wraps a Colyseus frame on the datagram path: its number, and what arrived from the other end and when.
 * An empty payload is a heartbeat.
 *
 * Layout, little-endian: seq u16 | echo u16 | before u32 | held u16 (bit 15: there is an echo) | payload
 */
import { HereaboutsError } from "./errors.ts";

export const datagramHeaderBytes = 10;
/** What a datagram carries at most; larger frames take the WebSocket. */
export const maxPayloadBytes = 1100;
export const maxDatagramBytes = datagramHeaderBytes + maxPayloadBytes;
/** The longest that an echo can say it was held. */
export const maxHeldMs = 0x7fff;
/** Datagrams before the newest that an echo tells about. */
export const echoedBefore = 32;

/** The newest datagram that arrived from the other end. Bit i of `before`: the one i + 1 before it has arrived too. */
export type Echo = {
  readonly seq: number;
  readonly before: number;
  /** Milliseconds between its arrival and the sending of this echo, so that a round trip does not hold them. */
  readonly heldMs: number;
};

export type DatagramHeader = { readonly seq: number; readonly echo: Echo | undefined };

const hasEcho = 0x8000;
const none: Uint8Array = new Uint8Array();

export function writeDatagram({ seq, echo }: DatagramHeader, payload: Uint8Array = none): Uint8Array {
  if (payload.length > maxPayloadBytes) {
    throw new HereaboutsError("TOO_LARGE", `A datagram carries ${maxPayloadBytes} bytes.`);
  }
  const out = new Uint8Array(datagramHeaderBytes + payload.length);
  put16(out, 0, seq);
  if (echo) {
    put16(out, 2, echo.seq);
    put16(out, 4, echo.before);
    put16(out, 6, echo.before >>> 16);
    put16(out, 8, hasEcho | Math.max(0, Math.min(maxHeldMs, Math.round(echo.heldMs))));
  }
  out.set(payload, datagramHeaderBytes);
  return out;
}

/** The payload is a view into `bytes`. Throws BAD_FRAME. */
export function readDatagram(bytes: Uint8Array): { header: DatagramHeader; payload: Uint8Array } {
  if (bytes.length < datagramHeaderBytes || bytes.length > maxDatagramBytes) {
    throw new HereaboutsError("BAD_FRAME", `A datagram has ${datagramHeaderBytes} to ${maxDatagramBytes} bytes.`);
  }
  const seq = get16(bytes, 2);
  const before = (get16(bytes, 4) | (get16(bytes, 6) << 16)) >>> 0;
  const held = get16(bytes, 8);
  const isEcho = (held & hasEcho) !== 0;
  if (!isEcho && (seq | before | held) !== 0) {
    throw new HereaboutsError("BAD_FRAME", "A datagram without an echo tells of what arrived.");
  }
  return {
    header: { seq: get16(bytes, 0), echo: isEcho ? { seq, before, heldMs: held & maxHeldMs } : undefined },
    payload: bytes.subarray(datagramHeaderBytes),
  };
}

function put16(out: Uint8Array, at: number, value: number): void {
  out[at] = value & 0xff;
  out[at + 1] = (value >>> 8) & 0xff;
}

function get16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}
