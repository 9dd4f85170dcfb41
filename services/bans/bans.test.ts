/** Bans and mutes: what holds for whom, for how long, and in all processes. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../chatlog/testing/redisServer.ts";
import type { ClusterEvent } from "../cluster/cluster.ts";
import { openStorage } from "../storage.ts";
import { Bans } from "./bans.ts";
import { restrictionsContract } from "./contract.suite.ts";
import { createRedisRestrictions } from "./redis.ts";
import { createSqliteRestrictions } from "./sqlite.ts";
import { nameOf, type Restriction, type RestrictionStore } from "./store.ts";

restrictionsContract("SQLite", () => {
  const storage = openStorage(":memory:");
  return () => createSqliteRestrictions(storage);
});

describe.skipIf(!hasRedis)(hasRedis ? "with an own server" : noRedis, () => {
  let server: RedisServer;
  let places = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  restrictionsContract("Redis", () => {
    const redis = server.connect();
    const key = `restrictions${++places}`;
    return () => createRedisRestrictions(redis, key);
  });
});

const memoryStore = (): RestrictionStore & { kept: Map<string, Restriction> } => {
  const kept = new Map<string, Restriction>();
  return {
    kept,
    all: async () => [...kept.values()],
    put: async (...all) => all.forEach((each) => void kept.set(nameOf(each), each)),
    remove: async (id) => void kept.delete(nameOf(id)),
    async removeSame(one) {
      return kept.get(nameOf(one))?.at === one.at && kept.delete(nameOf(one));
    },
  };
};

/** Processes with one store and one channel. */
function newProcesses() {
  let time = 0;
  const store = memoryStore();
  const heard: ((message: string) => void)[] = [];
  const watching: ((event: ClusterEvent) => void)[] = [];
  const paused: (() => void)[] = [];
  const onError = vi.fn();
  const begin = () => {
    const own = heard.length;
    const publish = async (message: string) => heard.forEach((tell, i) => void (i !== own && tell(message)));
    const listen = (tell: (message: string, from: string) => void) => {
      heard.push((message) => tell(message, ""));
      return () => {};
    };
    const watch = (listener: (event: ClusterEvent) => void) => {
      watching.push(listener);
      return () => {};
    };
    const pause = () => new Promise<void>((resolve) => paused.push(resolve));
    return new Bans({ store, now: () => time, channel: { publish, listen }, cluster: { watch }, onError, pause });
  };
  return {
    store,
    begin,
    onError,
    /** The pauses are over. */
    goOn: () => paused.splice(0).forEach((resume) => void resume()),
    pass: (ms: number) => (time += ms),
    up: (isEmpty: boolean) => watching.forEach((tell) => void tell({ type: "up", isEmpty })),
  };
}

const ban: Restriction = { kind: "ban", person: "ada", scope: "world:field", until: 60_000, reason: "spam", at: 0 };
const refused = (code: string, words = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string });
const thrownBy = (work: () => void) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe("[OP2] a ban", () => {
  it("holds in its room alone, for its person alone, and says until when and why", async () => {
    const bans = newProcesses().begin();
    await bans.lay(ban);
    const error = thrownBy(() => bans.checkJoin("world:field", "ada"));
    expect(error).toEqual(refused("BANNED", "Until 1970-01-01T00:01:00.000Z. Reason: spam"));
    bans.checkJoin("world:pond", "ada");
    bans.checkJoin("world:field", "bea");
    bans.checkSay("world:field", "ada");
  });

  it("holds everywhere where it is the server's, beside those of rooms", async () => {
    const bans = newProcesses().begin();
    await bans.lay({ ...ban, scope: "all", until: Number.POSITIVE_INFINITY });
    await bans.lay(ban);
    for (const room of ["world:field", "chat:system", "audio:x"] as const) {
      expect(thrownBy(() => bans.checkJoin(room, "ada"))).toEqual(refused("BANNED"));
    }
    expect(await bans.lift({ ...ban, scope: "all" })).toBe(true);
    expect(bans.holds("ban", "chat:system", "ada")).toBe(false);
    expect(bans.holds("ban", "world:field", "ada")).toBe(true);
  });

  it("ends by itself, or when it is lifted, which says whether there was one", async () => {
    const { begin, pass, store } = newProcesses();
    const bans = begin();
    await bans.lay(ban);
    pass(59_999);
    expect(bans.holds("ban", "world:field", "ada")).toBe(true);
    pass(1);
    expect(bans.holds("ban", "world:field", "ada")).toBe(false);
    expect(bans.list()).toEqual([]);
    await bans.load();
    expect(store.kept.size).toBe(0);
    expect(await bans.lift(ban)).toBe(false);
  });

  it("holds in the other processes too, at once and after a restart", async () => {
    const { begin } = newProcesses();
    const [one, two] = [begin(), begin()];
    const told = vi.fn();
    two.watch(told);
    await one.lay(ban);
    await vi.waitFor(() => expect(two.holds("ban", "world:field", "ada")).toBe(true));
    expect(told).toHaveBeenCalled();
    const three = begin();
    await three.load();
    expect(three.holds("ban", "world:field", "ada")).toBe(true);
    await three.lift(ban);
    await vi.waitFor(() => expect(two.holds("ban", "world:field", "ada")).toBe(false));
  });

  it("[OP2] is lifted by its end, and never another that was laid elsewhere meanwhile, told of or not", async () => {
    const { begin, store } = newProcesses();
    const [one, two] = [begin(), begin()];
    await one.lay(ban);
    const { until } = ban;
    await expect(one.lift(ban, until + 1)).rejects.toMatchObject({ code: "RESTRICTION_CHANGED" });
    // two has laid another, which one has not been told of
    const forGood = { ...ban, until: Number.POSITIVE_INFINITY, at: ban.at + 1 };
    await store.put(forGood);
    await expect(one.lift(ban, until)).rejects.toMatchObject({ code: "RESTRICTION_CHANGED" });
    expect([...store.kept.values()]).toEqual([forGood]);
    await vi.waitFor(() => expect(one.list()).toEqual([forGood]));
    expect(await one.lift(ban, null)).toBe(true);
    await vi.waitFor(() => expect(two.list()).toEqual([]));
    expect(store.kept.size).toBe(0);
    expect(await one.lift(ban, null)).toBe(false);
  });

  it("is written again where Redis came back with nothing, and is not where it came back with all", async () => {
    const { begin, store, up } = newProcesses();
    const bans = begin();
    await bans.lay(ban);
    store.kept.clear();
    up(true);
    await vi.waitFor(() => expect(store.kept.size).toBe(1));
    store.kept.clear();
    up(false);
    await vi.waitFor(() => expect(bans.list()).toEqual([]));
  });

  it("is written again by who had read the empty store before it was told, and not where it was lifted", async () => {
    const { begin, store, up } = newProcesses();
    const [one, two] = [begin(), begin()];
    const other = { ...ban, person: "bea" };
    await one.lay(ban);
    await one.lay(other);
    await vi.waitFor(() => expect(two.list()).toHaveLength(2));
    await one.lift(other);
    store.kept.clear();
    await one.load();
    await two.lay({ ...ban, person: "cid" });
    await vi.waitFor(() => expect(one.list()).toHaveLength(1));
    up(true);
    await vi.waitFor(() => expect(one.list().map(({ person }) => person)).toEqual(["cid", "ada"]));
    expect([...store.kept.values()].map(({ person }) => person)).toEqual(["cid", "ada"]);
  });

  it("that is laid while one that has ended is removed stays", async () => {
    const { begin, store, pass } = newProcesses();
    const bans = begin();
    await bans.lay(ban);
    pass(60_000);
    const { removeSame } = store;
    store.removeSame = async (one) => {
      await bans.lay({ ...ban, at: 60_000, until: 90_000 });
      return removeSame(one);
    };
    await bans.load();
    expect(store.kept.size).toBe(1);
    expect(bans.holds("ban", "world:field", "ada")).toBe(true);
  });

  it("is known within a minute where no message told of it, until the process ends", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { begin, store } = newProcesses();
    const bans = begin();
    await bans.begin();
    store.kept.set("ada", ban);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bans.holds("ban", "world:field", "ada")).toBe(true);
    store.all = () => expect.unreachable();
    bans.close();
    await vi.advanceTimersByTimeAsync(60_000);
  });

  it("holds on where the store does not answer, which is told, until it does", async () => {
    const { begin, store, up, onError, goOn } = newProcesses();
    const bans = begin();
    await bans.lay(ban);
    const { all } = store;
    store.all = () => Promise.reject(new Error("away"));
    up(false);
    await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce());
    expect(bans.holds("ban", "world:field", "ada")).toBe(true);
    store.all = all;
    store.kept.set("bea", { ...ban, person: "bea" });
    goOn();
    await vi.waitFor(() => expect(bans.holds("ban", "world:field", "bea")).toBe(true));
  });
});

describe("[OP2] a mute", () => {
  it("lets its person in and keeps them from speaking", async () => {
    const bans = newProcesses().begin();
    await bans.lay({ ...ban, kind: "mute" });
    bans.checkJoin("world:field", "ada");
    expect(thrownBy(() => bans.checkSay("world:field", "ada"))).toEqual(refused("MUTED", "Reason: spam"));
    bans.checkSay("world:pond", "ada");
  });
});
