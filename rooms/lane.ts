/**
 * A short way for what a client sends: a whole small message that comes alone goes from the socket straight to those who
 * listen to it. By the streams of Node and of `ws` it takes twice the work, and nearly all that rooms are sent is such.
 *
 * Whatever else comes takes the way it always took. Together with rooms/colyseus.ts the one file that touches what `ws`
 * keeps to itself; `rooms/lane.test.ts` fails when a new version changes it.
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
type Inner = WebSocket & { readonly _socket: Socket; readonly _receiver: Receiver };

/** First byte of a WebSocket frame that is a whole binary message (RFC 6455, 5.2). */
const finalBinary = 0x82;
const masked = 0x80;
const closing = 8;
/** Bytes of the head of a frame from a client, and the longest payload that such a head is for. */
const [headBytes, mostBytes] = [6, 125];

/** Call it once for each socket that is open. */
export function openLane(socket: WebSocket): void {
  const inner = socket as Inner;
  const { _socket: stream, _receiver: receiver } = inner;
  const push = stream.push;
  stream.push = (chunk: Buffer | null, encoding) => {
    if (!chunk || !isWhole(chunk) || !isIdle(receiver) || !stream.readableFlowing || stream.readableLength > 0) {
      return push.call(stream, chunk, encoding);
    }
    for (let i = headBytes; i < chunk.length; i++) chunk[i]! ^= chunk[2 + ((i - headBytes) & 3)]!;
    inner.emit("message", chunk.subarray(headBytes), true);
    return true;
  };
}

/** Whether it is exactly one frame, as clients send most messages. */
function isWhole(chunk: Buffer): boolean {
  const length = chunk[1]! ^ masked;
  return chunk[0] === finalBinary && length <= mostBytes && chunk.length === headBytes + length;
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
