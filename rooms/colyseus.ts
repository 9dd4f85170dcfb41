/**
 * The one file that touches what Colyseus keeps to itself. `rooms/colyseus.test.ts` fails when a new version changes it.
 *
 * - a gate before a room takes a frame (`Room._onMessage` is bound when a client has joined)
 * - the bytes that wait in a client's socket, and ending it without waiting for it to read
 * - answering a request that was refused before Colyseus saw it
 */
import { type Client, getMessageBytes, Protocol, type Room } from "@colyseus/core";
import type { WebSocket } from "ws";

type Receive = (client: Client, bytes: Buffer) => void;
/** ResponseStatus.REJECTED of @colyseus/shared-types, which core does not export. */
const rejected = 1;

/** Calls `gate` for each frame of any client of `room`; only what it returns true for goes on to Colyseus. */
export function gateInbound(room: Room, gate: (client: Client, bytes: Buffer) => boolean): void {
  const inner = room as unknown as { _onMessage: Receive };
  const receive = inner._onMessage;
  if (typeof receive !== "function")
    throw new Error("Colyseus changed: a room has no _onMessage to put a gate before.");
  inner._onMessage = (client, bytes) => {
    if (gate(client, bytes)) receive.call(room, client, bytes);
  };
}

/** Answers request `id` with a refusal, as `ctx.reject(reason)` does. */
export function rejectRequest(client: Client, id: number, reason: unknown): void {
  client.enqueueRaw(getMessageBytes[Protocol.ROOM_RESPONSE](id, rejected, reason));
}

/** Bytes that were sent to a client and that its socket has not taken yet. */
export function backlogOf(client: Client): number {
  return (client.ref as WebSocket).bufferedAmount;
}

/** Ends a socket now, unsent bytes and all. */
export function terminate(client: Client): void {
  (client.ref as WebSocket).terminate();
}
