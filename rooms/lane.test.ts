/** Holds the short way to the long one: whatever comes in whatever pieces, the same messages come of it. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { openLane } from "./lane.ts";

type Inner = WebSocket & { _socket: Socket; _receiver: { write(chunk: Buffer): boolean } };
type Frame = { opcode: number; isFinal: boolean; payload: Uint8Array };

const mask = Buffer.from([1, 2, 3, 4]);
const [continuation, binary, ping, close] = [0, 2, 9, 8];

/** As a client sends it. */
function frame(opcode: number, payload: Uint8Array, isFinal = true): Buffer {
  const { length } = payload;
  const head = [(isFinal ? 0x80 : 0) | opcode];
  head.push(...(length < 126 ? [0x80 | length] : [0xfe, length >> 8, length & 0xff]));
  return Buffer.concat([Buffer.from(head), mask, payload.map((byte, i) => byte ^ mask[i & 3]!)]);
}

describe("the lane of a socket", () => {
  let server: WebSocketServer;
  beforeAll(async () => {
    server = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: 4096 });
    await once(server, "listening");
  });
  afterAll(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  /** A socket whose client sends nothing by itself: what comes is what the test pushes. */
  async function connect(): Promise<{ socket: Inner; heard: string[]; push(chunk: Buffer): void }> {
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    client.on("error", () => {});
    const [[socket]] = (await Promise.all([once(server, "connection"), once(client, "open")])) as [[Inner], unknown];
    const heard: string[] = [];
    socket.on("error", (error) => heard.push(error.message));
    socket.on("message", (bytes: Buffer, isBinary) => heard.push(`${isBinary} ${bytes.toString("hex")}`));
    socket.on("ping", (bytes: Buffer) => heard.push(`ping ${bytes.toString("hex")}`));
    return { socket, heard, push: (chunk) => void socket._socket.push(Buffer.from(chunk)) };
  }

  it("takes a small message that comes alone past the receiver of ws, and no other", async () => {
    const { socket, heard, push } = await connect();
    openLane(socket);
    const write = vi.spyOn(socket._receiver, "write");
    const small = frame(binary, Buffer.alloc(125, 7));
    push(small);
    expect([heard, write.mock.calls.length]).toEqual([[`true ${"07".repeat(125)}`], 0]);
    for (const other of [
      frame(binary, Buffer.alloc(126)),
      frame(ping, Buffer.alloc(1)),
      Buffer.concat([small, small]),
    ]) {
      write.mockClear();
      push(other);
      expect(write).toHaveBeenCalledOnce();
    }
    expect(heard).toHaveLength(5);
  });

  it("hears nothing after a close frame, nor after one that is malformed", async () => {
    for (const last of [frame(close, Buffer.from([3, 232])), frame(binary | 0x10, Buffer.alloc(1))]) {
      const { socket, heard, push } = await connect();
      openLane(socket);
      push(last);
      push(frame(binary, Buffer.alloc(1)));
      expect(heard.filter((what) => what.startsWith("true"))).toEqual([]);
    }
  });

  it("hears in order what waits while the socket is paused", async () => {
    const { socket, heard, push } = await connect();
    openLane(socket);
    socket.pause();
    push(frame(binary, Buffer.of(1)));
    socket.resume();
    push(frame(binary, Buffer.of(2)));
    await vi.waitFor(() => expect(heard).toEqual(["true 01", "true 02"]));
  });

  it("hears the same as without, in whatever pieces it comes", async () => {
    const payload = fc.uint8Array({ maxLength: 130 });
    const message: fc.Arbitrary<Frame[]> = fc.oneof(
      { weight: 4, arbitrary: payload.map((one) => [{ opcode: binary, isFinal: true, payload: one }]) },
      fc.uint8Array({ maxLength: 9 }).map((one) => [{ opcode: ping, isFinal: true, payload: one }]),
      fc.tuple(payload, payload).map(([one, two]) => [
        { opcode: binary, isFinal: false, payload: one },
        { opcode: continuation, isFinal: true, payload: two },
      ]),
    );
    const pieces = fc.tuple(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(pieces, async ([messages, cuts]) => {
        const frames = messages.flat().map((one) => frame(one.opcode, one.payload, one.isFinal));
        const chunks = frames.flatMap((bytes, i) => {
          const cut = (cuts[i] ?? 0) % bytes.length;
          return cut > 0 ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes];
        });
        const [long, short] = await Promise.all([connect(), connect()]);
        openLane(short.socket);
        for (const chunk of chunks) for (const { push } of [long, short]) push(chunk);
        expect(short.heard).toEqual(long.heard);
        for (const { socket } of [long, short]) socket.terminate();
      }),
    );
  });
});
