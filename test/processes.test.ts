/** [OP5] `npm start -- --processes`: several servers on one machine, and what becomes of them when some end. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../services/chatlog/testing/redisServer.ts";
import { ask } from "./lib/http.ts";
import { freePorts } from "./lib/ports.ts";
import { newGuest, reserve } from "./lib/raw.ts";
import { launch, startTestServer, type TestServer } from "./lib/server.ts";

const count = 2;
let redis: RedisServer;
let server: TestServer;
let port: number;

const here = (port: number) => `http://127.0.0.1:${port}`;
const isUp = async (port: number, path = "/readyz") => (await ask(here(port), path)).status === 200;
const several = (port: number) => ({
  PROCESSES: String(count),
  PORT: String(port),
  REDIS_URL: redisUrl(),
  AUTH_SECRET: "s".repeat(32),
});
const redisUrl = () => `redis://127.0.0.1:${redis.port}`;

/** The pid of each server that is up now, by its number; who is named here may have ended since. */
function pids(): number[] {
  const lines = server.logs().filter(({ msg }) => msg === "a process is up");
  return Array.from({ length: count }, (_, i) => Number(lines.findLast((line) => line["process"] === i + 1)?.["pid"]));
}

const said = (msg: string) => server.logs().filter((line) => line["msg"] === msg);

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Asks at PORT without pause, each time on a connection of its own, until told to stop; then gives what was answered. */
function watch(path: string): () => Promise<Record<number, number>> {
  const answers: Record<number, number> = {};
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const { status } = await ask(here(port), path);
      answers[status] = (answers[status] ?? 0) + 1;
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return answers;
  };
}

describe.skipIf(!hasRedis)(`[OP5] several processes${hasRedis ? "" : ` (${noRedis})`}`, () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  describe("that run", () => {
    beforeAll(async () => {
      port = await freePorts(count + 1);
      server = await startTestServer({ env: several(port) });
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      await expect.poll(() => isUp(port + 1), { timeout: 15_000 }).toBe(true);
      await expect.poll(() => isUp(port + 2), { timeout: 15_000 }).toBe(true);
    });

    it("say so once, with one password, and name their process in each line of the log", () => {
      const printed = server.lines.map(({ text }) => text).join("\n");
      expect(printed.split("hereabouts is up")).toHaveLength(2);
      expect(printed).toMatch(new RegExp(`monitor   ${here(port)}/monitor/   \\(operator, [\\w-]{16}\\)`));
      const carriedAt = (number: number) => `(UDP port ${port + number}|not up yet; the log tells)`;
      expect(printed).toMatch(new RegExp(`processes 1 at port ${port + 1}, datagrams ${carriedAt(1)}\n`));
      expect(printed).toMatch(new RegExp(` {10}2 at port ${port + 2}, datagrams ${carriedAt(2)}\n`));
      expect(said("datagrams are carried").map((line) => [line["process"], line["port"]])).toEqual(
        expect.arrayContaining([
          [1, port + 1],
          [2, port + 2],
        ]),
      );
    });

    it("answer at PORT while one of them is killed, and it comes back on its own port", async () => {
      const stopWatching = watch("/healthz");
      const [killed] = pids();
      process.kill(killed!, "SIGKILL");
      await expect.poll(() => pids()[0], { timeout: 15_000 }).not.toBe(killed);
      expect(await isUp(port + 1)).toBe(true);
      expect(said("a process ended; it is started again").at(-1)).toMatchObject({
        process: 1,
        code: null,
        signal: "SIGKILL",
        pauseMs: 500,
      });
      const { 200: answered, ...others } = await stopWatching();
      expect(answered).toBeGreaterThan(20);
      // one connection may have been taken by it already when it was killed
      expect(others[0] ?? 0).toBeLessThanOrEqual(1);
    });

    it("answer at PORT while one of them stands still, each for the other", async () => {
      for (const stalled of pids()) {
        process.kill(stalled, "SIGSTOP");
        try {
          for (let i = 0; i < 50; i++) expect(await isUp(port, "/healthz")).toBe(true);
        } finally {
          process.kill(stalled, "SIGCONT");
        }
      }
    });

    it("are restarted one after the other by SIGUSR2, while PORT goes on answering", async () => {
      const before = pids();
      const stopWatching = watch("/readyz");
      process.kill(server.pid, "SIGUSR2");
      process.kill(server.pid, "SIGUSR2"); // once more means nothing more
      await expect.poll(() => said("all processes were restarted").length, { timeout: 30_000 }).toBe(1);
      const after = pids();
      for (let i = 0; i < count; i++) expect(after[i]).not.toBe(before[i]);
      const times = (msg: string) =>
        said(msg)
          .slice(-count)
          .map((line) => [line["time"], line["process"]]);
      const order = [...times("draining"), ...times("a process is up")].sort(([a], [b]) => Number(a) - Number(b));
      expect(order.map(([, number]) => number)).toEqual([1, 1, 2, 2]);
      expect(Object.keys(await stopWatching())).toEqual(["200"]);
    });

    it("stay as they are where the first does not come up again, which is tried until it does", async () => {
      const [, untouched] = pids();
      const file = join(server.dataDir, ".env");
      writeFileSync(file, "TICK_HZ=0\n");
      process.kill(server.pid, "SIGUSR2");
      const gaveUp = "a process does not come up again; the others are left as they are";
      await expect.poll(() => said(gaveUp).length, { timeout: 15_000 }).toBe(1);
      expect(server.lines.some(({ text, from }) => from === "stderr" && text.includes("TICK_HZ"))).toBe(true);
      expect(await isUp(port)).toBe(true);
      rmSync(file);
      await expect.poll(() => isUp(port + 1), { timeout: 15_000 }).toBe(true);
      expect(pids()[1]).toBe(untouched);
    });

    it("drain and end with 0 by SIGTERM, all at once", async () => {
      const from = performance.now();
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      expect(performance.now() - from).toBeLessThan(10_000);
      expect(pids().map(lives)).toEqual([false, false]);
    });
  });

  it("are ended by force where one stands still at the drain, and the exit code says so", async () => {
    port = await freePorts(count + 1);
    server = await startTestServer({ env: { ...several(port), DRAIN_MS: "1000" } });
    process.kill(pids()[0]!, "SIGSTOP");
    const from = performance.now();
    expect(await server.stop()).toEqual({ code: 1, signal: null });
    expect(performance.now() - from).toBeGreaterThan(1000);
    expect(pids().map(lives)).toEqual([false, false]);
  });

  it("drain when their supervisor is killed", async () => {
    port = await freePorts(count + 1);
    server = await startTestServer({ env: several(port) });
    process.kill(server.pid, "SIGKILL");
    await expect.poll(() => pids().map(lives), { timeout: 10_000 }).toEqual([false, false]);
    await server.exited;
    expect(said("draining").map((line) => line["signal"])).toEqual(Array(count).fill("the supervisor is gone"));
    await server.stop();
  });

  it("do not start at all where one cannot, and say why in one line", async () => {
    const [base, sharedPort] = [await freePorts(count + 1), await freePorts(count + 1)];
    for (const port of [base + 2, sharedPort]) {
      const taken = createServer().listen(port, "127.0.0.1");
      onTestFinished(() => void taken.close());
      await once(taken, "listening");
    }
    const file = join(tmpdir(), `hereabouts-file-${process.pid}`);
    writeFileSync(file, "");
    onTestFinished(() => rmSync(file));
    const wrong: [Record<string, string>, ...string[]][] = [
      [{ PORT: String(sharedPort) }, `Port ${sharedPort} is taken`, "set PORT"],
      [{ PORT: String(base) }, `Port ${base + 2} is taken`],
      [{ DATA_DIR: file }, "DATA_DIR", file],
      [{ REDIS_URL: "redis://127.0.0.1:1" }, "REDIS_URL"],
      [{ REDIS_URL: "" }, "PROCESSES", "REDIS_URL"],
    ];
    for (const [env, ...named] of wrong) {
      const attempt = launch({ env: { ...several(base), LOG_LEVEL: "silent", ...env } });
      expect(await attempt.exited).toEqual({ code: 1, signal: null });
      const written = attempt.lines.map(({ text }) => text);
      expect(written, JSON.stringify(env)).toHaveLength(1);
      for (const name of named) expect(written[0]).toContain(name);
      await attempt.stop();
    }
  });
});

it("[OP5] servers that start at once on one new folder agree on what is made there", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const starting = Array.from({ length: 3 }, () => startTestServer({ env: { AUDIO: "off" }, dataDir }));
  const together = await Promise.all(starting);
  onTestFinished(async () => void (await Promise.all(together.map((server) => server.stop()))));
  const printed = together.map(({ lines }) => lines.map(({ text }) => text).join("\n"));
  expect(printed.filter((text) => /\(operator, [\w-]{16}\)/.test(text))).toHaveLength(1);
  const { token } = await newGuest(together[0]!.url);
  for (const { url } of together) await reserve(url, token, { slug: "field" });
});
