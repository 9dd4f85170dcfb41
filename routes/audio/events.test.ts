/** A reader of events that stalls costs no more than what the kernel holds for it. */
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { expect, it, vi } from "vitest";
import { writerTo } from "./events.ts";
import { takeSocket } from "./outflow.ts";

it("[AU2] cuts a reader that stalls, and bounds what waits for it", async () => {
  let mostWaiting = 0;
  let written = 0;
  const cut = Promise.withResolvers<void>();
  const server = createServer((_, res) => {
    const socket = takeSocket(res);
    const write = writerTo(socket);
    const text = `data: ${"x".repeat(8000)}\n\n`;
    socket.on("close", cut.resolve);
    const go = () => {
      for (let i = 0; i < 20 && !socket.destroyed; i++) {
        write(text);
        written++;
        mostWaiting = Math.max(mostWaiting, socket.writableLength);
      }
      if (!socket.destroyed) setImmediate(go);
    };
    go();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const reader = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
  reader.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  reader.pause();
  await cut.promise;
  expect(mostWaiting).toBeLessThan(100_000);
  expect(written).toBeGreaterThan(5);
  reader.destroy();
  server.close();
});

it("[AU2] writes to one that reads", () => {
  const socket = { writableLength: 0, write: vi.fn(() => true), destroy: vi.fn() };
  writerTo(socket as unknown as Socket)("data: {}\n\n");
  expect(socket.write).toHaveBeenCalledWith("data: {}\n\n");
  expect(socket.destroy).not.toHaveBeenCalled();
});
