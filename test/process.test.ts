/** The process itself: it goes on without a reader of its output, and loads nothing that takes its errors over. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { linkMusic, makeMusic } from "./lib/music.ts";
import { joinWorld, newGuest, reserve } from "./lib/raw.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

it("goes on when whoever read its output has gone", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
  await makeMusic();
  linkMusic(dataDir);
  const env = { ...process.env, PORT: "0", HOST: "127.0.0.1", DATA_DIR: dataDir, LOG_LEVEL: "debug" };
  const child = spawn(process.execPath, ["server.ts"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  while (!/also at\s+http/.test(output)) await once(child.stdout, "data");
  const url = /also at\s+(http:\/\/\S+)/.exec(output)![1]!;
  child.stdout.destroy();
  child.stderr.destroy();
  const join1 = { method: "POST", headers: { "content-type": "application/json" }, body: '{"slug":"no slug"}' };
  for (let i = 0; i < 20; i++) await fetch(`${url}/matchmake/joinOrCreate/world`, join1);
  const usedMs = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^process_cpu_user_seconds_total (\S+)/m.exec(text)![1]) * 1000;
  };
  const before = await usedMs();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect((await usedMs()) - before, "ms of CPU in an idle second").toBeLessThan(400);
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
  rmSync(dataDir, { recursive: true, force: true });
});

it("[SV4] ends at once when a seat was given out that nobody has come for", async () => {
  const server = await serverOfTest();
  const { url } = server;
  const client = await joinWorld(url, { slug: "meadow" });
  const late = await reserve(url, (await newGuest(url)).token, { slug: "meadow" });
  expect(late.roomId).toBe(client.reservation.roomId);
  const since = performance.now();
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - since).toBeLessThan(5000);
});

it("does not load what Colyseus would hand its errors to", async () => {
  const module = (await import("@pm2/io" as string)) as { default: object };
  expect(Object.keys(module.default)).not.toContain("init");
});
