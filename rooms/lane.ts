/**
 * A short way for what clients send: a whole small message that comes alone, as nearly all that rooms are sent does, or the
 * answer to a ping, goes from the socket straight to those who listen to it. By the streams of Node and of `ws` it costs
 * three times as much, most of it memory: 64 KiB for each read, and a view for each part of a message.
 *
 * Whatever else comes takes the way it always took. With its counterpart, rooms/straight.ts, and with rooms/colyseus.ts
 * the one that touches what `ws` and Node keep to themselves: rooms/lane.test.ts fails when a new version changes it, and
 * messages then come the long way.
 */
import type { Socket } from "node:net";
import type { WebSocket } from "ws";

type Receiver = {
  readonly _state: number;
  readonly _opcode: number;
  readonly _fragmented: number;
  readonly _bufferedBytes: number;
  readonly _errored: boolean;
  readonly writableLength: number;
};
type Inner = { readonly _socket: Socket; readonly _receiver: Receiver };
type Readable = Record<symbol, unknown> & { _handle: { useUserBuffer?(into: Buffer): void } | null };

/** First bytes of WebSocket frames that are a whole binary message, or an answer to a ping (RFC 6455, 5.2 and 5.5.3). */
const finalBinary = 0x82;
const finalPong = 0x8a;
const masked = 0x80;
const closing = 8;
/** Bytes of the head of a client's frame, and the longest payload that has such a head. */
const [headBytes, mostBytes] = [6, 125];

/** What all sockets are read into, each read done with before the next. */
const input = Buffer.allocUnsafeSlow(65_536);

/** Call it once for each socket, when it is open. */
export function openLane(socket: WebSocket): void {
  const { _socket: stream, _receiver: receiver } = socket as unknown as Inner;
  readBy(stream, (bytes) => {
    if (!isWhole(bytes) || !isIdle(receiver) || !stream.readableFlowing || stream.readableLength > 0) {
      return stream.push(Buffer.from(input.subarray(0, bytes)));
    }
    const payload = Buffer.allocUnsafe(bytes - headBytes);
    for (let i = 0; i < payload.length; i++) payload[i] = input[headBytes + i]! ^ input[2 + (i & 3)]!;
    if (input[0] === finalPong) socket.emit("pong", payload);
    else socket.emit("message", payload, true);
    return true;
  });
}

/**
 * Has what comes written to `input`, and `take` called with the number of bytes; if that returns false, reading stops. It is
 * `onread` of `net.connect`, which servers are not given for the sockets that they accept.
 */
function readBy(stream: Socket, take: (bytes: number) => boolean): void {
  const inner = stream as unknown as Readable;
  const symbols = Object.getOwnPropertySymbols(stream);
  const [buffer, callback] = ["kBuffer", "kBufferCb"].map((name) => symbols.find((one) => one.description === name));
  if (!buffer || !callback || !inner._handle?.useUserBuffer) return;
  inner[buffer] = input;
  inner[callback] = take;
  inner._handle.useUserBuffer(input);
}

/** Whether the `bytes` of `input` are exactly one frame, such as clients send most messages in. */
function isWhole(bytes: number): boolean {
  const length = input[1]! ^ masked;
  return (input[0] === finalBinary || input[0] === finalPong) && length <= mostBytes && bytes === headBytes + length;
}

/** Whether nothing that came before is unfinished. */
function isIdle(receiver: Receiver): boolean {
  return (
    receiver._state === 0 &&
    receiver._bufferedBytes === 0 &&
    receiver._fragmented === 0 &&
    receiver.writableLength === 0 &&
    receiver._opcode !== closing &&
    !receiver._errored
  );
}
