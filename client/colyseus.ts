/**
 * The one file of the SDK that touches what Colyseus's SDK keeps to itself: how a room sends unreliably, and how it takes
 * a frame. `client/colyseus.test.ts` fails when a new version changes it.
 */
import { Protocol, type Room } from "colyseus.js";
import type { TapLink, Wire } from "./tap.ts";

type Transport = { send(bytes: Uint8Array): void; sendUnreliable(bytes: Uint8Array): void };

/** Has what `room` sends unreliably go through `send`; what that returns false for goes over the WebSocket. */
export function sendUnreliablyBy(room: Room, send: (frame: Uint8Array) => boolean): void {
  const transport = room.connection.transport as Transport;
  transport.sendUnreliable = (frame) => {
    if (!send(frame)) transport.send(frame);
  };
}

/** What takes the frames of rooms that are tapped. */
const untapped = new WeakMap<Room, (event: MessageEvent) => void>();

/** Hands `room` a frame as if it had come over its WebSocket. */
export function deliver(room: Room, frame: Uint8Array): void {
  const take = untapped.get(room) ?? room.connection.events.onmessage;
  take?.({ data: frame } as unknown as MessageEvent);
}

/** Has what `room` sends and receives over its WebSocket pass through `wire`. What comes too late for it is dropped. */
export function tapRoom(room: Room, wire: Wire, name: TapLink["room"]): void {
  const { events, transport } = room.connection as { events: typeof room.connection.events; transport: Transport };
  const link: TapLink = { room: name, carrier: "websocket" };
  const take = events.onmessage!;
  const send = transport.send.bind(transport);
  untapped.set(room, take);
  transport.send = (frame) => {
    if (!wire.isTapped) return send(frame);
    wire.out(frame, link, (passed) => room.connection.isOpen && send(passed));
  };
  events.onmessage = (event) => {
    if (!wire.isTapped) return take(event);
    wire.in(
      new Uint8Array(event.data as ArrayBuffer),
      link,
      (passed) => room.connection.isOpen && deliver(room, passed),
    );
  };
}

/** A message of bytes as `room.sendBytes` encodes it. `type` is below 128. */
export function frameOfBytes(type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + payload.length);
  frame[0] = Protocol.ROOM_DATA_BYTES;
  frame[1] = type;
  frame.set(payload, 2);
  return frame;
}
