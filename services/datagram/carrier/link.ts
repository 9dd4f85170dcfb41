/**
 * The wire between the rooms' process and the carrier's: `[u32 peer][u16 length][bytes]`, peer 0 for control as JSON.
 *
 * What is sent within `delayMs` (0: within one turn) leaves in one write. While the other side does not read, datagrams
 * wait at most 100 ms and 1 MiB, then those waiting give way to newer ones, counted; control messages always wait.
 */
import type { Duplex } from "node:stream";

export interface Link<Out> {
  send(peer: number, bytes: Uint8Array): void;
  control(message: Out): void;
  /** Datagrams that gave way. */
  readonly dropped: number;
}

const headerBytes = 6;
const firstBytes = 64 * 1024;
const maxBytes = 1024 * 1024;
const maxWaitMs = 100;

type Handlers<In> = {
  /** `bytes` may be kept: their memory is not used again. */
  datagram(peer: number, bytes: Uint8Array): void;
  control(message: In): void;
};

export function createLink<In, Out>(
  socket: Duplex,
  on: Handlers<In>,
  { delayMs = 0, now = performance.now.bind(performance) }: { delayMs?: number; now?: () => number } = {},
): Link<Out> {
  let filling = Buffer.allocUnsafeSlow(firstBytes);
  let spare = Buffer.allocUnsafeSlow(firstBytes);
  let length = 0;
  let count = 0;
  let since = 0;
  let controls: Buffer[] = [];
  let isScheduled = false;
  let isWriting = false;
  let dropped = 0;

  function flush(): void {
    isScheduled = false;
    if (isWriting || length + controls.length === 0 || !socket.writable) return;
    const datagrams = filling.subarray(0, length);
    const batch = controls.length > 0 ? Buffer.concat([...controls, datagrams]) : datagrams;
    [filling, spare] = [spare, filling];
    length = count = 0;
    controls = [];
    isWriting = true;
    socket.write(batch, () => {
      isWriting = false;
      if (length + controls.length > 0) flush();
    });
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    if (delayMs > 0) setTimeout(flush, delayMs);
    else setImmediate(flush);
  }

  function makeRoom(bytes: number): void {
    if (length + bytes > maxBytes) flush();
    if (length + bytes > maxBytes || (isWriting && length > 0 && now() - since > maxWaitMs)) {
      dropped += count;
      length = count = 0;
    }
    if (length + bytes <= filling.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(maxBytes, filling.length * 2));
    filling.copy(larger, 0, 0, length);
    filling = larger;
  }

  let rest: Buffer = Buffer.alloc(0);
  function read(chunk: Buffer): void {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (data.length - at >= headerBytes) {
      const end = at + headerBytes + data.readUInt16LE(at + 4);
      if (end > data.length) break;
      const peer = data.readUInt32LE(at);
      const bytes = data.subarray(at + headerBytes, end);
      if (peer === 0) on.control(JSON.parse(bytes.toString()) as In);
      else on.datagram(peer, bytes);
      at = end;
    }
    rest = data.subarray(at);
  }
  socket.on("data", (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      socket.destroy(error as Error); // what follows in a broken stream cannot be told apart
    }
  });

  return {
    send(peer, bytes) {
      makeRoom(headerBytes + bytes.length);
      if (length === 0) since = now();
      filling.writeUInt32LE(peer, length);
      filling.writeUInt16LE(bytes.length, length + 4);
      filling.set(bytes, length + headerBytes);
      length += headerBytes + bytes.length;
      count++;
      schedule();
    },
    control(message) {
      const body = Buffer.from(JSON.stringify(message));
      const header = Buffer.alloc(headerBytes);
      header.writeUInt16LE(body.length, 4);
      controls.push(header, body);
      schedule();
    },
    get dropped() {
      return dropped;
    },
  };
}
