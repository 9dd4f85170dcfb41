/** World saves in Redis: the contract, what comes back after a process was killed, and what Redis may do meanwhile. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../chatlog/testing/redisServer.ts";
import { worldSavesContract } from "./contract.suite.ts";
import { createRedisSaves, type RedisSavesOptions } from "./redis.ts";
import type { WorldSave, WorldSaves } from "./saves.ts";

if (!hasRedis) console.warn(noRedis);

const pose = { x: 1.5, y: -2.25, z: 1e6 / 3, angle: 0.1 };
const lamp = { key: "lamp", value: "1", owner: "ada", saved: false };
const bench = { key: "bench", value: "2", owner: "", saved: true };
const refused = (code: string) => expect.objectContaining({ code });
const day = 24 * 3600 * 1000;

describe.skipIf(!hasRedis)(hasRedis ? "with an own server" : noRedis, () => {
  let server: RedisServer;
  let places = 0;
  let prefix = "";
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    prefix = `place${++places}:`;
  });

  worldSavesContract("Redis", () => {
    const redis = server.connect();
    const options = {
      redis,
      prefix: `contract${++places}:`,
      gatherMs: 5,
      onError: (error: unknown) => expect.unreachable(String(error)),
    };
    return { open: () => createRedisSaves(options), remove: () => redis.disconnect() };
  });

  /** The saves of one process. `errors` are its codes. */
  const process = (options: Partial<RedisSavesOptions> = {}): WorldSaves & { errors: string[]; kill(): void } => {
    const redis = options.redis ?? server.connect();
    const errors: string[] = [];
    const onError = (error: unknown) => void errors.push((error as { code?: string }).code ?? String(error));
    const saves = createRedisSaves({ redis, prefix, gatherMs: 5, ...options, onError });
    onTestFinished(() => redis.disconnect());
    return { ...saves, errors, kill: () => redis.disconnect() };
  };
  const expectAll = async ({ props, pose: poseOf }: WorldSave) => {
    expect(props).toHaveLength(2);
    expect(props).toEqual(expect.arrayContaining([lamp, bench]));
    expect(poseOf("ada")).toEqual(pose);
  };
  const fill = async (saves: WorldSaves, fence: number, onForgotten?: () => void) => {
    const save = await saves.open("field", { fence, ...(onForgotten ? { onForgotten } : {}) });
    save.saveProp(lamp);
    save.saveProp(bench);
    save.savePose("ada", pose);
    return save;
  };

  it("[WO4] a world whose process was killed comes back with all its props and poses", async () => {
    const killed = process();
    await fill(killed, 1);
    await killed.flush();
    killed.kill();
    await expectAll(await process().open("field", { fence: 2 }));
  });

  it("[WO4] props that are not saved end with the world, or some time after its process", async () => {
    const saves = process();
    (await fill(saves, 1)).end();
    await saves.flush();
    expect((await saves.open("field", { fence: 2 })).props).toEqual([bench]);

    const killed = process({ prefix: `${prefix}2`, liveMs: 50 });
    await fill(killed, 1);
    await killed.flush();
    killed.kill();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const next = await process({ prefix: `${prefix}2` }).open("field", { fence: 2 });
    expect(next.props).toEqual([bench]);
  });

  it("[WO4] a world that moves on leaves all that is in it", async () => {
    const saves = process();
    (await fill(saves, 1)).end({ movesOn: true });
    await saves.flush();
    await expectAll(await process().open("field", { fence: 2 }));
  });

  it("[WO4] a world that was opened again before its old room ended keeps all that is in it", async () => {
    const saves = process();
    const old = await fill(saves, 1);
    await expectAll(await saves.open("field", { fence: 1 }));
    old.end();
    await saves.flush();
    saves.kill();
    await expectAll(await process().open("field", { fence: 2 }));
  });

  it("what a stalled owner writes late does not overwrite what its successor has", async () => {
    const stalled = process();
    const late = await fill(stalled, 5);
    await stalled.flush();
    const next = await process().open("field", { fence: 6 });
    await expectAll(next);
    late.saveProp({ ...bench, value: "late" });
    late.savePose("ada", { ...pose, x: 99 });
    late.end();
    await stalled.flush();
    expect(stalled.errors).toEqual(["MOVED"]);
    await expectAll(await process().open("field", { fence: 6 }));
    await expect(stalled.open("field", { fence: 5 })).rejects.toEqual(refused("MOVED"));
  });

  it("asks nothing for a pose that is known, or that cannot be there, and writes what changed once", async () => {
    const first = process();
    await fill(first, 1);
    await first.flush();
    const saves = process({ gatherMs: 100_000 });
    const save = await saves.open("field", { fence: 2 });
    const redis = server.connect();
    const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info("stats"))?.[1]);
    const before = await commands();
    for (const person of ["ada", "bea"]) await save.prepare(person);
    for (let i = 0; i < 100; i++) save.savePose("bea", { ...pose, x: i });
    save.savePose("ada", pose);
    expect((await commands()) - before).toBe(1); // that which asks
    await saves.flush();
    const written = (await commands()) - before - 2;
    // the script and what it calls: fence twice, slugs, hash, order, too old, two expiries, the live ones
    expect(written).toBeLessThanOrEqual(12);
  });

  it("finds a pose among more than are loaded", async () => {
    const saves = process();
    const save = await saves.open("field", { fence: 1 });
    for (let i = 0; i < 1500; i++) save.savePose(`p${i}`, { ...pose, x: i });
    await saves.flush();
    const next = await process().open("field", { fence: 2 });
    for (const i of [0, 700, 1499]) {
      await next.prepare(`p${i}`);
      expect(next.pose(`p${i}`)?.x).toBe(i);
    }
    await next.prepare("nobody");
    expect(next.pose("nobody")).toBeUndefined();
  });

  it("[WO4] drops the poses of those who did not come back for 90 days", async () => {
    let now = Date.now();
    const saves = process({ now: () => now });
    const save = await saves.open("field", { fence: 1 });
    save.savePose("ada", pose);
    await saves.flush();
    now += 91 * day;
    save.savePose("bea", pose);
    await saves.flush();
    const next = await process().open("field", { fence: 2 });
    await next.prepare("ada");
    expect([next.pose("ada"), next.pose("bea")]).toEqual([undefined, pose]);
  });

  it("[ID5] whom one process forgets, the others forget too", async () => {
    const listeners: ((message: string, from: string) => void)[] = [];
    const channel = {
      publish: async (person: string) => {
        for (const listener of listeners) listener(person, "one");
      },
      listen: (listener: (message: string, from: string) => void) => {
        listeners.push(listener);
        return () => {};
      },
    };
    const owner = process({ channel });
    const save = await fill(owner, 1);
    await owner.flush();
    save.savePose("ada", { ...pose, x: 3 });
    await process({ channel: { ...channel, listen: () => () => {} } }).erase("ada");
    save.savePose("ada", { ...pose, x: 4 });
    await owner.flush();
    const next = await process().open("field", { fence: 2 });
    await next.prepare("ada");
    expect(next.pose("ada")).toBeUndefined();
  });

  describe("while Redis is away", () => {
    let own: RedisServer;
    beforeEach(async () => {
      own = await startRedis();
      onTestFinished(() => own.stop());
    });

    it("reads fail within a second, and what is written is held until it is back with its data", async () => {
      const saves = process({ redis: own.connect() });
      const save = await fill(saves, 1);
      await saves.flush();
      await own.kill();
      save.saveProp({ ...bench, value: "3" });
      const asked = performance.now();
      await expect(saves.open("pond")).rejects.toEqual(refused("UNAVAILABLE"));
      expect(performance.now() - asked).toBeLessThan(1500);
      save.saveProp(bench);
      await own.restart();
      await saves.flush();
      await expectAll(await process({ redis: own.connect() }).open("field", { fence: 2 }));
    });

    it("[WO4] what is known is written again when it comes back empty", async () => {
      const saves = process({ redis: own.connect() });
      const save = await fill(saves, 1, () => {
        save.saveProp(lamp);
        save.saveProp(bench);
      });
      await saves.flush();
      await own.kill();
      await own.restart({ empty: true });
      const client = own.connect();
      // who opens it before that takes it over as it is
      await vi.waitFor(async () => expect(await client.exists(`${prefix}live:field`)).toBe(1), 5000);
      await expectAll(await process({ redis: own.connect() }).open("field", { fence: 2 }));
    });

    it.each([true, false])(
      "[WO4] nor is it lost where it ends before that is known (moves on: %s)",
      async (movesOn) => {
        const client = own.connect();
        const saves = process({ redis: own.connect() });
        const save = await fill(saves, 1, () => {
          save.saveProp(lamp);
          save.saveProp(bench);
        });
        await saves.flush();
        await client.flushall();
        save.end({ movesOn });
        await saves.flush();
        const next = await process({ redis: own.connect() }).open("field", { fence: 2 });
        if (movesOn) await expectAll(next);
        else expect([next.props, next.pose("ada")]).toEqual([[bench], pose]);
      },
    );

    it("[WO4] what a former owner is the first to write then is not kept", async () => {
      const client = own.connect();
      const former = process({ redis: own.connect() });
      const late = await fill(former, 1, () => late.saveProp(lamp));
      await former.flush();
      const owner = process({ redis: own.connect() });
      const save = await owner.open("field", { fence: 2, onForgotten: () => save.saveProp(bench) });
      await client.flushall();
      late.saveProp(lamp);
      await former.flush(); // finds out, and writes all it has
      expect(await client.hlen(`${prefix}live:field`)).toBe(1);
      save.saveProp(bench);
      await owner.flush();
      expect((await process({ redis: own.connect() }).open("field", { fence: 3 })).props).toEqual([bench]);
    });

    it("stalled for 3 s, nothing is lost and nothing hangs", { timeout: 10_000 }, async () => {
      const saves = process({ redis: own.connect() });
      const save = await fill(saves, 1);
      await saves.flush();
      own.stall();
      save.saveProp({ ...bench, value: "3" });
      await expect(saves.flush()).rejects.toEqual(refused("UNAVAILABLE"));
      save.saveProp(bench);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      own.resume();
      await vi.waitFor(() => saves.flush());
      await expectAll(await process({ redis: own.connect() }).open("field", { fence: 2 }));
    });
  });
});
