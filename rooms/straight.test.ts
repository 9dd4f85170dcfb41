/** Holds the short way out to the long one: what is written comes in order and whole, however slowly it is read. */
import { once } from "node:events";
import { type AddressInfo, createServer, connect as open, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeStraight } from "./straight.ts";

describe("what is written past the streams of Node", () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => void server.close());

  /** Both ends: the server's is written to. */
  async function connect() {
    const reader = open((server.address() as AddressInfo).port, "127.0.0.1");
    const [[socket]] = (await Promise.all([once(server, "connection"), once(reader, "connect")])) as [
      [Socket],
      unknown,
    ];
    reader.on("error", () => {});
    socket.on("error", () => {});
    return { reader, socket };
  }

  it("is done at once where the kernel takes it, by no stream, and its memory is free", async () => {
    const { reader, socket } = await connect();
    const write = vi.spyOn(socket, "write");
    const memory = Buffer.from("one");
    expect(writeStraight(socket, memory)).toBe("done");
    memory.write("two");
    expect(writeStraight(socket, memory)).toBe("done");
    const heard: Buffer[] = [];
    reader.on("data", (bytes: Buffer) => heard.push(bytes));
    await vi.waitFor(() => expect(String(Buffer.concat(heard))).toBe("onetwo"));
    expect(write).not.toHaveBeenCalled();
    reader.destroy();
  });

  it("waits for one who does not read, takes nothing more meanwhile, and then arrives in order", async () => {
    const { reader, socket } = await connect();
    reader.pause();
    const sent: Buffer[] = [];
    const send = (): string => {
      const bytes = Buffer.alloc(60_000, sent.length);
      sent.push(bytes);
      return writeStraight(socket, bytes);
    };
    let went = send();
    while (went === "done") went = send();
    expect(went).toBe("waits");
    const next = Buffer.from("behind");
    expect(writeStraight(socket, next)).toBe("refused");
    socket.write(next);
    expect(writeStraight(socket, next)).toBe("refused");
    const heard: Buffer[] = [];
    reader.on("data", (bytes: Buffer) => heard.push(bytes)).resume();
    const all = Buffer.concat([...sent, next]);
    await vi.waitFor(() => expect(heard.reduce((sum, { length }) => sum + length, 0)).toBe(all.length), 5000);
    expect(Buffer.concat(heard).equals(all)).toBe(true);
    await vi.waitFor(() => expect(writeStraight(socket, next)).toBe("done"));
    reader.destroy();
  });

  it("ends with a socket that is destroyed while it waits, and harms no other", async () => {
    const { reader, socket } = await connect();
    reader.pause();
    while (writeStraight(socket, Buffer.alloc(60_000)) === "done");
    socket.destroy();
    await once(socket, "close");
    expect(writeStraight(socket, Buffer.from("late"))).toBe("refused");
    reader.destroy();
    const other = await connect();
    expect(writeStraight(other.socket, Buffer.from("fine"))).toBe("done");
    expect(String((await once(other.reader, "data"))[0])).toBe("fine");
    other.reader.destroy();
  });

  it("is refused by a socket that was ended, or whose other end is gone", async () => {
    const { reader, socket } = await connect();
    socket.end();
    expect(writeStraight(socket, Buffer.from("late"))).toBe("refused");
    reader.destroy();
    const gone = await connect();
    gone.reader.resetAndDestroy();
    await vi.waitFor(() => expect(writeStraight(gone.socket, Buffer.from("late"))).toBe("refused"));
  });
});
