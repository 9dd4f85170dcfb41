/** Holds the short way to the long one: whatever comes in whatever pieces, the same messages come of it. */
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { openLane } from "./lane.ts";

type Inner = WebSocket & { _socket: Socket; _receiver: { write(chunk: Buffer): boolean } };

const mask = Buffer.from([1, 2, 3, 4]);
const [continuation, text, binary, close, ping, pong] = [0, 1, 2, 8, 9, 10];

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
    for (const type of ["ping", "pong"] as const) {
      socket.on(type, (bytes: Buffer) => heard.push(`${type} ${bytes.toString("hex")}`));
    }
    socket.on("close", (code) => heard.push(`close ${code}`));
    const send = async (...chunks: Buffer[]) => {
      for (const chunk of chunks) {
        await new Promise((resolve) => client._socket.write(chunk, resolve));
        for (let i = 0; i < 2; i++) await setImmediate(); // for it to be read alone
      }
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

  it("takes the answer to a ping past it too", async () => {
    const { socket, heard, send } = await connect();
    openLane(socket);
    const write = vi.spyOn(socket._receiver, "write");
    await send(frame(pong, Buffer.alloc(0)));
    await send(frame(pong, Buffer.of(7)));
    await vi.waitFor(() => expect(heard).toEqual(["pong ", "pong 07"]));
    expect(write).not.toHaveBeenCalled();
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
    await setImmediate();
    expect(heard).toEqual([]);
    socket.resume();
    await send(frame(binary, Buffer.of(2)));
    await vi.waitFor(() => expect(heard).toEqual(["true 01", "true 02"]));
  });

  it("hears and ends the same as without, in whatever pieces it comes, good or bad", async () => {
    const payload = fc.uint8Array({ maxLength: 130 });
    const short = fc.uint8Array({ maxLength: 9 });
    const one =
      (opcode: number) =>
      (bytes: Uint8Array): Buffer[] => [frame(opcode, bytes)];
    const message: fc.Arbitrary<Buffer[]> = fc.oneof(
      { weight: 20, arbitrary: payload.map(one(binary)) },
      { weight: 2, arbitrary: fc.string({ maxLength: 40 }).map((said) => one(text)(Buffer.from(said))) },
      { weight: 2, arbitrary: short.map(one(ping)) },
      { weight: 2, arbitrary: short.map(one(pong)) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(payload, short, payload)
          .map(([begin, between, end]) => [
            frame(binary, begin, false),
            frame(ping, between),
            frame(continuation, end),
          ]),
      },
      fc.constantFrom(one(close)(Buffer.from([3, 232])), one(binary)(Buffer.alloc(4097))),
      short.map((bytes) => [frame(binary, bytes, false), frame(binary, bytes)]),
      short.map((bytes) => [Buffer.concat([Buffer.of(0x82, bytes.length), bytes])]),
    );
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 8 }), cuts, fc.boolean(), async (messages, cuts, isWhole) => {
        const frames = [...messages.flat(), frame(ping, Buffer.from("the end"))];
        const all = Buffer.concat(frames);
        const places = [0, ...cuts.map((cut) => Math.floor(cut * all.length)).sort((a, b) => a - b), all.length];
        const pieces = places.slice(1).map((to, i) => all.subarray(places[i]!, to));
        const chunks = isWhole ? frames : pieces.filter(({ length }) => length > 0);
        const long = await connect();
        const short = await connect();
        openLane(short.socket);
        const ends = [`ping ${Buffer.from("the end").toString("hex")}`, "close"];
        const isDone = ({ heard }: typeof long) => ends.some((end) => heard.at(-1)?.startsWith(end));
        await Promise.all([long, short].map(({ send }) => send(...chunks).catch(() => {}))); // it may be closed by then
        await vi.waitFor(() => expect([long, short].every(isDone)).toBe(true), { interval: 1, timeout: 3000 });
        expect(short.heard).toEqual(long.heard);
        for (const { socket } of [long, short]) socket.terminate();
      }),
    );
  });
});
