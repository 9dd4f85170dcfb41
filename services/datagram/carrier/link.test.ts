/** The wire between the two processes, over a hand-cranked socket. */
import { Duplex } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLink } from "./link.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const ignore = { datagram() {}, control() {} };

/** Keeps what is written; a write is under way until `release`. */
function testSocket(isHeld = false) {
  const writes: Buffer[] = [];
  let done: (() => void) | undefined;
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      writes.push(Buffer.from(chunk));
      if (isHeld) done = callback;
      else callback();
    },
  });
  return { socket, writes, release: () => done?.() };
}

type Packet = [peer: number, bytes: number[] | { text: string }];

function read(chunks: Buffer[]): Packet[] {
  const packets: Packet[] = [];
  const { socket } = testSocket();
  createLink<{ text: string }, never>(socket, {
    datagram: (peer, bytes) => packets.push([peer, [...bytes]]),
    control: (message) => packets.push([0, message]),
  });
  for (const chunk of chunks) socket.emit("data", chunk);
  return packets;
}

describe("[MV3] the link between rooms and carrier", () => {
  it("writes once a turn", async () => {
    const { socket, writes } = testSocket();
    const link = createLink(socket, ignore);
    for (let i = 0; i < 300; i++) link.send(i + 1, new Uint8Array(1100));
    link.control({ text: "open" });
    await turn();
    expect(writes).toHaveLength(1);
    expect(read(writes)).toHaveLength(301);
  });

  it("reads what was written, wherever it is cut", () => {
    const packet = fc.tuple(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.uint8Array({ maxLength: 1200 }));
    fc.assert(
      fc.asyncProperty(fc.array(packet), fc.array(fc.nat(3000)), async (packets, cuts) => {
        const { socket, writes } = testSocket();
        const link = createLink(socket, ignore);
        for (const [peer, bytes] of packets) link.send(peer, bytes);
        link.control({ text: "ö" });
        await turn();
        const all = Buffer.concat(writes);
        const at = [0, ...cuts.toSorted((a, b) => a - b), all.length];
        const chunks = at.slice(1).map((end, i) => all.subarray(at[i], end));
        expect(read(chunks)).toEqual([[0, { text: "ö" }], ...packets.map(([peer, bytes]) => [peer, [...bytes]])]);
      }),
    );
  });

  it("lets what waited 100 ms give way to newer, but control messages wait", async () => {
    let time = 0;
    const { socket, writes, release } = testSocket(true);
    const link = createLink(socket, ignore, { now: () => time });
    link.send(1, new Uint8Array([1]));
    await turn();
    link.send(1, new Uint8Array([2]));
    link.control({ text: "close" });
    await turn();
    time = 100;
    link.send(1, new Uint8Array([3]));
    time = 101;
    link.send(1, new Uint8Array([4]));
    release();
    await turn();
    expect(read(writes)).toEqual([
      [1, [1]],
      [0, { text: "close" }],
      [1, [4]],
    ]);
    expect(link.dropped).toBe(2);
  });

  it("holds no more than 1 MiB, the newest", async () => {
    const { socket, writes, release } = testSocket(true);
    const link = createLink(socket, ignore, { now: () => 0 });
    link.send(1, new Uint8Array(1));
    await turn();
    for (let i = 0; i < 3000; i++) link.send(2 + i, new Uint8Array(1100));
    release();
    await turn();
    const packets = read(writes);
    expect(packets.at(-1)![0]).toBe(3001);
    expect(packets.length - 1 + link.dropped).toBe(3000);
    expect(Buffer.concat(writes).length).toBeLessThan(1024 * 1024 + 10);
  });

  it("ends a stream that makes no sense", async () => {
    const { socket } = testSocket();
    socket.on("error", () => {});
    createLink(socket, ignore);
    socket.emit("data", Buffer.from([0, 0, 0, 0, 1, 0, 123]));
    expect(socket.destroyed).toBe(true);
  });
});
