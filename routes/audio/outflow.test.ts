/** Answers without an end over real connections: exact bytes, order, ends, and what of Node's is relied on. */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { endMs, endOf, Outflow, takeSocket, turnOf } from "./outflow.ts";

let server: Server;

afterEach(() => void server.close());

async function askOf(
  answer: (res: ServerResponse, url: string) => unknown,
  request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
) {
  server = createServer((req, res) => void answer(res, req.url!)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
  client.write(request);
  return client;
}

it("[AU5] sends the head, whose bytes may be UTF-8, then the bytes as they are, and closes", async () => {
  const client = await askOf((res) => {
    res.setHeader("icy-name", "na\u00c3\u00afve");
    const sink = new Outflow(res);
    expect(sink.pendingBytes).toBe(0);
    expect(sink.write(Buffer.from("sound"))).toBe(true);
    sink.write(Buffer.from(" and more"));
    sink.end();
    expect(sink.write(Buffer.from("late"))).toBe(false);
  });
  const [head, body] = (await text(client)).split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1.1 200 OK\r\nicy-name: naïve\r\n/);
  expect(head).toContain("Connection: close");
  expect(head).not.toContain("Transfer-Encoding");
  expect(body).toBe("sound and more");
});

it("[AU5] leaves an answer to be an error until the first bytes", async () => {
  const client = await askOf((res) => {
    new Outflow(res);
    res.writeHead(503, { connection: "close" }).end();
  });
  expect(await text(client)).toMatch(/^HTTP\/1.1 503 /);
});

it("lets go of the parser: fails where Node has another way to", async () => {
  const took = Promise.withResolvers<{ parser: Record<string, unknown>; socket: Socket }>();
  const client = await askOf((res) => {
    const { parser } = res.socket as unknown as { parser: Record<string, () => void> };
    for (const name of ["remove", "close"]) vi.spyOn(parser, name);
    took.resolve({ parser, socket: takeSocket(res) });
  });
  const { parser, socket } = await took.promise;
  await turn();
  expect(parser["remove"]).toHaveBeenCalledOnce();
  expect(parser["close"]).toHaveBeenCalledOnce();
  expect(socket).toMatchObject({ parser: null, _httpMessage: null });
  client.destroy();
});

it("[AU5] looks at nothing that the client sends afterwards, and ends when it does", async () => {
  let asked = 0;
  const took = Promise.withResolvers<Socket>();
  const client = await askOf((res) => {
    asked++;
    took.resolve(takeSocket(res));
  });
  const socket = await took.promise;
  const closed = once(socket, "close");
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n\0 no HTTP at all".repeat(1000));
  socket.write("still here");
  client.end();
  expect(await text(client)).toMatch(/\r\n\r\nstill here$/);
  await closed;
  expect(asked).toBe(1);
});

it("[AU5] waits for what was asked for before on the same connection", async () => {
  const client = await askOf(async (res, url) => {
    if (url === "/first") {
      await turn();
      res.end("first");
      return;
    }
    await turnOf(res);
    takeSocket(res).end("second");
  }, "GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(await text(client)).toMatch(/\r\n\r\nfirstHTTP\/1.1 200 OK[\s\S]*\r\n\r\nsecond$/);
});

it("[AU2] lets a reader that stalls at the end not hold it for ever", async () => {
  const took = Promise.withResolvers<Socket>();
  const client = await askOf((res) => took.resolve(takeSocket(res)));
  client.pause();
  const socket = await took.promise;
  socket.write("x".repeat(1 << 24));
  const setTimeout = vi.spyOn(socket, "setTimeout");
  endOf(socket);
  expect(setTimeout).toHaveBeenCalledWith(endMs, expect.any(Function));
  const closed = once(socket, "close");
  socket.setTimeout(50);
  await closed;
  client.destroy();
});
