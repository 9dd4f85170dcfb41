/** What people notice when a process or Redis dies, or a process is drained: they are back in seconds, and nothing is lost. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Chat, connect, type Hereabouts, type World } from "../client/index.ts";
import { hasRedis, noRedis } from "../services/chatlog/testing/redisServer.ts";
import { startCluster, type TestCluster } from "./lib/cluster.ts";
import { pause, until } from "./lib/until.ts";

let cluster: TestCluster;
let people: Hereabouts[] = [];

async function newcomer(name: string, url = cluster.front.url): Promise<Hereabouts> {
  const here = await connect(url, { storage: null, name });
  people.push(here);
  return here;
}

/** Who comes and goes in a world, in words. */
function record(world: World): string[] {
  const events: string[] = [];
  for (const type of ["join", "leave", "ghost", "return"] as const) {
    world.on(type, ({ person }) => events.push(`${type} ${person.name}`));
  }
  return events;
}

const isBack = (world: World | Chat, before: string) =>
  world.connection === "open" && world.room.roomId !== before && world.people.size === 2;

describe.skipIf(!hasRedis)(hasRedis ? "[OP5] when something dies" : noRedis, () => {
  beforeEach(async () => {
    cluster = await startCluster(2);
  }, 60_000);
  afterEach(async () => {
    await Promise.all(people.map((here) => here.close()));
    people = [];
    await cluster.stop();
  }, 30_000);

  /** Two people in a world and a chat, with a prop, a pose and a line. */
  async function twoPeople() {
    const [a, b] = [await newcomer("A"), await newcomer("B")];
    const [wa, wb] = [await a.world("meadow"), await b.world("meadow")];
    const [ca, cb] = [await a.chat("system"), await b.chat("system")];
    await until(() => wa.people.size === 2 && wb.people.size === 2 && ca.people.size === 2, "both are in");
    wa.moveTo({ x: 40, y: 7 });
    await wa.props.set("lamp", "lit");
    await until(() => wb.people.get(a.identity.id)?.x === 40, "A's pose");
    await ca.say("before");
    return { a, b, wa, wb, ca, cb };
  }

  it("[SD2][PR6] kill -9: all are back elsewhere within 5 s, with props, poses and lines, and nobody flickers", async () => {
    const { a, wa, wb, ca, cb } = await twoPeople();
    await pause(1500);
    const dead = cluster.homeOf(wb);
    const events = record(wb);
    const [world, chat] = [wb.room.roomId, cb.room.roomId];
    const isChatToo = cluster.homeOf(cb) === dead;
    const since = performance.now();
    process.kill(dead.pid, "SIGKILL");
    const saying = ca.say("during");
    await until(() => isBack(wb, world) && isBack(wa, world) && (!isChatToo || isBack(cb, chat)), "all are back", 8000);
    const tookMs = performance.now() - since;
    console.log(`back after ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(5000);
    expect(wb.props.get("lamp")).toBe("lit");
    await until(() => wb.people.get(a.identity.id)?.x === 40, "A's pose, kept");
    await saying;
    await ca.say("after");
    await until(() => cb.lines.length === 3, "three lines");
    expect(cb.lines.map(({ text }) => text)).toEqual(["before", "during", "after"]);
    await pause(6000);
    expect(events).toEqual([]);
    expect(wb.people.size).toBe(2);
  }, 40_000);

  it("[SV4] a drained process moves its people: nobody leaves, nothing is lost", async () => {
    const { a, wa, wb, ca, cb } = await twoPeople();
    const drained = cluster.homeOf(wb);
    const events = record(wb);
    const world = wb.room.roomId;
    const since = performance.now();
    process.kill(drained.pid, "SIGTERM");
    await until(() => isBack(wb, world) && isBack(wa, world), "all have moved", 8000);
    console.log(`moved after ${Math.round(performance.now() - since)} ms`);
    expect(wb.props.get("lamp")).toBe("lit");
    await until(() => wb.people.get(a.identity.id)?.x === 40, "A's pose, kept");
    await ca.say("after");
    await until(() => cb.lines.length === 2, "two lines");
    expect(await drained.exited).toEqual({ code: 0, signal: null });
    await pause(3000);
    expect(events).toEqual([]);
  }, 40_000);

  it("Redis away: rooms go on, joins elsewhere fail fast and clearly, and all is as before when it is back", async () => {
    const { wa, wb, ca, cb } = await twoPeople();
    const other = cluster.servers.find((server) => server !== cluster.homeOf(wb))!;
    await cluster.redis.kill();
    wa.moveTo({ x: 90, y: 0 });
    await until(() => [...wb.people.values()].some(({ x }) => x === 90), "A's pose, without Redis");
    const since = performance.now();
    const stranger = await newcomer("C", other.url);
    await expect(stranger.world("elsewhere")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(performance.now() - since).toBeLessThan(4000);
    const saying = ca.say("meanwhile");
    await pause(3000);
    expect([wa.connection, wb.connection, ca.connection]).toEqual(["open", "open", "open"]);
    await cluster.redis.restart();
    await saying;
    await until(() => cb.lines.at(-1)?.text === "meanwhile", "the line", 10000);
    const world = await stranger.world("meadow");
    await until(() => world.people.size === 3 && wb.people.size === 3, "all are in", 10000);
    expect(world.room.roomId).toBe(wb.room.roomId);
  }, 60_000);
});
