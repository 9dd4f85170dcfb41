/**
 * A seat in a Colyseus room, taken without the SDK: matchmaking over HTTP, then a WebSocket, nothing decoded that a
 * load test does not need. A hundred of these cost less than ten SDK clients. Counts the bytes of every message.
 * The wire format is that of @colyseus/core 0.18 (src/Protocol.ts) and colyseus.js (src/Room.ts).
 */
import { decode } from "@colyseus/schema";
import WebSocket from "ws";
import { errorTable, fromLine } from "../../schema/errors.ts";
import { now, pause } from "./clock.ts";
import { Path } from "./path.ts";
import type { Tally } from "./tally.ts";
import type { Weather } from "./weather.ts";
import { repaired } from "./weatherOption.ts";

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
/** What a client puts before each message besides. */
export const maskBytes = 4;
const codeMask = 0x1f;
const timed = 0x80;
const timedBytes = 8;
const busyStatus = errorTable.BUSY.status;
/** How long it is told to come again before it gives up: as long as the SDK. */
const patienceMs = 60_000;
/** MATCHMAKE_EXPIRED of Colyseus, and when the SDK asks again. */
const seatExpired = 524;
const expiredMs = 1000;

export interface SeatListener {
  /** The whole state, or a patch of it. `bytes` belong to the socket: copy what is kept. */
  onState(bytes: Buffer, isFull: boolean): void;
  onBytes(type: string | number, bytes: Buffer): void;
  onData(type: string | number, bytes: Buffer): void;
  /** The answer to request `id`: status 0 is well, and msgpack behind it. */
  onResponse?(id: number, status: number, bytes: Buffer): void;
}

/** For who is there and minds nothing. */
export const unheard: SeatListener = { onState() {}, onBytes() {}, onData() {} };

export type SeatRequest = {
  url: string;
  room: string;
  options: object;
  token?: string;
  /** What the network does to its messages. */
  weather?: Weather | undefined;
};

/** So that each seat has weather of its own, and the same one in each run. */
let weathered = 0;

type Reservation = { roomId: string; processId: string; sessionId: string; publicAddress?: string };

/** `counts.tally` may be replaced at any time: it is looked up for each message. */
type Counts = { readonly tally: Tally };

export class Seat {
  readonly #socket: WebSocket;
  readonly #counts: Counts;
  readonly #up: Path<Buffer> | undefined;
  readonly roomId: string;
  /** Host and port of the process that it is at. */
  readonly host: string;
  /** What ended the connection, if it was not leave(). */
  lost: string | undefined;
  #leaving = false;
  #hasState = false;

  private constructor(
    socket: WebSocket,
    at: { roomId: string; host: string },
    counts: Counts,
    weather: Weather | undefined,
  ) {
    this.#socket = socket;
    this.#up = weather && new Path(repaired(weather), weathered++, (bytes) => this.#transmit(bytes));
    this.roomId = at.roomId;
    this.host = at.host;
    this.#counts = counts;
  }

  /**
   * Resolves when the room has taken the client in. `listener` may hear of the state right after. As with the SDK, one that
   * was too slow to take its seat asks for another.
   */
  static async take(request: SeatRequest, listener: SeatListener, counts: Counts): Promise<Seat> {
    for (const until = now() + patienceMs; ; await pause(expiredMs)) {
      try {
        return await Seat.#takeOne(request, listener, counts);
      } catch (error) {
        if ((error as { code?: number }).code !== seatExpired || now() + expiredMs > until) throw error;
      }
    }
  }

  static async #takeOne(request: SeatRequest, listener: SeatListener, counts: Counts): Promise<Seat> {
    const reservation = await reserve(request, counts);
    const host = reservation.publicAddress ?? new URL(request.url).host;
    const scheme = request.url.startsWith("https") ? "wss" : "ws";
    const address = `${scheme}://${host}/${reservation.processId}/${reservation.roomId}?sessionId=${reservation.sessionId}`;
    const socket = new WebSocket(address, { perMessageDeflate: false, skipUTF8Validation: true });
    const { weather } = request;
    const seat = new Seat(socket, { roomId: reservation.roomId, host }, counts, weather);
    await new Promise<void>((resolve, reject) => {
      const receive = (message: Buffer) => seat.#receive(message, listener, resolve, reject);
      const down = weather && new Path(repaired(weather), weathered++, receive);
      socket.on("message", (message: Buffer) => (down ? down.send(message) : receive(message)));
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
    tally.wireUp += bytes.length + frameHeader(bytes.length) + maskBytes;
    if (this.#up) this.#up.send(Buffer.from(bytes));
    else this.#socket.send(bytes);
  }

  #transmit(bytes: Buffer): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  /** Reads nothing from now on, and so answers no pings; sends as before. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Ends the connection without a word. */
  drop(): void {
    this.#leaving = true;
    this.#socket.terminate();
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
        refused(Object.assign(new Error(`the room refused: ${code} ${decode.string(message, it)}`), { code }));
      }
    }
  }
}

/** Told to come again, it does, as the SDK does. */
async function reserve(request: SeatRequest, { tally }: Counts): Promise<Reservation> {
  for (const until = now() + patienceMs; ; ) {
    const answer = await ask(request);
    if (answer.ok) return (await answer.json()) as Reservation;
    const text = await answer.text();
    const againMs = answer.status === busyStatus ? againAfterMs(text) : undefined;
    if (againMs === undefined || now() + againMs > until) {
      throw new Error(`joining was refused: ${answer.status} ${text.slice(0, 200)}`);
    }
    tally.refused["BUSY"] = (tally.refused["BUSY"] ?? 0) + 1;
    await pause(againMs);
  }
}

function ask({ url, room, options, token }: SeatRequest): Promise<Response> {
  return fetch(`${url}/matchmake/joinOrCreate/${room}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(options),
  });
}

function againAfterMs(text: string): number | undefined {
  return fromLine((JSON.parse(text) as { error: string }).error)?.retryAfterMs;
}

/** Bytes that WebSocket puts before a message of this size, without the client's mask. */
export function frameHeader(bytes: number): number {
  return bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
}
