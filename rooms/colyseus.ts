/**
 * The one file that touches what Colyseus keeps to itself. `rooms/colyseus.test.ts` fails when a new version changes it.
 *
 * - a gate before a room takes a frame (`Room._onMessage` is bound when a client has joined)
 * - the bytes that wait in a client's socket, and ending it without waiting for it to read
 * - seats that were given out and not taken yet, which hold up a room's end
 * - answering a request that was refused before Colyseus saw it
 * - where a join goes, and what it is answered if it failed
 * - one write to the socket for a frame, where `ws` makes two
 * - what Colyseus sends and takes unreliably, which it does over WebTransport only
 * - the number of the last input that was taken, which Colyseus tells by the WebSocket alone
 * - memory of its own for state that is sent, and whether there is any to send
 * - what it remembers of each object that was ever in a room's state
 */
import type { Socket } from "node:net";
import {
  type AuthContext,
  type Client,
  ClientState,
  getMessageBytes,
  matchMaker,
  Protocol,
  ProtocolModifier,
  type Room,
  type ServerError,
} from "@colyseus/core";
import { $refId } from "@colyseus/schema";
import { WebSocket } from "ws";
import { writeStraight } from "./straight.ts";

type Sender = { readonly _state: number; sendFrame(parts: readonly Buffer[]): void };
type Serializer = {
  readonly encoder: { readonly root: Changes };
  readonly hasFilters: boolean;
  fullEncodeBuffer: Uint8Array;
  applyPatches(clients: readonly Client[], state: unknown, timing: unknown): boolean;
  getFullState(client?: Client, timing?: unknown): Uint8Array;
};
/** What an encoder has to send. */
type Changes = {
  readonly changes: { readonly next?: object };
  readonly unreliableChanges: { readonly next?: object };
  readonly streamTrees: ReadonlySet<object>;
};
/** An object that is in a state, as its encoder knows it. */
type Tracked = { readonly ref: { readonly [$refId]: number }; needsRestage: boolean };
type Root = { readonly refCount: Record<number, number>; remove(one: Tracked): number };
type Receive = (client: Client, bytes: Buffer) => void;
type Reserved = {
  readonly _reservedSeats: Record<string, [options: unknown, auth: unknown, isTaken: boolean, isReconnection: boolean]>;
  readonly _reservedSeatTimeouts: Record<string, NodeJS.Timeout>;
};
/** ResponseStatus.REJECTED of @colyseus/shared-types, which core does not export. */
const rejected = 1;
/** A sender of `ws` with nothing queued before what it is given. */
const idle = 0;
/** First byte of a WebSocket frame that is a whole binary message (RFC 6455, 5.2). */
const finalBinary = 0x82;
/** First byte of a patch of unreliable fields; its number follows, in 16 bits. */
const unreliablePatch = Protocol.ROOM_STATE_PATCH | ProtocolModifier.UNRELIABLE;

/** The longest that `sendFrame` takes. */
const maxFrameBytes = 65_535;

/**
 * Calls `gate` for each frame of any client of `room`; only what it returns true for goes on to Colyseus. Returns what
 * hands it a frame past the gate, as if it had come from the client's socket.
 */
export function gateInbound(
  room: Room,
  gate: (client: Client, bytes: Buffer) => boolean,
): (client: Client, bytes: Uint8Array) => void {
  const inner = room as unknown as { _onMessage: Receive };
  const receive = inner._onMessage;
  if (typeof receive !== "function")
    throw new Error("Colyseus changed: a room has no _onMessage to put a gate before.");
  inner._onMessage = (client, bytes) => {
    if (gate(client, bytes)) receive.call(room, client, bytes);
  };
  return (client, bytes) => receive.call(room, client, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** The seat that a client is answered with: what it needs to open its WebSocket. */
export type Reservation = matchMaker.ISeatReservation;

export interface Joins {
  joinOrCreate(roomName: string, options: Record<string, unknown>, context: AuthContext): Promise<Reservation>;
  /** A client is about to be given this seat. */
  onSeat(seat: Reservation): void;
  /** How a client reaches the process of its seat; undefined for the address that it asked. */
  addressOf(processId: string, context: AuthContext): string | undefined;
  /** What is answered to a join that failed with something other than a status. */
  explain(error: unknown): ServerError;
}

/**
 * Has joins go by `joins` instead of Colyseus's way of finding and making rooms, which reads all listings and can make two
 * rooms for one key. Colyseus takes an error's `code` for the status, and answers 200 where that is a word (as with those
 * of SQLite): such are explained.
 */
export function takeJoins({ joinOrCreate, onSeat, addressOf, explain }: Joins): void {
  const { controller } = matchMaker;
  const invoke = controller.invokeMethod;
  controller.invokeMethod = async (method, roomName, options = {}, context) => {
    try {
      const isOurs = method === "joinOrCreate" && context !== undefined;
      const seat: Reservation = await (isOurs
        ? joinOrCreate(roomName, options, context)
        : invoke.call(controller, method, roomName, options, context));
      onSeat(seat);
      const publicAddress = context && seat.processId && addressOf(seat.processId, context);
      return publicAddress ? { ...seat, publicAddress } : seat;
    } catch (error) {
      const { code } = error as { code?: unknown };
      throw typeof code === "number" && code >= 400 && code < 600 ? error : explain(error);
    }
  };
}

/**
 * Has Colyseus send a client's unreliable state and messages by `send`. Whether there is one is how Colyseus knows that a
 * client can be sent such; the bytes are valid until `send` returns.
 *
 * Patches are numbered for each client from 1: the SDK takes its count to be 0 at joining, and drops what is not newer by
 * less than half of 16 bits. With the room's own numbers, who joins one that has sent 32,768 of them would see none until
 * that count begins anew.
 */
export function sendUnreliablyBy(client: Client, send: (bytes: Uint8Array) => void): void {
  let before: number | undefined;
  client.rawUnreliable = (shared) => {
    if (shared[0] !== unreliablePatch) return send(shared);
    const bytes = Buffer.from(shared);
    const seq = bytes.readUInt16LE(1);
    before ??= seq - 1;
    bytes.writeUInt16LE((seq - before) & 0xffff, 1);
    send(bytes);
  };
}

/** Number of the last of a client's unreliable inputs that was taken out of its buffer; 0 before the first. */
export function lastInputOf(client: Client): number {
  return (client as unknown as { _inputBuffer?: { readonly ackSeq: number } })._inputBuffer?.ackSeq ?? 0;
}

/** Answers request `id` with a refusal, as `ctx.reject(reason)` does. */
export function rejectRequest(client: Client, id: number, reason: unknown): void {
  client.enqueueRaw(getMessageBytes[Protocol.ROOM_RESPONSE](id, rejected, reason));
}

/**
 * Bytes that were sent to a client and that its socket has not taken yet, or that wait for it to acknowledge its join:
 * Colyseus keeps those without a limit.
 */
export function backlogOf(client: Client): number {
  const { _enqueuedMessages: waiting } = client as unknown as { _enqueuedMessages?: readonly Uint8Array[] };
  let bytes = (client.ref as WebSocket).bufferedAmount;
  if (waiting) for (const frame of waiting) bytes += frame.byteLength;
  return bytes;
}

/** Bytes that `sendFrame` needs before a frame, for the longest head of a WebSocket frame below 64 KiB. */
export const frameMargin = 4;

/**
 * Sends the bytes of `frame` behind its margin, at most 64 KiB of them, as `client.raw` does. The head of the WebSocket
 * frame goes into the margin: with a buffer of its own it makes every send a gathered write, which costs the server a
 * tenth of its work where it sends little else. Returns whether the frame was copied: else it must stay as it is.
 */
export function sendFrame(client: Client, frame: Buffer): boolean {
  const socket = client.ref as unknown as { readyState: number; _sender: Sender; _socket: Socket };
  const sender = socket._sender;
  if (socket.readyState !== WebSocket.OPEN || sender._state !== idle) {
    client.raw(frame.subarray(frameMargin));
    return false;
  }
  const bytes = withHead(frame);
  const written = writeStraight(socket._socket, bytes);
  if (written === "refused") sender.sendFrame([bytes]);
  return written === "done";
}

/** What goes to the socket of a frame behind its margin. */
function withHead(frame: Buffer): Buffer {
  const length = frame.length - frameMargin;
  if (length < 126) {
    frame[2] = finalBinary;
    frame[3] = length;
    return frame.subarray(2);
  }
  frame[0] = finalBinary;
  frame[1] = 126;
  frame[2] = length >> 8;
  frame[3] = length & 0xff;
  return frame;
}

/** A whole ping without a payload: one write, where that of `ws` is a gathered one. */
const pingFrame = Buffer.of(0x89, 0);

/** Pings a client whose socket is open. */
export function ping(client: Client): void {
  const { _sender: sender } = client.ref as unknown as { _sender: Sender };
  if (sender._state === idle) sender.sendFrame([pingFrame]);
  else (client.ref as WebSocket).ping();
}

/**
 * Gives the state that `room` sends memory of its own. Colyseus sends views onto its encoder's buffers, which the next
 * patch or newcomer overwrites: what a socket that is behind has not taken by then would arrive as garbage.
 *
 * A patch is one frame for all. The buffer for the whole state grows with it, or each newcomer's would be encoded twice.
 */
export function detachState(room: Room): void {
  const { _serializer: serializer } = room as unknown as { _serializer: Serializer };
  const { applyPatches, getFullState } = serializer;
  serializer.applyPatches = (clients, state, timing) => {
    const isShared = clients.length > 0 && timing === undefined && !serializer.hasFilters;
    const raw = (patch: Uint8Array) => sendToJoined(clients, patch);
    const all = isShared ? [{ state: ClientState.JOINED, raw } as unknown as Client] : clients;
    return applyPatches.call(serializer, all, state, timing);
  };
  serializer.getFullState = (client, timing) => {
    const bytes = getFullState.call(serializer, client, timing);
    const isGrown = bytes.byteOffset === 0 && bytes.buffer.byteLength > serializer.fullEncodeBuffer.byteLength;
    if (isGrown) serializer.fullEncodeBuffer = new Uint8Array(bytes.buffer);
    return Buffer.from(bytes);
  };
}

/**
 * Tells whether the next patch of `room` may have anything in it, of the state that it has now: as the encoder's `hasChanges`
 * and `hasUnreliableChanges`, in fewer steps from one object to the next.
 */
export function newsOf(room: Room): () => boolean {
  const { encoder, hasFilters } = (room as unknown as { _serializer: Serializer })._serializer;
  const { root } = encoder;
  const { changes, unreliableChanges, streamTrees } = root;
  return () => hasFilters || changes.next !== undefined || unreliableChanges.next !== undefined || streamTrees.size > 0;
}

/**
 * Has the encoder of the state that `room` has now forget what was taken out of it. Colyseus remembers of each object that
 * ever was in a state that it is there 0 times, so that it sends all of one that is put back: a room in which people come and
 * go grows by some 10 bytes for each person and line, for as long as it lives. The object itself is told that instead.
 */
export function forgetRemoved(room: Room): void {
  const { encoder } = (room as unknown as { _serializer: { encoder?: { root: Root } } })._serializer;
  if (!encoder) return; // it has no state
  const { root } = encoder;
  const { remove } = root;
  root.remove = (one) => {
    const left = remove.call(root, one);
    if (left > 0) return left;
    delete root.refCount[one.ref[$refId]];
    one.needsRestage = true;
    return left;
  };
}

function sendToJoined(clients: readonly Client[], message: Uint8Array): void {
  const frame = Buffer.allocUnsafe(frameMargin + message.length);
  frame.set(message, frameMargin);
  const bytes = frame.subarray(frameMargin);
  const isShort = message.length <= maxFrameBytes;
  for (const client of clients) {
    if (client.state !== ClientState.JOINED) continue;
    if (isShort) sendFrame(client, frame);
    else client.raw(bytes);
  }
}

/**
 * Takes back the seats that clients were answered with and have not come for. Colyseus waits for them (15 s) before a room
 * that is ending is disposed, and lets who comes for one into it.
 */
export function dropReservations(room: Room): void {
  const { _reservedSeats: seats, _reservedSeatTimeouts: timeouts } = room as unknown as Reserved;
  for (const [sessionId, [, , , isReconnection]] of Object.entries(seats)) {
    if (isReconnection) continue; // ended with what waits for it
    clearTimeout(timeouts[sessionId]);
    delete timeouts[sessionId];
    delete seats[sessionId];
  }
}

/** Ends a socket now, unsent bytes and all. */
export function terminate(client: Client): void {
  (client.ref as WebSocket).terminate();
}
