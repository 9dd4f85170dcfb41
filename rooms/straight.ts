/**
 * A short way for what clients are sent, the counterpart of rooms/lane.ts: a frame goes from here to the kernel without the
 * streams of Node, which cost as much as what they lead to. What the kernel does not take at once waits where any write of
 * Node's would; whatever comes after it takes the long way, behind it, so that what waits is counted as ever.
 *
 * Touches what Node keeps to itself: rooms/straight.test.ts fails when a new version changes it. Where Node has nothing
 * of it, everything takes the long way.
 */
import type { Socket } from "node:net";

interface Request {
  handle: Handle | undefined;
  /** Held until the kernel has taken it. */
  buffer: Buffer | undefined;
  oncomplete: (this: Request, status: number) => void;
}
type Handle = { writeBuffer(request: Request, bytes: Buffer): number };
type Inner = { readonly _handle: Handle | null; readonly encrypted?: boolean };
type Binding = {
  readonly WriteWrap: new () => Request;
  readonly streamBaseState: Int32Array;
  readonly kLastWriteWasAsync: number;
};

const binding = bindingOf();
/** Sockets with a request of ours that the kernel has not taken whole: seldom any. */
const waiting = new Map<Handle, Socket>();
/** Used again by each write that is done when it returns, as nearly all are. */
let request = newRequest();

/**
 * Writes `bytes`. "done": they may be overwritten. "waits": they must not be, ever. "refused": nothing was written, and
 * they have to take the long way.
 */
export function writeStraight(stream: Socket, bytes: Buffer): "done" | "waits" | "refused" {
  const { _handle: handle, encrypted } = stream as unknown as Inner;
  if (!binding || !request || !handle || encrypted || stream.writableLength > 0 || !stream.writable) return "refused";
  if (waiting.size > 0 && waiting.has(handle)) return "refused";
  if (handle.writeBuffer(request, bytes) !== 0) {
    // met again on the long way, which ends the socket for it
    request = newRequest();
    return "refused";
  }
  if (binding.streamBaseState[binding.kLastWriteWasAsync] === 0) return "done";
  waiting.set(handle, stream);
  request.handle = handle;
  request.buffer = bytes;
  request = newRequest();
  return "waits";
}

function newRequest(): Request | undefined {
  if (!binding) return undefined;
  const made = new binding.WriteWrap();
  made.oncomplete = onComplete;
  return made;
}

function onComplete(this: Request, status: number): void {
  const { handle } = this;
  const stream = handle && waiting.get(handle);
  if (!stream) return;
  waiting.delete(handle);
  if (status < 0) stream.destroy();
}

function bindingOf(): Binding | undefined {
  try {
    const { binding: bind } = process as unknown as { binding(name: string): Partial<Binding> };
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = bind.call(process, "stream_wrap");
    if (!WriteWrap || !streamBaseState || kLastWriteWasAsync === undefined) return undefined;
    return { WriteWrap, streamBaseState, kLastWriteWasAsync };
  } catch {
    return undefined;
  }
}
