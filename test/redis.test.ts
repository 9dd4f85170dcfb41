/**
 * A server that keeps what it has in Redis: what comes back after either of them was killed, what is told when Redis has
 * forgotten, and what a join, a move and a line cost it.
 */
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Chat, connect, type Hereabouts } from "../client/index.ts";
import { createRedisChatLog } from "../services/chatlog/redis.ts";
import { hasRedis, noRedis, type RedisServer, startRedis } from "../services/chatlog/testing/redisServer.ts";
import { basicAuth } from "./lib/http.ts";
import { launch, startTestServer, type TestServer } from "./lib/server.ts";

if (!hasRedis) console.warn(noRedis);

const AUTH_SECRET = "a secret of the test, long enough for it";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => unknown, what: string, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(10);
  }
}

type MonitorRooms = { rooms: { roomId: string; metadata?: { label?: string } }[] };

describe.skipIf(!hasRedis)(hasRedis ? "with Redis" : noRedis, { timeout: 40_000 }, () => {
  let redis: RedisServer;
  let server: TestServer;
  const env = (port = 0) => ({
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    AUTH_SECRET,
    MONITOR_PASSWORD: "operator's password",
    PORT: String(port),
  });
  const start = (port?: number) => startTestServer({ env: env(port) });
  /** As a power cut does; then started again at the same address. */
  const killServer = async (meanwhile = async () => {}) => {
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    await meanwhile();
    const killed = server;
    server = await start(killed.port);
    await killed.stop();
  };
  const restartEmpty = async () => {
    await redis.kill();
    await redis.restart({ empty: true });
  };
  const newcomer = async (): Promise<Hereabouts> => {
    const here = await connect(server.url, { storage: null });
    onTestFinished(() => here.close());
    return here;
  };
  const texts = ({ lines }: Chat) => lines.map(({ text }) => text);

  beforeAll(async () => {
    redis = await startRedis();
    server = await start();
  });
  afterAll(async () => {
    await server.stop();
    await redis.stop();
  });

  it("[SV1] says so at its start, and keeps no database of its own", () => {
    const printed = server.lines.map(({ text }) => text).join("\n");
    expect(printed).toContain(`storage   Redis at 127.0.0.1:${redis.port}`);
    expect(printed).not.toContain("SQLite");
  });

  it("[ID2] does not start beside processes that sign with another secret", async () => {
    const other = launch({ env: { ...env(), AUTH_SECRET: "another secret of the test, as long as it" } });
    expect((await other.exited).code).toBe(1);
    expect(other.lines.map(({ text }) => text).join("\n")).toMatch(/AUTH_SECRET.*the same AUTH_SECRET/);
    await other.stop();
  });

  it("[WO4] [SD2] brings a world's props and poses, and a chat, back after it was killed", async () => {
    const [ada, bob] = [await newcomer(), await newcomer()];
    const [here, there] = [await ada.world("meadow"), await bob.world("meadow")];
    await here.props.set("lamp", { on: true });
    await here.props.set("bench", 1, { saved: true });
    here.moveTo({ x: 12, y: -7 });
    const chat = await ada.chat("meadow");
    await chat.say("before");
    await until(() => there.people.get(ada.identity.id)?.x.toFixed() === "12", "the move");
    await pause(1500);
    const waiting = [here, there, chat].map((each) => until(() => each.connection !== "open", "the cut"));
    await killServer();
    await Promise.all(waiting);
    await until(() => [here, there, chat].every(({ connection }) => connection === "open"), "all are back", 15_000);
    expect(there.props.get("lamp")).toEqual({ on: true });
    expect(there.props.get("bench")).toBe(1);
    await until(() => there.people.get(ada.identity.id)?.x.toFixed() === "12", "the pose");
    await chat.say("after");
    await until(() => texts(chat).includes("after"), "the line");
    expect(texts(chat)).toEqual(["before", "after"]);
  });

  it("[CH2] tells that what was said is gone when Redis comes back empty, and goes on with the numbers", async () => {
    const [ada, bob] = [await newcomer(), await newcomer()];
    const [chat, other] = [await ada.chat("forgetful"), await bob.chat("forgetful")];
    const world = await ada.world("forgetful");
    await world.props.set("lamp", 1);
    const lost: number[] = [];
    other.on("lost", ({ before }) => lost.push(before));
    for (const text of ["1", "2", "3"]) await chat.say(text);
    await until(() => other.lines.length === 3, "the lines");
    await restartEmpty();
    await until(
      () =>
        chat.say("4").then(
          ({ seq }) => seq === 4,
          () => false,
        ),
      "the next line",
    );
    await until(() => lost.length > 0, "the notice");
    expect(lost).toEqual([4]);
    await until(() => texts(other).includes("4"), "the line");
    expect(texts(other)).toEqual(["1", "2", "3", "4"]);
    const late = await (await newcomer()).chat("forgetful");
    expect(texts(late)).toEqual(["4"]);
    expect(await late.history()).toEqual([]);
    // what was open is kept again
    const client = redis.connect();
    await until(() => client.hexists("hereabouts:world:live:forgetful", "lamp"), "the prop");
  });

  it("[CH2] begins anew where both have forgotten, and those who were there see what there is", async () => {
    const chat = await (await newcomer()).chat("anew");
    const lost: number[] = [];
    chat.on("lost", ({ before }) => lost.push(before));
    for (const text of ["1", "2", "3"]) await chat.say(text);
    await until(() => chat.lines.length === 3, "the lines");
    await killServer(restartEmpty);
    await until(() => lost.length > 0 && chat.connection === "open", "the notice", 15_000);
    expect(await chat.say("first")).toMatchObject({ seq: 1 });
    await until(() => texts(chat).includes("first"), "the line");
    expect([texts(chat), lost]).toEqual([["first"], [1]]);
  });

  it("[SD2] while Redis is away is not ready, stores what is said when it is back, and goes on with what is open", async () => {
    const ada = await newcomer();
    const [chat, world] = [await ada.chat("away"), await ada.world("away")];
    await chat.say("1");
    const guest = await newcomer();
    await redis.kill();
    const asked = performance.now();
    const waiting = chat.say("2");
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 503, "it is not ready");
    await expect(guest.world("nowhere")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(performance.now() - asked).toBeLessThan(4000);
    const joined = await guest.world("away");
    await world.props.set("lamp", 1);
    await until(() => joined.props.get("lamp") === 1, "the prop");
    await redis.restart();
    await until(async () => (await fetch(`${server.url}/readyz`)).ok, "it is ready");
    await Promise.all([waiting, chat.say("3")]);
    await until(() => texts(chat).length === 3, "the lines");
    expect(texts(chat)).toEqual(["1", "2", "3"]);
    const client = redis.connect();
    await until(() => client.hexists("hereabouts:world:live:away", "lamp"), "the prop is kept");
  });

  it("[CH2] a chat that another process has by now ends here; what was said is stored once, where it goes on", async () => {
    const here = await newcomer();
    const chat = await here.chat("moving");
    const { roomId } = chat.room;
    await chat.say("1");
    // as if this process had stood still while another took the chat
    await redis.connect().hincrby("hereabouts:chat:meta:moving", "fence", 1);
    expect(await chat.say("2")).toMatchObject({ seq: 2 });
    expect(chat.room.roomId).not.toBe(roomId);
    await until(() => chat.lines.length === 2, "the line");
    expect(texts(chat)).toEqual(["1", "2"]);
    // the room before is no more, though its people are in another of the same name
    const listed = async () => {
      const headers = basicAuth("operator", "operator's password");
      const { rooms } = (await (await fetch(`${server.url}/monitor/api`, { headers })).json()) as MonitorRooms;
      return rooms.filter(({ metadata }) => metadata?.label === "moving").map(({ roomId }) => roomId);
    };
    await until(async () => (await listed()).join() === chat.room.roomId, "one room in the monitor");
  });

  it("[CH2] shows lines whose answers were lost before those that came after them", async () => {
    const [ada, bob] = [await newcomer(), await newcomer()];
    const [chat, other] = [await ada.chat("gap"), await bob.chat("gap")];
    const seen: number[] = [];
    other.on("say", ({ line }) => seen.push(line.seq));
    await chat.say("1");
    const author = { id: "x", handle: "x", name: "x", kind: "human", guest: true } as const;
    const log = createRedisChatLog({ redis: redis.connect(), keep: 100, onWarning: () => {} });
    for (const text of ["2", "3"]) await log.append("gap", { author, text, font: "", clientId: text, isShadow: false });
    await chat.say("4");
    await until(() => seen.length === 4, "the lines");
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(texts(other)).toEqual(["1", "2", "3", "4"]);
  });

  it("asks Redis nothing for a join of what is open or for a move, and little for a line", async () => {
    const ada = await newcomer();
    const [world, chat] = [await ada.world("counted"), await ada.chat("counted")];
    await chat.say("0");
    const monitor = await new Redis({ host: "127.0.0.1", port: redis.port }).monitor();
    onTestFinished(() => monitor.disconnect());
    const commands: string[] = [];
    monitor.on("monitor", (_, [command, ...args]: [string, ...string[]], source) => {
      const isKept = args.some((arg) => /^hereabouts:(chat|world|handles|secret)/.test(arg));
      if (isKept && source !== "lua") commands.push(command); // what scripts run by themselves is theirs
    });
    const cost = async (work: () => Promise<unknown>) => {
      commands.length = 0;
      await work();
      await pause(100);
      return [...commands];
    };
    await pause(1200);
    const people = await Promise.all(Array.from({ length: 5 }, newcomer));
    const join = await cost(() => Promise.all(people.map((one) => one.world("counted"))));
    await pause(1200); // their poses, once a second
    const said = await cost(async () => {
      for (let i = 0; i < 10; i++) await chat.say(`line ${i}`);
    });
    await pause(1200);
    const moves = await cost(async () => {
      const end = performance.now() + 3000;
      for (let x = 0; performance.now() < end; x++) {
        world.moveTo({ x, y: 0 });
        await pause(30);
      }
    });
    expect(join).toEqual([]);
    expect(said).toEqual(Array(10).fill("evalsha"));
    // the world's poses, once a second
    expect(moves.length).toBeLessThanOrEqual(4);
  });
});
