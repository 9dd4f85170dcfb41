/** What Colyseus shares between processes, while Redis is away: nothing of it throws, and nobody waits for ever. */
import type { IRoomCache } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../services/chatlog/testing/redisServer.ts";
import { type Connections, openRedis, ready } from "../services/cluster/redis.ts";
import { Listings, Messages } from "./listings.ts";

describe.skipIf(!hasRedis)(hasRedis ? "[OP5] without Redis" : noRedis, () => {
  const onError = vi.fn();
  let server: RedisServer;
  let connections: Connections;
  let listings: Listings;
  let messages: Messages;
  beforeAll(async () => {
    server = await startRedis();
    connections = await openRedis(`redis://127.0.0.1:${server.port}`, () => {});
    const [forListings, forMessages] = [connections.open(), connections.open()];
    await Promise.all([ready(forListings), ready(forMessages)]);
    listings = new Listings(forListings, onError);
    messages = new Messages(forMessages, onError);
    await listings.persist({ roomId: "one", processId: "p", name: "world" } as IRoomCache, true);
    await server.kill();
  });
  afterAll(async () => {
    connections.close();
    await server.stop();
  });

  it("a process that asks another for an answer goes on to wait no longer than it means to", async () => {
    await messages.subscribe("ipc:answer", () => {});
    expect(onError).toHaveBeenCalled();
  });

  it("a process that ends leaves the listing in order", async () => {
    await listings.cleanup();
    expect(await listings.findOne({ roomId: "one" }).catch(() => undefined)).toBeUndefined();
    await listings.shutdown();
  });
});
