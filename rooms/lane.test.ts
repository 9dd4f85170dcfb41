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

  /** Both ends of a connection: the client's socket is written to by hand, chunk by chunk. */
  async function connect() {
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`) as Inner;
    client.on("error", () => {});
    const [[socket]] = (await Promise.all([once(server, "connection"), once(client, "open")])) as [[Inner], unknown];
    client._socket.setNoDelay();
    const heard: string[] = [];
    socket.on("error", (error) => heard.push(error.message));
    socket.on("message", (bytes: Buffer, isBinary) => heard.push(`${isBinary} ${bytes.toString("hex")}`));
    socket.on("ping", (bytes: Buffer) => heard.push(`ping ${bytes.toString("hex")}`));
    const send = async (...chunks: Buffer[]) => {
      for (const chunk of chunks) await new Promise((resolve) => client._socket.write(chunk, resolve));
    };
    return { socket, heard, send };
  }

  it("takes a small message that comes alone past the receiver of ws, and no other", async () => {
    const { socket, heard, send } = await connect();
    openLane(socket);
    const write = vi.spyOn(socket._receiver, "write");
    const small = frame(binary, Buffer.alloc(125, 7));
    for (let i = 1; i <= 3; i++) {
      await send(small);
      await vi.waitFor(() => expect(heard).toHaveLength(i));
    }
    expect([heard[0], write.mock.calls.length]).toEqual([`true ${"07".repeat(125)}`, 0]);
    await send(frame(binary, Buffer.alloc(126)));
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(write).toHaveBeenCalledOnce();
  });

  it("leaves a listener the bytes it was given", async () => {
    const { socket, heard, send } = await connect();
    openLane(socket);
    const kept: Buffer[] = [];
    socket.on("message", (bytes: Buffer) => kept.push(bytes));
    for (const byte of [1, 2, 3]) {
      await send(frame(binary, Buffer.of(byte)));
      await vi.waitFor(() => expect(heard).toHaveLength(byte));
    }
    expect(Buffer.concat(kept)).toEqual(Buffer.from([1, 2, 3]));
  });

  it("hears nothing after a close frame, nor after one that is malformed", async () => {
    for (const last of [frame(close, Buffer.from([3, 232])), frame(binary | 0x10, Buffer.alloc(1))]) {
      const { socket, heard, send } = await connect();
      openLane(socket);
      const closed = new Promise((resolve) => socket.once("close", resolve));
      await send(last);
      await send(frame(binary, Buffer.alloc(1))).catch(() => {});
      await closed;
      expect(heard.filter((what) => what.startsWith("true"))).toEqual([]);
    }
  });

  it("hears in order what waits while the socket is paused", async () => {
    const { socket, heard, send } = await connect();
    openLane(socket);
    socket.pause();
    await send(frame(binary, Buffer.of(1)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([]);
    socket.resume();
    await send(frame(binary, Buffer.of(2)));
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
    const pieces = fc.tuple(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(pieces, async ([messages, cuts]) => {
        const frames = messages.flat().map((one) => frame(one.opcode, one.payload, one.isFinal));
        const chunks = frames.flatMap((bytes, i) => {
          const cut = (cuts[i] ?? 0) % bytes.length;
          return cut > 0 ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes];
        });
        chunks.push(frame(ping, Buffer.from("the end")));
        const [long, short] = await Promise.all([connect(), connect()]);
        openLane(short.socket);
        await Promise.all([long.send(...chunks), short.send(...chunks)]);
        const end = `ping ${Buffer.from("the end").toString("hex")}`;
        await vi.waitFor(() => expect([long.heard.at(-1), short.heard.at(-1)]).toEqual([end, end]), { interval: 1 });
        expect(short.heard).toEqual(long.heard);
        for (const { socket } of [long, short]) socket.terminate();
      }),
    );
  });
});
