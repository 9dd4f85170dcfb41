/** The listing of rooms in a Redis that goes away and comes back: nothing waits for it, and what it says is true again. */
import { type IRoomCache, initializeRoomCache } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../services/chatlog/testing/redisServer.ts";
import { openRedis, ready } from "../services/cluster/redis.ts";
import { Listings } from "./listings.ts";

const room = (roomId: string, processId: string) =>
  initializeRoomCache({ roomId, processId, name: "world", clients: 0 } as Partial<IRoomCache> as IRoomCache);

describe.skipIf(!hasRedis)(hasRedis ? "[OP5] the listing of rooms" : noRedis, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  async function newListings() {
    await redis.connect().flushall();
    const onError = vi.fn();
    const connections = await openRedis(`redis://127.0.0.1:${redis.port}`, () => {});
    const open = async () => {
      const client = connections.open();
      await ready(client);
      const listings = new Listings(client, onError);
      onTestFinished(() => listings.shutdown().then(() => connections.close()));
      return listings;
    };
    return { one: await open(), other: await open(), onError };
  }
  const idsOf = async (listings: Listings) => (await listings.query({})).map(({ roomId }) => roomId).sort();

  it("is written behind, and read by others", async () => {
    const { one, other } = await newListings();
    await one.persist(room("a", "1"), true);
    await one.update(room("a", "1"), { $inc: { clients: 2 } });
    expect(await idsOf(one)).toEqual(["a"]);
    await vi.waitFor(async () => expect(await idsOf(other)).toEqual(["a"]), 3000);
    expect((await other.findOne({ roomId: "a" })).clients).toBe(2);
    expect(await other.query({ processId: "2" })).toEqual([]);
  });

  it("has no room that has ended, whatever that still says of itself", async () => {
    const { one, other } = await newListings();
    const ended = room("a", "1");
    await one.persist(ended, true);
    await vi.waitFor(async () => expect(await idsOf(other)).toEqual(["a"]), 3000);
    await one.remove("a");
    await one.persist(ended);
    await one.update(ended, { $inc: { clients: -1 } });
    expect(await idsOf(one)).toEqual([]);
    await vi.waitFor(async () => expect(await idsOf(other)).toEqual([]), 3000);
  });

  it("makes nothing wait while Redis is away, and is whole when it is back empty", async () => {
    const { one, other, onError } = await newListings();
    await one.persist(room("a", "1"), true);
    await vi.waitFor(async () => expect(await idsOf(other)).toEqual(["a"]), 3000);
    await redis.kill();
    await expect(other.query({})).rejects.toThrow();
    await one.persist(room("b", "1"), true);
    await vi.waitFor(() => expect(onError).toHaveBeenCalled(), 3000);
    await redis.restart({ empty: true });
    one.restore();
    await vi.waitFor(async () => expect(await idsOf(other)).toEqual(["a", "b"]), 5000);
  }, 20_000);

  it("loses the rooms of processes that are gone", async () => {
    const { one, other } = await newListings();
    await one.persist(room("a", "1"), true);
    await other.persist(room("b", "2"), true);
    await vi.waitFor(async () => expect((await one.query({})).length + (await other.query({})).length).toBe(4), 3000);
    await other.cleanup();
    await one.sweep(new Set(["2"]));
    await vi.waitFor(async () => expect(await idsOf(other)).toEqual([]), 3000);
  });
});
