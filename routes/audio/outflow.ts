/**
 * An answer that has no end and whose connection brings no other request: once its head is sent, the socket is all that
 * is kept. Node keeps parser, request and response of each answer until it ends: 25 kB for each listener.
 *
 * The one file that touches what node:http keeps to itself, the parser of a connection: outflow.test.ts fails when a new
 * version changes it, and answers then flow as before, but cost more memory.
 */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Sink } from "../../services/audio/stream/stream.ts";

/** How long one that reads nothing may take for what was sent before the end. */
export const endMs = 30_000;

type Inner = Socket & { parser?: { remove?(): void; close?(): void } | null };

/** What was asked for before on the same connection is answered first. */
export async function turnOf(res: ServerResponse): Promise<void> {
  if (!res.socket && !res.destroyed) await once(res, "socket");
}

/** Sends the head, and gives what the rest is to be written to. What the client sends from now on is not looked at. */
export function takeSocket(res: ServerResponse): Socket {
  const socket: Inner = res.socket!;
  res.useChunkedEncodingByDefault = false;
  res.shouldKeepAlive = false;
  // the head, which goes with what is written at once; `flushHeaders` would take its bytes for UTF-8
  res.write(nothing);
  res.detachSocket(socket);
  // whoever listens to data takes the reading from the parser
  socket.on("data", ignore);
  socket.removeAllListeners();
  const { parser } = socket;
  socket.parser = null;
  parser?.remove?.();
  // it may be at work further down the stack
  setImmediate(() => parser?.close?.());
  return socket.on("error", ignore).on("end", endSocket).resume();
}

const nothing = Buffer.alloc(0);
const ignore = () => {};
function endSocket(this: Socket): void {
  this.end();
}

/** Ends it in order; a reader that stalls does not hold it for ever. */
export function endOf(socket: Pick<Socket, "end" | "setTimeout" | "destroy">): void {
  socket.end();
  socket.setTimeout(endMs, () => socket.destroy());
}

/** A listener's sink. The head is sent with the first bytes: until then an error can be answered as one. */
export class Outflow implements Sink {
  #res: ServerResponse | undefined;
  #socket: Socket | undefined;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  open(): Socket {
    this.#socket ??= takeSocket(this.#res!);
    this.#res = undefined;
    return this.#socket;
  }

  get pendingBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  write(bytes: Uint8Array): boolean {
    const socket = this.open();
    return !socket.writableEnded && socket.write(bytes);
  }

  end(): void {
    endOf(this.open());
  }

  destroy(): void {
    this.open().destroy();
  }
}
