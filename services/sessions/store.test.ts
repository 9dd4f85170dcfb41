/** Where records of sessions are kept: one contract, in memory and in Redis; and Redis when it does not answer. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../chatlog/testing/redisServer.ts";
import { newId } from "./ids.ts";
import type { SessionRecord, SessionStore } from "./record.ts";
import { createRedisSessionStore } from "./redisStore.ts";
import { memoryStore } from "./testing/store.ts";

const recordOf = (name: string, fence = 1_800_000_000_000_000): SessionRecord => {
  return { id: newId(name), name, type: "named", maker: "p", countsFor: "p", created: 5, followers: ["f"], fence };
};

function sessionStoreContract(open: () => SessionStore): void {
  it("[AU12] gives back what was saved, by id and by name", async () => {
    const store = open();
    const [named, unnamed] = [recordOf("Ça va 🎵"), recordOf("")];
    for (const record of [named, unnamed]) await store.save(record);
    expect(await store.load(named.id)).toEqual(named);
    expect(await store.named("ça va 🎵")).toBe(named.id);
    expect(await store.named("")).toBeUndefined();
    expect((await store.all()).sort()).toEqual([named.id, unnamed.id].sort());
    await store.drop(named.id);
    await store.drop("nothing");
    expect(await store.load(named.id)).toBeUndefined();
    expect(await store.named("ça va 🎵")).toBeUndefined();
    expect(await store.all()).toEqual([unnamed.id]);
  });

  it("[AU12] takes nothing from a process that has lost the session", async () => {
    const store = open();
    const first = recordOf("Beach");
    const later = { ...first, created: 6, fence: first.fence + 1 };
    await store.save(first);
    await store.save(later);
    await store.save(first);
    expect(await store.load(first.id)).toEqual(later);
    await store.save({ ...later, created: 7 });
    expect(await store.load(first.id)).toMatchObject({ created: 7 });
  });

  it("[AU12] keeps a name that another session has taken since", async () => {
    const store = open();
    const [first, second] = [recordOf("Beach"), recordOf("beach")];
    await store.save(first);
    await store.save(second);
    await store.drop(first.id);
    expect(await store.named("beach")).toBe(second.id);
  });
}

describe("in memory", () => sessionStoreContract(() => memoryStore(() => true)));

if (!hasRedis) console.warn(noRedis);

describe.skipIf(!hasRedis)(hasRedis ? "in Redis" : noRedis, () => {
  let server: RedisServer;
  let places = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  sessionStoreContract(() => createRedisSessionStore(server.connect(), `place${++places}:`));

  it("[AU12] is refused within a second while Redis is away, and there again after it", async () => {
    const store = createRedisSessionStore(server.connect(), `place${++places}:`);
    const record = recordOf("Beach");
    await store.save(record);
    await server.kill();
    const before = performance.now();
    await expect(store.load(record.id)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(performance.now() - before).toBeLessThan(1500);
    await server.restart();
    await expect.poll(() => store.load(record.id).catch(() => undefined), { timeout: 5000 }).toEqual(record);
  });
});
