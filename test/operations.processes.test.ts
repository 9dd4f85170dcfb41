/** [OP2] What operators do reaches people whichever process their seats are in. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Chat, connect, type Hereabouts, type World } from "../client/index.ts";
import { hasRedis, noRedis } from "../services/chatlog/testing/redisServer.ts";
import { startCluster, type TestCluster } from "./lib/cluster.ts";
import { get, post } from "./lib/fetch.ts";
import { basicAuth } from "./lib/http.ts";
import type { TestServer } from "./lib/server.ts";

const operator = basicAuth("operator", "open sesame") as { authorization: string };
const slugs = ["field", "pond", "meadow", "hill", "shore", "cave", "dune", "wood"];

if (!hasRedis) console.warn(noRedis);
const whole = it.skipIf(!hasRedis);

let cluster: TestCluster;
let here: Hereabouts;
/** In another process than the other world and the chat may be. */
let worlds: World[];
let chat: Chat;

beforeAll(async () => {
  if (!hasRedis) return;
  cluster = await startCluster(2, { MONITOR_PASSWORD: "open sesame", AUDIO: "off", DATAGRAMS: "off" });
  here = await connect(cluster.front.url, { name: "Scattered", storage: null, datagrams: false });
  worlds = await Promise.all(slugs.map((slug) => here.world(slug)));
  chat = await here.chat("system");
});
afterAll(async () => {
  await here?.close();
  await cluster?.stop();
});

const order = (server: TestServer, action: string, body: object = {}) =>
  post(server.url, `/ops/people/${here.identity.id}/${action}`, { room: "all", reason: "test", ...body }, operator);
const other = (server: TestServer) => cluster.servers.find((one) => one !== server)!;

whole("is found by each of them, in all its rooms, and each room is looked into from each", async () => {
  expect(new Set(worlds.map((world) => cluster.homeOf(world))).size).toBe(2);
  for (const { url } of cluster.servers) {
    await expect
      .poll(async () => {
        const { json } = await get(url, "/ops/people?q=scattered", { headers: operator });
        return (json["people"] as { seats: unknown[] }[])[0]?.seats.length;
      })
      .toBe(slugs.length + 1);
    for (const slug of slugs) {
      const { json } = await get(url, `/ops/rooms/world:${slug}`, { headers: operator });
      expect(json).toMatchObject({ room: `world:${slug}`, people: [{ person: here.identity.id }] });
    }
  }
});

whole("is muted, moved, kicked and banned from the process that it is not in", async () => {
  const [first, second] = [worlds[0]!, worlds.find((world) => cluster.homeOf(world) !== cluster.homeOf(worlds[0]!))!];
  const far = other(cluster.homeOf(first));
  expect((await order(far, "mute", { room: `world:${first.slug}` })).status).toBe(200);
  await expect.poll(() => first.say("hm").then(() => "", codeOf)).toBe("MUTED");
  expect((await order(far, "mute", { room: "chat:system" })).status).toBe(200);
  await expect(chat.say("hm")).rejects.toMatchObject({ code: "MUTED" });
  expect((await order(other(cluster.homeOf(chat)), "unmute", { room: "chat:system" })).status).toBe(200);
  await chat.say("thanks");
  expect((await order(far, "kick", { room: `world:${first.slug}` })).json).toMatchObject({ rooms: [{ seats: 1 }] });
  await expect.poll(() => first.connection).toBe("closed");
  expect((await order(far, "kick", { room: `world:${first.slug}` })).json["code"]).toBe("PERSON_NOT_FOUND");
  const moved = await order(other(cluster.homeOf(second)), "move", { room: `world:${second.slug}`, to: "summit" });
  expect(moved.status).toBe(200);
  await expect.poll(() => worlds.every((world) => world.connection === "closed"), { timeout: 5000 }).toBe(true);
  expect((await here.world("summit")).connection).toBe("open");
  expect((await order(far, "ban")).status).toBe(200);
  await expect.poll(() => chat.connection).toBe("closed");
  for (const slug of slugs) await expect(here.world(slug)).rejects.toMatchObject({ code: "BANNED" });
});

whole("is told where a process does not answer; what could be done is done", async () => {
  const friend = await connect(cluster.front.url, { name: "Friend", storage: null, datagrams: false });
  const joined = await Promise.all(slugs.map((slug) => friend.world(slug)));
  const [near, far] = [cluster.homeOf(joined[0]!), other(cluster.homeOf(joined[0]!))];
  const seen = async () =>
    ((await get(near.url, "/ops/people?q=friend", { headers: operator })).json["found"] as number) > 0;
  await expect.poll(seen).toBe(true);
  process.kill(far.pid, "SIGSTOP");
  try {
    const body = { room: "all", reason: "test" };
    const { status, json } = await post(near.url, `/ops/people/${friend.identity.id}/kick`, body, operator);
    expect([status, json["code"], json["message"]]).toEqual([503, "UNAVAILABLE", expect.stringContaining("Done in")]);
    await expect.poll(() => joined[0]!.connection).toBe("closed");
  } finally {
    process.kill(far.pid, "SIGCONT");
  }
  await friend.close();
});

function codeOf(error: unknown): string {
  return (error as { code: string }).code;
}
