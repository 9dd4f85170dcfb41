/**
 * The one file of the SDK that touches what Colyseus's SDK keeps to itself: how a room sends unreliably, and how it takes
 * a frame. `client/colyseus.test.ts` fails when a new version changes it.
 */
import { Protocol, type Room } from "colyseus.js";

type Transport = { send(bytes: Uint8Array): void; sendUnreliable(bytes: Uint8Array): void };

/** Has what `room` sends unreliably go through `send`; what that returns false for goes over the WebSocket. */
export function sendUnreliablyBy(room: Room, send: (frame: Uint8Array) => boolean): void {
  const transport = room.connection.transport as Transport;
  transport.sendUnreliable = (frame) => {
    if (!send(frame)) transport.send(frame);
  };
}

/** Hands `room` a frame as if it had come over its WebSocket. */
export function deliver(room: Room, frame: Uint8Array): void {
  room.connection.events.onmessage?.({ data: frame } as unknown as MessageEvent);
}

/** A message of bytes as `room.sendBytes` encodes it. `type` is below 128. */
export function frameOfBytes(type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + payload.length);
  frame[0] = Protocol.ROOM_DATA_BYTES;
  frame[1] = type;
  frame.set(payload, 2);
  return frame;
}
