/**
 * A seat in a Colyseus room, taken without the SDK: matchmaking over HTTP, then a WebSocket, nothing decoded that a
 * load test does not need. A hundred of these cost less than ten SDK clients. Counts the bytes of every message.
 * The wire format is that of @colyseus/core 0.18 (src/Protocol.ts) and colyseus.js (src/Room.ts).
 */
import { decode } from "@colyseus/schema";
import WebSocket from "ws";
import type { Tally } from "./tally.ts";

export const protocol = {
  join: 10,
  error: 11,
  leave: 12,
  data: 13,
  state: 14,
  patch: 15,
  bytes: 17,
  request: 21,
  response: 22,
} as const;
const codeMask = 0x1f;
const timed = 0x80;
const timedBytes = 8;

export interface SeatListener {
  /** The whole state, or a patch of it. `bytes` belong to the socket: copy what is kept. */
  onState(bytes: Buffer, isFull: boolean): void;
  onBytes(type: string | number, bytes: Buffer): void;
  onData(type: string | number, bytes: Buffer): void;
  /** The answer to request `id`: status 0 is well, and msgpack behind it. */
  onResponse?(id: number, status: number, bytes: Buffer): void;
}

export type SeatRequest = { url: string; room: string; options: object; token?: string };

type Reservation = { roomId: string; processId: string; sessionId: string; publicAddress?: string };

/** `counts.tally` may be replaced at any time: it is looked up for each message. */
type Counts = { readonly tally: Tally };

export class Seat {
  readonly #socket: WebSocket;
  readonly #counts: Counts;
  readonly roomId: string;
  /** Host and port of the process that it is at. */
  readonly host: string;
  /** What ended the connection, if it was not leave(). */
  lost: string | undefined;
  #leaving = false;
  #hasState = false;

  private constructor(socket: WebSocket, at: { roomId: string; host: string }, counts: Counts) {
    this.#socket = socket;
    this.roomId = at.roomId;
    this.host = at.host;
    this.#counts = counts;
  }

  /** Resolves when the room has taken the client in. `listener` may hear of the state right after. */
  static async take(request: SeatRequest, listener: SeatListener, counts: Counts): Promise<Seat> {
    const reservation = await reserve(request);
    const host = reservation.publicAddress ?? new URL(request.url).host;
    const scheme = request.url.startsWith("https") ? "wss" : "ws";
    const address = `${scheme}://${host}/${reservation.processId}/${reservation.roomId}?sessionId=${reservation.sessionId}`;
    const socket = new WebSocket(address, { perMessageDeflate: false, skipUTF8Validation: true });
    const seat = new Seat(socket, { roomId: reservation.roomId, host }, counts);
    await new Promise<void>((resolve, reject) => {
      socket.on("message", (message: Buffer) => seat.#receive(message, listener, resolve, reject));
      socket.on("error", (error) => reject(error));
      socket.on("close", (code, reason) => {
        reject(new Error(`the connection ended while joining: ${code} ${reason}`));
        if (seat.#leaving) return;
        seat.lost = `${code} ${reason}`.trim();
        counts.tally.closed++;
      });
    });
    return seat;
  }

  /** Sends one message. `bytes` may be reused as soon as this returns. */
  send(bytes: Buffer): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const { tally } = this.#counts;
    tally.payloadUp += bytes.length;
    tally.wireUp += bytes.length + frameHeader(bytes.length) + 4;
    this.#socket.send(bytes);
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    this.send(Buffer.of(protocol.leave));
    const giveUp = setTimeout(() => this.#socket.terminate(), 2000);
    await closed;
    clearTimeout(giveUp);
  }

  #receive(message: Buffer, listener: SeatListener, joined: () => void, refused: (error: Error) => void): void {
    const { tally } = this.#counts;
    tally.payloadDown += message.length;
    const wire = message.length + frameHeader(message.length);
    tally.wireDown += wire;
    if (!this.#hasState) tally.wireJoin += wire;
    const start = 1 + (message[0]! & timed ? timedBytes : 0);
    switch (message[0]! & codeMask) {
      case protocol.bytes:
      case protocol.data: {
        const it = { offset: start };
        const type = decode.stringCheck(message, it) ? decode.string(message, it) : decode.number(message, it);
        const body = message.subarray(it.offset);
        if ((message[0]! & codeMask) === protocol.bytes) listener.onBytes(type, body);
        else listener.onData(type, body);
        return;
      }
      case protocol.response: {
        const it = { offset: start };
        const id = decode.number(message, it);
        listener.onResponse?.(id, message[it.offset]!, message.subarray(it.offset + 1));
        return;
      }
      case protocol.patch:
        listener.onState(message.subarray(start), false);
        return;
      case protocol.state:
        this.#hasState = true;
        listener.onState(message.subarray(start), true);
        return;
      case protocol.join:
        this.send(Buffer.of(protocol.join));
        joined();
        return;
      case protocol.error: {
        const it = { offset: start };
        const code = decode.number(message, it);
        refused(new Error(`the room refused: ${code} ${decode.string(message, it)}`));
      }
    }
  }
}

async function reserve({ url, room, options, token }: SeatRequest): Promise<Reservation> {
  const answer = await fetch(`${url}/matchmake/joinOrCreate/${room}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(options),
  });
  if (!answer.ok) throw new Error(`joining was refused: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  return (await answer.json()) as Reservation;
}

/** Bytes that WebSocket puts before a message of this size, without the client's mask (4 more). */
function frameHeader(bytes: number): number {
  return bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
}
