/**
 * A client of the Colyseus protocol that is nothing but a WebSocket: it sends whatever bytes it is told to, and does
 * nothing that a test did not ask for, but to acknowledge its join.
 *
 * Frames of the server: `frames` keeps movement frames if asked to; messages and answers are unpacked as they come.
 */
import { Protocol } from "@colyseus/core";
import { decode, encode } from "@colyseus/schema";
import { Packr, unpack } from "msgpackr";
import { WebSocket } from "ws";
import { movementType } from "../../schema/frames.ts";
import type { Pose } from "../../schema/geometry.ts";
import { encodeMove, maxMoveBytes } from "../../schema/moves.ts";

export type Guest = { token: string; id: string; handle: string };
/** What POST /matchmake answers for a seat. */
export type Reservation = { roomId: string; processId: string; sessionId: string };
export type Message = { type: string; data: unknown };
/** Status of an answer: 0 is OK, 1 refused, 2 failed. */
export type Answer = { id: number; status: number; data: unknown };
export type Closed = { code: number; reason: string };

const packr = new Packr({ useRecords: false });
let connections = 0;

export async function newGuest(url: string, name?: string): Promise<Guest> {
  const response = await fetch(`${url}/auth/guest`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(name === undefined ? {} : { name }),
  });
  return (await response.json()) as Guest;
}

/** Asks for a seat. Throws with the server's status and words if there is none. */
export async function reserve(
  url: string,
  token: string,
  options: Record<string, unknown>,
  room = "world",
): Promise<Reservation> {
  const response = await fetch(`${url}/matchmake/joinOrCreate/${room}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(options),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as Reservation;
}

export class RawClient {
  readonly socket: WebSocket;
  readonly reservation: Reservation;
  readonly messages: Message[] = [];
  readonly answers: Answer[] = [];
  /** When each movement frame came, in ms of performance.now(). */
  readonly frameTimes: number[] = [];
  /** Bytes of all frames of the server so far. */
  received = 0;
  /** What the server said before it refused the join: code and words. */
  joinError: string | undefined;
  closed: Closed | undefined;
  readonly whenClosed: Promise<Closed>;
  onMovement: ((payload: Buffer) => void) | undefined;
  #seq = 0;
  #request = 0;

  constructor(url: string, reservation: Reservation, options: { acknowledges: boolean; onJoined: () => void }) {
    this.reservation = reservation;
    const { processId, roomId, sessionId } = reservation;
    this.socket = new WebSocket(`${url.replace("http", "ws")}/${processId}/${roomId}?sessionId=${sessionId}`);
    this.socket.on("message", (bytes: Buffer) => this.#receive(bytes, options));
    this.socket.on("error", () => {});
    this.whenClosed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.closed = { code, reason: String(reason) };
        resolve(this.closed);
      });
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Sends bytes as they are. */
  send(bytes: Uint8Array | string): void {
    if (this.isOpen) this.socket.send(bytes);
  }

  message(type: string, data?: unknown): void {
    this.send(messageFrame(type, data));
  }

  /** Sends a request and waits for its answer; undefined if none came in time. */
  async request(type: string, data?: unknown, withinMs = 5000): Promise<Answer | undefined> {
    const id = ++this.#request;
    this.send(requestFrame(id, type, data));
    return until(() => this.answers.find((answer) => answer.id === id), withinMs);
  }

  move(...poses: Pose[]): void {
    this.send(moveFrame(++this.#seq & 0xffff, poses));
  }

  /** The first message of a type, from now on or before; undefined if none came in time. */
  heard(type: string, withinMs = 5000): Promise<Message | undefined> {
    return until(() => this.messages.find((message) => message.type === type), withinMs);
  }

  /** Leaves as the SDK does. */
  async leave(): Promise<Closed> {
    this.send(Buffer.from([Protocol.LEAVE_ROOM]));
    return this.whenClosed;
  }

  #receive(bytes: Buffer, { acknowledges, onJoined }: { acknowledges: boolean; onJoined: () => void }): void {
    this.received += bytes.length;
    const it = { offset: 1 };
    switch (bytes[0]) {
      case Protocol.JOIN_ROOM:
        if (acknowledges) this.send(Buffer.from([Protocol.JOIN_ROOM]));
        onJoined();
        break;
      case Protocol.ERROR:
        this.joinError = `${decode.number(bytes, it)} ${decode.string(bytes, it)}`;
        break;
      case Protocol.ROOM_DATA_BYTES:
        if (bytes[1] !== movementType) break;
        this.frameTimes.push(performance.now());
        this.onMovement?.(bytes.subarray(2));
        break;
      case Protocol.ROOM_DATA:
        this.messages.push({ type: decode.string(bytes, it), data: unpackRest(bytes, it.offset) });
        break;
      case Protocol.ROOM_RESPONSE: {
        const id = decode.number(bytes, it);
        const status = bytes[it.offset]!;
        this.answers.push({ id, status, data: unpackRest(bytes, it.offset + 1) });
      }
    }
  }
}

export interface JoinOptions {
  slug?: string;
  guest?: Guest;
  /** More for the body of the join. */
  options?: Record<string, unknown>;
  /** False: takes the seat and never answers the JOIN_ROOM frame. */
  acknowledges?: boolean;
}

/** Joins a world as a guest. Throws if the seat is refused, at the door or by the room. */
export async function joinWorld(
  url: string,
  { slug = "field", guest, options, acknowledges = true }: JoinOptions = {},
) {
  const { token } = guest ?? (await newGuest(url));
  const connection = `raw-${process.pid}-${++connections}`;
  const reservation = await reserve(url, token, { slug, connection, ...options });
  return openSeat(url, reservation, acknowledges);
}

/** Joins a chat. Throws if the seat is refused, at the door or by the room. */
export async function joinChat(url: string, instance: string, token: string): Promise<RawClient> {
  const connection = `raw-${process.pid}-${++connections}`;
  return openSeat(url, await reserve(url, token, { instance, connection }, "chat"));
}

/** Joins an audio session by its id or name. Throws if the seat is refused, at the door or by the room. */
export async function joinAudio(url: string, session: string, token: string): Promise<RawClient> {
  const connection = `raw-${process.pid}-${++connections}`;
  return openSeat(url, await reserve(url, token, { session, connection }, "audio"));
}

/** Connects to a seat that was reserved. Throws if the room refuses it. */
export function openSeat(url: string, reservation: Reservation, acknowledges = true): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const client = new RawClient(url, reservation, { acknowledges, onJoined: () => resolve(client) });
    void client.whenClosed.then(({ code }) => reject(new Error(client.joinError ?? `closed with ${code}`)));
  });
}

export function messageFrame(type: string, data?: unknown): Buffer {
  return Buffer.concat([Buffer.from([Protocol.ROOM_DATA]), typeBytes(type), dataBytes(data)]);
}

export function requestFrame(id: number, type: string, data?: unknown): Buffer {
  return Buffer.concat([Buffer.from([Protocol.ROOM_REQUEST]), packr.pack(id), typeBytes(type), dataBytes(data)]);
}

export function moveFrame(seq: number, poses: readonly Pose[]): Buffer {
  const move = encodeMove(new Uint8Array(maxMoveBytes), seq, poses);
  return Buffer.concat([Buffer.from([Protocol.ROOM_DATA_BYTES, movementType]), move]);
}

/** Inputs of a game, the oldest first, each with the values of its fields; `seq` is the number of the first. */
export function inputFrame(seq: number, inputs: readonly (readonly number[])[]): Buffer {
  const bodies = inputs.map((values) => {
    const body = Buffer.alloc(5 * values.length);
    for (const [field, value] of values.entries()) body.writeFloatLE(value, body.writeUInt8(0x80 | field, 5 * field));
    return Buffer.concat([numberBytes(body.length), body]);
  });
  return Buffer.concat([Buffer.from([Protocol.ROOM_INPUT_UNRELIABLE]), numberBytes(seq), ...bodies]);
}

/** As Colyseus writes it: of more than a byte, not as MessagePack does. */
function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  const it = { offset: 0 };
  encode.number(bytes, value, it);
  return bytes.subarray(0, it.offset);
}

/** A string as MessagePack writes it, of at most 255 bytes. */
function typeBytes(type: string): Buffer {
  const text = Buffer.from(type);
  return Buffer.concat([Buffer.from(text.length < 32 ? [0xa0 | text.length] : [0xd9, text.length]), text]);
}

function dataBytes(data: unknown): Uint8Array {
  return data === undefined ? Buffer.alloc(0) : packr.pack(data);
}

function unpackRest(bytes: Buffer, at: number): unknown {
  return at < bytes.length ? unpack(bytes.subarray(at)) : undefined;
}

/** Asks every 5 ms until `probe` gives something; undefined if it never does. */
export async function until<T>(
  probe: () => T | undefined | Promise<T | undefined>,
  withinMs = 10_000,
): Promise<T | undefined> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found || performance.now() > deadline) return found || undefined;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
