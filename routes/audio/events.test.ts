/** A reader of events that stalls costs no more than what the kernel holds for it. */
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Response } from "express";
import { expect, it, vi } from "vitest";
import { endMs, endOf, writerTo } from "./events.ts";

it("[AU2] cuts a reader that stalls, and bounds what waits for it", async () => {
  let mostWaiting = 0;
  let written = 0;
  const cut = Promise.withResolvers<void>();
  const server = createServer((_, res) => {
    const write = writerTo(res as unknown as Response);
    const text = `data: ${"x".repeat(8000)}\n\n`;
    res.on("close", cut.resolve);
    const go = () => {
      for (let i = 0; i < 20 && !res.destroyed; i++) {
        write(text);
        written++;
        mostWaiting = Math.max(mostWaiting, res.writableLength);
      }
      if (!res.destroyed) setImmediate(go);
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
  const res = { writableLength: 0, write: vi.fn(() => true), destroy: vi.fn() };
  writerTo(res as unknown as Response)("data: {}\n\n");
  expect(res.write).toHaveBeenCalledWith("data: {}\n\n");
  expect(res.destroy).not.toHaveBeenCalled();
});

it("[AU2] lets a reader that stalls at the end not hold it for ever", async () => {
  const cut = Promise.withResolvers<void>();
  const server = createServer((_, res) => {
    res.on("close", cut.resolve);
    res.write("x".repeat(1 << 24));
    const setTimeout = vi.spyOn(res, "setTimeout");
    endOf(res as unknown as Response);
    expect(setTimeout).toHaveBeenCalledWith(endMs);
    res.setTimeout(50);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const reader = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
  reader.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  reader.pause();
  await cut.promise;
  reader.destroy();
  server.close();
});
