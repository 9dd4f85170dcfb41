/** Several processes that share a Redis are one server to those who come: one room a key, one presence, one chat. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts, type World } from "../client/index.ts";
import { hasRedis, noRedis } from "../services/chatlog/testing/redisServer.ts";
import { authSecret, startCluster, type TestCluster } from "./lib/cluster.ts";
import type { TestServer } from "./lib/server.ts";
import { newToken } from "./lib/tokens.ts";
import { until } from "./lib/until.ts";

let cluster: TestCluster;
let people: Hereabouts[] = [];
let slugNumber = 0;

const newSlug = () => `place-${process.pid}-${++slugNumber}`;

async function newcomer(url = cluster.front.url, name = "someone"): Promise<Hereabouts> {
  const here = await connect(url, { storage: null, name });
  people.push(here);
  return here;
}

const others = (server: TestServer) => cluster.servers.filter((other) => other !== server);

/** A world that lives on `server`. */
async function worldOn(server: TestServer, here: Hereabouts): Promise<World> {
  for (;;) {
    const world = await here.world(newSlug(), { share: true });
    if (cluster.homeOf(world) === server) return world;
    await world.leave();
  }
}

describe.skipIf(!hasRedis)(hasRedis ? "[OP5] several processes" : noRedis, () => {
  beforeAll(async () => {
    cluster = await startCluster(2);
  }, 60_000);
  afterAll(() => cluster?.stop());
  afterEach(async () => {
    await Promise.all(people.map((here) => here.close()));
    people = [];
  });

  it("make one room of a key, however many join it at once through all of them", async () => {
    const all = await Promise.all(Array.from({ length: 40 }, (_, n) => newcomer(cluster.servers[n % 2]!.url, `n${n}`)));
    const slug = newSlug();
    const since = performance.now();
    const worlds = await Promise.all(all.map((here) => here.world(slug)));
    console.log(`40 joins of a new key through two processes: ${Math.round(performance.now() - since)} ms`);
    expect(new Set(worlds.map(({ room }) => room.roomId)).size).toBe(1);
    await until(() => worlds.every((world) => world.people.size === 40), "all see all");
  });

  it("let nobody have all rooms listed to find one", async () => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"slug":"field"}' };
    const answer = await fetch(`${cluster.front.url}/matchmake/join/world`, init);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).toContain("invalid method");
  });

  it("spread keys over all of them", async () => {
    const here = await newcomer();
    const worlds = await Promise.all(Array.from({ length: 16 }, () => here.world(newSlug())));
    expect(new Set(worlds.map((world) => cluster.homeOf(world).port)).size).toBe(2);
  });

  it("[OP4] tell how Redis and the others do, and count a join once, where it was asked for", async () => {
    const sum = async (name: string) => {
      const values = await Promise.all(cluster.servers.map((server) => server.metric(`hereabouts_${name}`)));
      return values.reduce((all, value) => all + value, 0);
    };
    expect([await sum("redis_up"), await sum("cluster_members")]).toEqual([2, 4]);
    expect(await sum("redis_round_trip_seconds")).toBeGreaterThan(0);
    const before = await sum("joins_total");
    for (const server of cluster.servers) {
      const here = await newcomer(server.url);
      for (let i = 0; i < 4; i++) await here.world(newSlug());
    }
    expect(await sum("joins_total")).toBe(before + 8);
  });

  it("[SE6] fork a world to a slug that lives at another, and to one that lives nowhere", async () => {
    const here = await newcomer();
    const [one, two] = cluster.servers as [TestServer, TestServer];
    const world = await worldOn(one, here);
    await world.props.set("lamp", 1, { owned: true });
    const there = await worldOn(two, here);
    expect(await world.fork(there.slug)).toEqual({ slug: there.slug, status: "forked" });
    await until(() => there.props.get("lamp") === 1, "the copy is there");
    expect(await world.fork(there.slug)).toEqual({ slug: there.slug, status: "joined" });
    const slug = newSlug();
    expect(await world.fork(slug)).toEqual({ slug, status: "forked" });
    expect((await (await newcomer(two.url)).world(slug)).props.get("lamp")).toBe(1);
  });

  it("[PR1][PR6] tell in a chat at one who is here by a world at another", async () => {
    const [a, b] = [await newcomer(undefined, "A"), await newcomer(undefined, "B")];
    const chat = await b.chat("system");
    await a.chat("system");
    const other = others(cluster.homeOf(chat))[0]!;
    const world = await worldOn(other, a);
    const entry = () => chat.people.get(a.identity.id);
    await until(() => entry()?.where === world.slug, "where A is");
    await a.travel("chat");
    await until(() => entry()?.here === true, "A here");
    await (await a.world("chat")).leave();
    await until(() => entry()?.here === false && entry()?.where === undefined, "A nowhere");
  });

  it("[CH7] store and show what a service says at whichever process", async () => {
    const here = await newcomer();
    const chat = await here.chat(newSlug());
    const token = await newToken({ dataDir: cluster.servers[0]!.dataDir, authSecret }, "bridge", "--role", "service");
    for (const [n, { url }] of cluster.servers.entries()) {
      const response = await fetch(`${url}/chat/${chat.instance}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ text: `by ${n}`, id: `id-${n}` }),
      });
      expect(response.status).toBe(201);
    }
    await until(() => chat.lines.length === 2, "two lines");
    expect(chat.lines.map(({ text, seq }) => [text, seq])).toEqual([
      ["by 0", 1],
      ["by 1", 2],
    ]);
  });
});
