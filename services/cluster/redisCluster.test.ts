/** Processes that share a real Redis: at most one stands for a key at any instant, whatever stops, is cut off or forgets. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../chatlog/testing/redisServer.ts";
import { overlaps, type Process, Processes } from "./testing/processes.ts";

if (!hasRedis) console.warn(noRedis);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(!hasRedis)(hasRedis ? "processes with an own Redis" : noRedis, { timeout: 60_000 }, () => {
  let redis: RedisServer;
  let processes: Processes;
  let a: Process;
  let b: Process;
  const start = async (settings?: Record<string, string>) => {
    redis = await startRedis(settings);
    processes = new Processes(redis.port);
    a = await processes.start("a");
    b = await processes.start("b");
    await knowEachOther(a, b);
  };
  const knowEachOther = (...those: Process[]) =>
    until(async () => {
      for (const one of those) expect((await one.state()).members.sort()).toEqual(those.map(({ id }) => id));
    });
  const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 20 });
  beforeEach(() => start());
  afterEach(async () => {
    await processes.stop();
    await redis.stop();
  });
  /** Of all that can still answer. */
  const expectOneEach = async (...those: Process[]) => {
    const states = await Promise.all(those.map((one) => one.state()));
    expect(overlaps(states)).toEqual([]);
    return states;
  };
  const takenBy = async (one: Process, key: string) => {
    const [home] = await one.claim(key);
    expect(home!.process).toBe(one.id);
    return home!;
  };

  it("[OP5] gives each of a hundred keys to one of two that claim them at once", async () => {
    const keys = Array.from({ length: 100 }, (_, i) => `world:w${i}`);
    const [ofA, ofB] = await Promise.all([a.claim(...keys), b.claim(...keys)]);
    expect(ofA).toEqual(ofB);
    expect(new Set(ofA.map(({ fence }) => fence)).size).toBe(100);
    await expectOneEach(a, b);
    expect(await a.ask({ do: "find", key: "world:none" })).toBeUndefined();
  });

  it("[OP5] gives what a killed one had to another within 2.5 seconds, with a higher fence", async () => {
    const had = await takenBy(a, "world:w");
    const killedAt = performance.now();
    a.signal("SIGKILL");
    await until(async () => void (await takenBy(b, "world:w")));
    expect(performance.now() - killedAt).toBeLessThan(2500);
    expect((await takenBy(b, "world:w")).fence).toBeGreaterThan(had.fence);
    const { events } = await b.state();
    expect(events.at(-1)!.event).toMatchObject({ type: "gone", why: "dead", member: { id: "a" } });
  });

  it("[OP5] lets one that stood still stand for nothing before it has asked", async () => {
    await takenBy(a, "world:w");
    await takenBy(a, "world:untaken");
    a.signal("SIGSTOP");
    await until(async () => void (await takenBy(b, "world:w")));
    await pause(500);
    a.signal("SIGCONT");
    await until(async () => expect((await a.state()).isCurrent).toBe(true));
    const [state] = await expectOneEach(a, b);
    const lost = state!.events.flatMap(({ event }) => (event.type === "lost" ? [event.home.key] : []));
    expect(lost).toEqual(["world:w", "world:untaken"]);
    expect((await a.claim("world:w"))[0]!.process).toBe("b");
    await takenBy(a, "world:untaken");
  });

  it("leaves what it had to one that stood still for a moment", async () => {
    const had = await takenBy(a, "world:w");
    a.signal("SIGSTOP");
    await pause(3000);
    a.signal("SIGCONT");
    await until(async () => expect((await a.state()).isCurrent).toBe(true));
    expect((await b.claim("world:w"))[0]).toEqual(had);
    await expectOneEach(a, b);
  });

  for (const how of ["cut", "hold"] as const) {
    it(`[OP5] takes all from one that is cut off from Redis (${how}), after it gave it up`, async () => {
      await takenBy(a, "world:w");
      await a.proxy[how]();
      await until(async () => void (await takenBy(b, "world:w")));
      const [state] = await expectOneEach(a, b);
      expect(state).toMatchObject({ isUp: false, isServing: false });
      await expect(a.claim("world:new")).rejects.toThrow("UNAVAILABLE");
      expect(a.lastMs()).toBeLessThan(1100);
      await a.proxy.heal();
      await until(async () => expect((await a.state()).isServing).toBe(true));
      expect((await a.claim("world:w"))[0]!.process).toBe("b");
      await expectOneEach(a, b);
    });
  }

  it("[PR6] keeps everything where Redis is killed and comes back with its data", async () => {
    const had = await takenBy(a, "world:w");
    await redis.kill();
    await until(async () => expect((await a.state()).isUp).toBe(false));
    await expect(b.claim("world:new")).rejects.toThrow("UNAVAILABLE");
    expect((await a.claim("world:w"))[0]).toEqual(had);
    await pause(6000);
    await redis.restart();
    await until(async () => void (await takenBy(b, "world:new")));
    expect((await b.claim("world:w"))[0]).toEqual(had);
    const [state] = await expectOneEach(a, b);
    const types = state!.events.map(({ event }) => event.type);
    expect(types).toEqual(expect.arrayContaining(["down", "up"]));
    expect(types).not.toContain("gone");
    expect(types).not.toContain("lost");
  });

  it("[PR6] restores everything where Redis comes back empty, and takes nothing new before", async () => {
    await redis.stop();
    await processes.stop();
    await start({ appendonly: "no" });
    const c = await processes.start("c");
    await knowEachOther(a, b, c);
    const had = await takenBy(a, "world:w");
    await redis.kill();
    c.signal("SIGSTOP"); // those who were known are waited for
    await redis.restart();
    await until(async () => expect((await a.state()).isUp).toBe(true));
    await expect(b.claim("world:new")).rejects.toThrow("UNAVAILABLE");
    expect((await b.claim("world:w"))[0]).toEqual(had);
    c.signal("SIGCONT");
    await until(async () => void (await takenBy(b, "world:new")));
    const { fence } = await takenBy(b, "world:new");
    expect(fence).toBeGreaterThan(had.fence);
    const [state] = await expectOneEach(a, b, c);
    expect(state!.events.at(-1)!.event).toEqual({ type: "up", isEmpty: true });
  });

  it("goes on while Redis is silent, and fails what needs it within a second", async () => {
    const had = await takenBy(a, "world:w");
    a.proxy.hold();
    b.proxy.hold();
    await expect(b.claim("world:new")).rejects.toThrow("UNAVAILABLE");
    expect(b.lastMs()).toBeLessThan(1200);
    await pause(2500);
    expect((await a.state()).isServing).toBe(true);
    await Promise.all([a.proxy.heal(), b.proxy.heal()]);
    await until(async () => void (await takenBy(b, "world:new")));
    expect((await b.claim("world:w"))[0]).toEqual(had);
    await expectOneEach(a, b);
  });

  it("works with a Redis that takes 300 ms each way", async () => {
    await takenBy(a, "world:w");
    a.proxy.slow(300);
    b.proxy.slow(300);
    await pause(4000);
    await takenBy(a, "world:slow");
    expect((await b.claim("world:slow"))[0]!.process).toBe("a");
    await expectOneEach(a, b);
    await until(async () => expect((await a.state()).isUp).toBe(true));
  });

  it("hands over what is released, and all of one that drains and leaves", async () => {
    await takenBy(a, "world:w");
    await takenBy(a, "world:v");
    await a.ask({ do: "release", key: "world:w" });
    await takenBy(b, "world:w");
    await a.ask({ do: "drain" });
    await expect(a.claim("world:new")).rejects.toThrow("UNAVAILABLE");
    expect((await b.claim("world:v"))[0]!.process).toBe("a");
    await a.ask({ do: "close" });
    await takenBy(b, "world:v");
    await until(async () => {
      const { events } = await b.state();
      expect(events.at(-1)!.event).toMatchObject({ type: "gone", why: "drained" });
    });
    await expectOneEach(a, b);
  });

  it("says to all others what is said in a channel, and not to itself", async () => {
    await a.ask({ do: "say", text: "hello you" });
    await until(async () => expect((await b.state()).heard).toEqual(["a: hello you"]));
    expect((await a.state()).heard).toEqual([]);
  });
});
