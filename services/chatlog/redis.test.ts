/** The chat log in Redis: the contract, what survives a killed server, what one Redis shares, and what it warns of. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ChatLog, Owning } from "./chatlog.ts";
import { chatLogContract } from "./contract.suite.ts";
import { createRedisChatLog } from "./redis.ts";
import { ada, bob, said } from "./testing/people.ts";
import { hasRedis, noRedis, type RedisServer, startRedis } from "./testing/redisServer.ts";
import { type Acknowledged, expectKept, write } from "./testing/writers.ts";

if (!hasRedis) console.warn(noRedis);

describe.skipIf(!hasRedis)(hasRedis ? "with an own server" : noRedis, () => {
  let server: RedisServer;
  const servers: RedisServer[] = [];
  const start = async (settings?: Record<string, string>) => {
    const started = await startRedis(settings);
    servers.push(started);
    return started;
  };
  let places = 0;
  const newPrefix = () => `place${++places}:`;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => Promise.all(servers.map((one) => one.stop())));

  chatLogContract("Redis", () => {
    const prefix = newPrefix();
    return { open: (options) => createRedisChatLog({ redis: server.connect(), prefix, ...options }) };
  });

  it("[CH2] loses, doubles and reorders nothing when the server is killed ten times", async () => {
    const killed = await start();
    const log = createRedisChatLog({ redis: killed.connect(), answerMs: 10_000 });
    const told: Acknowledged[] = [];
    let repeats = 0;
    let isOver = false;
    const first: number[] = Array(10).fill(0);
    const keepTrack = (one: Acknowledged, { isRepeat }: { isRepeat: boolean }) => {
      told.push(one);
      if (isRepeat) repeats++;
    };
    const writing = write(log, first, keepTrack, () => isOver);
    for (let kill = 0; kill < 10; kill++) {
      const enough = told.length + 20 + Math.random() * 200;
      await vi.waitFor(() => expect(told.length).toBeGreaterThan(enough), { timeout: 5000, interval: 1 });
      await killed.kill();
      await killed.restart();
    }
    isOver = true;
    await writing;
    expect(await expectKept(log, told)).toBe(told.length);
    // what ioredis sent again is one call, not a repeat of a client's
    expect(repeats).toBe(0);
  }, 20_000);

  it("[CH2] takes what ioredis sends again after a lost answer for the same call", async () => {
    let isDeaf = false;
    const proxy = createServer((near) => {
      const far = connect(server.port, "127.0.0.1");
      near.pipe(far);
      far.on("data", (bytes) => (isDeaf ? near.destroy() : near.write(bytes)));
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on("error", () => {});
        one.on("close", () => other.destroy());
      }
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    const redis = new Redis({ host: "127.0.0.1", port, retryStrategy: () => 20, maxRetriesPerRequest: null });
    redis.on("error", () => {});
    redis.on("close", () => {
      isDeaf = false;
    });
    const log = createRedisChatLog({ redis, prefix: newPrefix() });
    const line = said(ada, "2");
    await log.append("x", said(ada, "1"));
    isDeaf = true;
    expect(await log.append("x", line)).toMatchObject({ isRepeat: false, isCounted: false, line: { seq: 2 } });
    expect(isDeaf).toBe(false);
    expect(await log.append("x", line)).toMatchObject({ isRepeat: true, line: { seq: 2 } });
    expect(await log.last("x")).toBe(2);
    redis.disconnect();
    proxy.close();
  });

  it("[CH2] gives one order to several processes that write at once", async () => {
    const prefix = newPrefix();
    const logs = [1, 2, 3].map(() => createRedisChatLog({ redis: server.connect(), prefix }));
    const lines = Array.from({ length: 300 }, (_, i) => said(i % 2 ? ada : bob, `${i}`));
    const answers = await Promise.all(lines.flatMap((line) => logs.map((log) => log.append("x", line))));
    expect(answers.filter(({ isRepeat }) => !isRepeat)).toHaveLength(300);
    expect(await logs[0]!.last("x")).toBe(300);
    expect(await logs[1]!.read("x", { limit: 300 })).toEqual(await logs[2]!.read("x", { limit: 300 }));
  });

  describe("[CH2] that has lost lines", () => {
    const say = async (log: ChatLog, text: string, owning?: Owning) => {
      const { line, lostBefore } = await log.append("x", said(ada, text), owning);
      return [line.seq, lostBefore];
    };

    it("goes on above the highest that was seen, and tells the first who says something", async () => {
      const own = await start();
      const log = createRedisChatLog({ redis: own.connect() });
      for (const text of ["1", "2", "3"]) await say(log, text, { floor: 0 });
      await own.kill();
      await own.restart({ empty: true });
      const both = await Promise.all(["4", "5"].map((text) => say(log, text, { floor: 3 })));
      expect(both).toEqual([
        [4, 4],
        [5, 4],
      ]);
      expect(await say(log, "6", { floor: 5 })).toEqual([6, 4]);
      expect(await log.begin("x", 1)).toBe(4);
      expect((await log.read("x", { limit: 50 })).map(({ seq }) => seq)).toEqual([4, 5, 6]);
      expect(await log.read("x", { limit: 50, before: 4 })).toEqual([]);
    });

    it("keeps what is left, and pages pass over what is missing", async () => {
      const log = createRedisChatLog({ redis: server.connect(), prefix: newPrefix() });
      for (const text of ["1", "2", "3"]) await say(log, text);
      expect(await say(log, "4", { floor: 1000 })).toEqual([1001, 1001]);
      expect(await say(log, "5", { floor: 1000 })).toEqual([1002, 1001]);
      const seqs = async (limit: number, before?: number) =>
        (await log.read("x", { limit, ...(before === undefined ? {} : { before }) })).map(({ seq }) => seq);
      expect(await seqs(4)).toEqual([2, 3, 1001, 1002]);
      expect(await seqs(10, 1001)).toEqual([1, 2, 3]);
    });

    it("counts nothing up that was said before", async () => {
      const log = createRedisChatLog({ redis: server.connect(), prefix: newPrefix() });
      await say(log, "hey");
      expect(await say(log, "hey", { floor: 7 })).toEqual([8, 8]);
    });
  });

  it("refuses what a stalled owner says after another has begun", async () => {
    const log = createRedisChatLog({ redis: server.connect(), prefix: newPrefix() });
    const moved = expect.objectContaining({ code: "MOVED" });
    expect(await log.begin("x", 5)).toBe(0);
    await log.append("x", said(ada, "1"), { fence: 5 });
    await log.begin("x", 7);
    const late = said(ada, "2");
    await expect(log.append("x", late, { fence: 5 })).rejects.toEqual(moved);
    await expect(log.begin("x", 5)).rejects.toEqual(moved);
    expect(await log.append("x", late, { fence: 7 })).toMatchObject({ isRepeat: false, line: { seq: 2 } });
    await log.append("x", said(ada, "3"));
    expect(await log.last("x")).toBe(3);
  });

  it("fails within a second while the server is away or stalled, and goes on when it is back", {
    timeout: 15_000,
  }, async () => {
    const own = await start();
    const log = createRedisChatLog({ redis: own.connect() });
    await log.append("x", said(ada, "1"));
    const line = said(ada, "2");
    const expectFailing = async () => {
      const from = performance.now();
      await expect(log.append("x", line)).rejects.toMatchObject({ code: "UNAVAILABLE" });
      expect(performance.now() - from).toBeLessThan(1500);
    };
    own.stall();
    await expectFailing();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    own.resume();
    expect((await log.append("x", line)).line.seq).toBe(2);
    await own.kill();
    await expectFailing();
    await own.restart();
    await vi.waitFor(async () => expect((await log.append("x", line)).line.seq).toBe(2));
    expect(await log.last("x")).toBe(2);
  });

  it("goes on when the server's script cache is emptied", async () => {
    const log = createRedisChatLog({ redis: server.connect(), prefix: newPrefix() });
    await log.append("x", said(ada, "1"));
    await server.connect().script("FLUSH");
    const answers = await Promise.all(["2", "3", "4"].map((text) => log.append("x", said(ada, text))));
    expect(answers.map(({ line }) => line.seq)).toEqual([2, 3, 4]);
  });

  it("[CH3] forgets client ids a day after their line was pruned, not before", async () => {
    const redis = server.connect();
    const prefix = newPrefix();
    const log = createRedisChatLog({ redis, prefix, keep: 2 });
    for (const text of ["same", "same", "b", "c", "d"]) await log.append("x", said(ada, text));
    const left = await Promise.all((await redis.keys(`${prefix}receipt:*`)).map((key) => redis.pttl(key)));
    const day = 24 * 3600 * 1000;
    expect(left.filter((ms) => ms === -1)).toHaveLength(2);
    expect(left.filter((ms) => ms > day - 60_000 && ms <= day)).toHaveLength(3);
    expect((await redis.keys(`${prefix}again:*`)).length + (await redis.keys(`${prefix}hearts:*`)).length).toBe(0);
  });

  it("[CH3] catches up when less is to be kept than before", async () => {
    const redis = server.connect();
    const prefix = newPrefix();
    const before = createRedisChatLog({ redis, prefix });
    for (let i = 0; i < 50; i++) void before.append("x", said(ada, `${i}`, { original: "?" }));
    await before.flush();
    const log = createRedisChatLog({ redis, prefix, keep: 10 });
    for (let i = 0; i < 45; i++) void log.append("x", said(ada, `${i}`, { original: "?" }));
    await log.flush();
    expect(await redis.hlen(`${prefix}lines:x`)).toBe(10);
    expect(await redis.hlen(`${prefix}notes:x`)).toBe(10);
  });

  describe("warnings", () => {
    const warningsOf = async (settings: Record<string, string>): Promise<string[]> => {
      const other = await start(settings);
      const warnings: string[] = [];
      const log = createRedisChatLog({ redis: other.connect(), onWarning: (text) => warnings.push(text) });
      await vi.waitFor(() => expect(warnings.length > 0 || settings["appendfsync"] === "always").toBe(true));
      await log.close();
      return warnings;
    };

    it("[CH2] tells when answers are not durable, and changes nothing", async () => {
      expect(await warningsOf({ appendonly: "no" })).toEqual([expect.stringContaining("Set appendonly yes")]);
      expect(await warningsOf({ appendfsync: "everysec" })).toEqual([
        expect.stringContaining("Set appendfsync always"),
      ]);
      expect(await warningsOf({ maxmemory: "100mb", "maxmemory-policy": "allkeys-lru" })).toEqual([
        expect.stringContaining("noeviction"),
      ]);
      expect(await warningsOf({ "rename-command": "CONFIG HIDDEN" })).toEqual([
        expect.stringContaining("cannot be told"),
      ]);
    });

    it("is silent where all is well", async () => {
      const warnings: string[] = [];
      const log = createRedisChatLog({ redis: server.connect(), onWarning: (text) => warnings.push(text) });
      await log.append("x", said(ada, "hi"));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(warnings).toEqual([]);
    });
  });
});
