/** The SDK against a real server: joining, presence, movement, props, and coming back after all that can happen. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { connect, type Hereabouts, type HereaboutsError, type World } from "../client/index.ts";
import { cut } from "./lib/cut.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { pause, until } from "./lib/until.ts";

const settings = { GRACE_MS: "1500", GHOST_MS: "800" };
let server: TestServer;
let people: Hereabouts[] = [];
let slugNumber = 0;

const newSlug = () => `place-${process.pid}-${++slugNumber}`;

async function newcomer(options: Parameters<typeof connect>[1] = {}): Promise<Hereabouts> {
  const here = await connect(server.url, { storage: null, ...options });
  people.push(here);
  return here;
}

function record(world: World) {
  const events: string[] = [];
  for (const type of ["join", "leave", "ghost", "return"] as const) {
    world.on(type, (data) => events.push(`${type} ${data.person.name}${"reason" in data ? ` ${data.reason}` : ""}`));
  }
  return events;
}

/** A token made by `npm run token` with the server's own data. */
async function mint(...args: string[]): Promise<string> {
  const env = { ...process.env, DATA_DIR: server.dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, ["services/identity/mint.ts", ...args], { env });
  return stdout.trim();
}

/** A server that can be ended and started again on the same port with the same data. */
async function startStopping() {
  const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
  let running = await startTestServer({ env: settings, dataDir });
  const { url, port } = running;
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return {
    url,
    async end(signal: NodeJS.Signals) {
      process.kill(running.pid, signal);
      return running.exited;
    },
    async restart() {
      running = await startTestServer({ env: { ...settings, PORT: String(port) }, dataDir });
    },
  };
}

beforeAll(async () => {
  server = await startTestServer({ env: settings });
});
afterEach(async () => {
  await Promise.all(people.map((here) => here.close()));
  people = [];
});
afterAll(() => server.stop());

it("[MV1] [WO4] who walks off before being told their old place is where everyone sees them", async () => {
  const slug = newSlug();
  const token = await mint("--handle", "hasty");
  const watcher = await (await newcomer()).world(slug);
  const first = await newcomer({ token });
  (await first.world(slug)).moveTo({ x: 100, y: 100 });
  const hasty = () => [...watcher.people.values()].find(({ handle }) => handle === "hasty");
  await until(() => hasty()?.x === 100, "they walked");
  await first.close();
  await until(() => hasty() === undefined, "they left");
  for (const to of [60, 80, 120]) {
    const here = await newcomer({ token });
    const world = await here.world(slug);
    world.moveTo({ x: to, y: 100 });
    await until(() => hasty()?.x === world.me!.x, "both agree");
    await pause(300);
    expect(hasty()!.x).toBe(world.me!.x);
    await here.close();
    await until(() => hasty() === undefined, "they left");
  }
});

it("[MV1] who comes and rests is placed and heard by those who are there, at whatever moment of a tick they come", async () => {
  const slug = newSlug();
  const watcher = await (await newcomer()).world(slug);
  const heard: string[] = [];
  watcher.on("say", ({ text }) => heard.push(text));
  const comers = Array.from({ length: 20 }, async (_, i) => {
    await pause(i * 37);
    const here = await newcomer();
    const world = await here.world(slug);
    world.moveTo({ x: i, y: 1 });
    await world.say(`I am ${i}`);
  });
  await Promise.all(comers);
  await until(() => watcher.people.size === 21, "all are here");
  const unplaced = () => [...watcher.people.values()].filter(({ isMe, placed }) => !isMe && !placed);
  await until(() => unplaced().length === 0, "all are placed");
  expect(new Set(heard).size).toBe(20);
});

describe("worlds", () => {
  it("[WO1] any slug is a world, and two slugs share nothing", async () => {
    const [a, b] = await Promise.all([newcomer({ name: "A" }), newcomer({ name: "B" })]);
    const [wa, wb] = [await a.world(newSlug()), await b.world(newSlug())];
    expect([...wa.people.values()].map((person) => person.name)).toEqual(["A"]);
    await wa.props.set("key", 1);
    await pause(150);
    expect(wb.people.size).toBe(1);
    expect(wb.props.get("key")).toBeUndefined();
  });

  it("[MV1][MV6] what one walks, the other sees within 150 ms, and draws without jumps", async () => {
    const slug = newSlug();
    const [a, b] = await Promise.all([newcomer({ name: "A" }), newcomer({ name: "B" })]);
    const [wa, wb] = [await a.world(slug), await b.world(slug)];
    await until(() => wb.people.size === 2, "B sees A");
    const seen = wb.people.get(a.identity.id)!;
    wa.moveTo({ x: 10, y: 20 });
    await until(() => seen.placed && seen.x === 10 && seen.y === 20, "A's first pose", 150);
    const drawn: number[] = [];
    for (let step = 0; step < 60; step++) {
      wa.moveTo({ x: 10 + step * 4, y: 20 });
      await pause(16);
      drawn.push(seen.x);
    }
    await until(() => seen.x === 10 + 59 * 4, "A's last pose");
    const jumps = drawn.map((x, i) => x - (drawn[i - 1] ?? x));
    expect(Math.min(...jumps)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...jumps)).toBeLessThan(40);
  });

  it("[WO1] props are set, owned, deleted, and refused with a reason", async () => {
    const slug = newSlug();
    const [a, b] = await Promise.all([newcomer(), newcomer()]);
    const [wa, wb] = [await a.world(slug), await b.world(slug)];
    await wa.props.set("mine", { on: true }, { owned: true });
    await until(() => wb.props.get("mine"), "B sees the prop");
    expect(wb.props.ownerOf("mine")).toBe(a.identity.id);
    await expect(wb.props.set("mine", 2)).rejects.toMatchObject({ code: "PROP_OWNED" });
    await expect(wb.props.delete("mine")).rejects.toMatchObject({ code: "PROP_OWNED" });
    await expect(wa.props.set("big", "x".repeat(5000))).rejects.toMatchObject({ code: "TOO_LARGE" });
    await wa.props.delete("mine");
    await until(() => wb.props.size === 0, "B sees it go");
  });

  it("[WO2] say, emote and piece messages reach those in the world only", async () => {
    const slug = newSlug();
    const [a, b, c] = await Promise.all([newcomer({ name: "A" }), newcomer(), newcomer()]);
    const [wa, wb, wc] = [await a.world(slug), await b.world(slug), await c.world(newSlug())];
    await until(() => wb.people.size === 2, "B sees A");
    const heard: string[] = [];
    for (const [name, world] of [
      ["b", wb],
      ["c", wc],
    ] as const) {
      world.on("say", ({ person, text }) => heard.push(`${name} say ${person.name} ${text}`));
      world.on("emote", ({ emote }) => heard.push(`${name} emote ${emote}`));
      world.on("piece:bell", ({ data }) => heard.push(`${name} bell ${JSON.stringify(data)}`));
    }
    await wa.say(" héllo 👋🏽 ");
    await wa.emote("🌱");
    wa.send("piece:bell", { tone: 3 });
    await until(() => heard.length === 3, "B hears all three");
    await pause(100);
    expect(heard).toEqual(["b say A héllo 👋🏽", "b emote 🌱", 'b bell {"tone":3}']);
    expect(wb.people.get(a.identity.id)!.bubble).toBe("héllo 👋🏽");
    await expect(wa.say("x".repeat(281))).rejects.toMatchObject({ code: "BAD_MESSAGE" });
    await expect(wa.say("  ")).rejects.toMatchObject({ code: "BAD_MESSAGE" });
    const refused: HereaboutsError[] = [];
    wa.on("refused", (error) => refused.push(error));
    wa.send("piece:bell", "x".repeat(2000));
    await until(() => refused[0]?.code === "TOO_LARGE", "the refusal");
    wa.send("piece:say", { text: "as the piece" });
    await until(() => refused[1]?.code === "FORBIDDEN", "the refusal of the piece's own message");
  });
});

describe("presence", () => {
  it("[PR4] going to another world makes a ghost, then nobody; coming back takes the place again", async () => {
    const slug = newSlug();
    const [a, b] = await Promise.all([newcomer({ name: "A" }), newcomer({ name: "B" })]);
    const [wa, wb] = [await a.world(slug), await b.world(slug)];
    await until(() => wb.people.size === 2, "B sees A");
    wa.moveTo({ x: 77, y: 5 });
    await until(() => wb.people.get(a.identity.id)?.x === 77, "A's pose");
    const events = record(wb);
    const other = newSlug();
    await a.travel(other, { share: true });
    await until(() => events.length > 0, "the ghost");
    const ghost = wb.people.get(a.identity.id)!;
    expect([ghost.status, ghost.to, ghost.x]).toEqual(["ghost", other, 77]);
    const back = await a.travel(slug);
    await until(() => events.length > 1, "the return");
    await until(() => back.me?.x === 77, "A's own pose");
    await a.travel(other);
    await until(() => events.at(-1) === "leave A moved", "the ghost's end");
    expect(events).toEqual(["ghost A", "return A", "ghost A", "leave A moved"]);
  });

  it("[PR4] a blip is no leave: away, then here", async () => {
    const slug = newSlug();
    const [a, b] = await Promise.all([newcomer({ name: "A" }), newcomer()]);
    const [wa, wb] = [await a.world(slug), await b.world(slug)];
    await until(() => wb.people.size === 2, "B sees A");
    const events = record(wb);
    const states: string[] = [];
    wa.on("connection", ({ state }) => states.push(state));
    cut(wa);
    await until(() => states.includes("open"), "A is back");
    await pause(1800);
    expect(events).toEqual([]);
    expect(states).toEqual(["reconnecting", "open"]);
    expect(wb.counts).toEqual({ people: 2, connections: 2, guests: 2 });
  });

  it("[PR4] a connection that does not come back is held for the grace, then gone", async () => {
    const slug = newSlug();
    const [a, b] = await Promise.all([newcomer({ name: "A" }), newcomer()]);
    const [wa, wb] = [await a.world(slug), await b.world(slug)];
    await until(() => wb.people.size === 2, "B sees A");
    const events = record(wb);
    wa.room.onLeave.clear();
    const from = performance.now();
    cut(wa);
    await until(() => wb.people.get(a.identity.id)?.status === "away", "A is away");
    await until(() => events.length === 1, "A is gone");
    expect(events).toEqual(["leave A lost"]);
    expect(performance.now() - from).toBeGreaterThan(1400);
  });

  it("[PR2][PR9] a second tab is the same person: it plays, the first watches, and may take over again", async () => {
    const slug = newSlug();
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (k: string, v: string) => void kept.set(k, v),
    };
    const first = await newcomer({ storage });
    const second = await newcomer({ storage });
    expect(second.identity.id).toBe(first.identity.id);
    const w1 = await first.world(slug);
    const roles: string[] = [];
    w1.on("takeover", ({ role }) => roles.push(role));
    w1.moveTo({ x: 50, y: 50 });
    await pause(150);
    const w2 = await second.world(slug);
    await until(() => w1.role === "spectator", "the first watches");
    await until(() => w2.me?.x === 50, "the second starts where the first was");
    expect(w2.counts).toEqual({ people: 1, connections: 2, guests: 1 });
    w2.moveTo({ x: 90, y: 50 });
    await until(() => w1.me?.x === 90, "the first sees itself move");
    await w1.play();
    await until(() => w2.role === "spectator", "the second watches");
    expect(roles).toEqual(["spectator", "player"]);
    await w1.leave();
    await until(() => w2.role === "player", "the heir plays");
  });

  it("[ID4] a guest that signs in keeps its place", async () => {
    const slug = newSlug();
    const [a, b] = await Promise.all([newcomer({ name: "Guest A" }), newcomer()]);
    const [wa, wb] = [await a.world(slug), await b.world(slug)];
    await until(() => wb.people.size === 2, "B sees A");
    wa.moveTo({ x: 33, y: 0 });
    await until(() => wb.people.get(a.identity.id)?.x === 33, "A's pose");
    const events = record(wb);
    await a.signIn(await mint("--handle", `ada${process.pid}`, "--name", "Ada"));
    await until(() => wb.people.get(a.identity.id)?.name === "Ada", "B sees Ada");
    const ada = wb.people.get(a.identity.id)!;
    expect([ada.guest, ada.handle, ada.x, wb.people.size]).toEqual([false, `ada${process.pid}`, 33, 2]);
    await until(() => wa.me?.name === "Ada", "A sees themselves as Ada");
    expect(events).toEqual([]);
  });
});

describe("coming back", () => {
  it("[SD2] after the server is killed and restarted: same people, same places, props kept, queue sent", async () => {
    const own = await startStopping();
    const [a, b] = await Promise.all(["A", "B"].map((name) => connect(own.url, { name, storage: null })));
    people.push(a!, b!);
    const slug = newSlug();
    const [wa, wb] = [await a!.world(slug, { share: true }), await b!.world(slug)];
    const following = await b!.follow(a!.identity);
    await wa.props.set("lamp", true, { saved: true });
    wa.moveTo({ x: 12, y: 34 });
    await pause(1300);
    await own.end("SIGKILL");
    await until(() => wa.connection === "reconnecting", "A notices");
    const heard: string[] = [];
    wb.on("say", ({ text }) => heard.push(text));
    const queued = wa.props.set("while-away", 1);
    await own.restart();
    await until(() => wa.connection === "open" && wb.connection === "open", "both are back", 10_000);
    await queued;
    await until(() => wb.people.size === 2 && wb.people.get(a!.identity.id)?.x === 12, "B sees A again");
    await until(() => wb.props.get("while-away") === 1, "what was queued has come");
    expect(wb.props.get("lamp")).toBe(true);
    await wa.say("still here");
    await until(() => heard.length === 1, "B hears A");
    const other = newSlug();
    await a!.travel(other, { share: true });
    await until(() => b!.joined.worlds.has(other), "B goes along with A as before", 10_000);
    expect(following.ended).toBeUndefined();
    await own.end("SIGTERM");
  });

  it("[SD2] after a drain: everyone comes back by themselves", async () => {
    const own = await startStopping();
    const here = await connect(own.url, { storage: null });
    people.push(here);
    const world = await here.world(newSlug());
    expect(await own.end("SIGTERM")).toEqual({ code: 0, signal: null });
    await until(() => world.connection === "reconnecting", "it notices");
    await own.restart();
    await until(() => world.connection === "open", "it is back", 10_000);
    await own.end("SIGTERM");
  });

  it("[SD3] what goes wrong names its cause and remedy", async () => {
    await expect(connect("http://127.0.0.1:9")).rejects.toMatchObject({ code: "UNREACHABLE" });
    await expect(connect("nonsense")).rejects.toMatchObject({ code: "UNREACHABLE" });
    await expect(connect(server.url, { token: "no.such.token" })).rejects.toMatchObject({ code: "BAD_TOKEN" });
    const here = await newcomer();
    await expect(here.world("no slug")).rejects.toMatchObject({ code: "BAD_SLUG" });
    const world = await here.world(newSlug());
    expect(() => world.moveTo({ x: Number.NaN, y: 0 })).toThrow(/finite/);
    await expect(world.props.set("x", "y".repeat(20_000))).rejects.toMatchObject({ code: "TOO_LARGE" });
    await world.leave();
    await expect(world.say("late")).rejects.toMatchObject({ code: "CLOSED" });
  });
});
