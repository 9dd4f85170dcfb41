/** What one client may cost the others: not reading, sending too much or too large, and coming where it is full. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { errorTable, type Refusal } from "../schema/errors.ts";
import { closerThan, gapsWithin, sleep, watchNoise } from "./lib/pace.ts";
import { joinWorld, messageFrame, newGuest, openSeat, type RawClient, reserve, until } from "./lib/raw.ts";
import type { TestServer } from "./lib/server.ts";
import { startWatched, watched } from "./lib/watched.ts";

const megabyte = 2 ** 20;
const clients: RawClient[] = [];
const servers: TestServer[] = [];

async function start(env: Record<string, string> = {}, preload?: string): Promise<TestServer> {
  const server = await startWatched({ env, preload: preload ? [new URL(preload, import.meta.url)] : [] });
  servers.push(server);
  return server;
}

async function join(...call: Parameters<typeof joinWorld>): Promise<RawClient> {
  const client = await joinWorld(...call);
  clients.push(client);
  return client;
}

afterEach(() => {
  for (const client of clients.splice(0)) client.socket.terminate();
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

/** Two honest people of a world: one walks, the other watches. Whoever was late or lost a seat until the end fails the test. */
async function honest(server: TestServer, slug: string) {
  const { url } = server;
  const walker = await join(url, { slug });
  const watcher = await join(url, { slug });
  let x = 0;
  const walking = setInterval(() => walker.move({ x: x++ % 500, y: 0, z: 0, angle: 0 }), 33);
  await sleep(300);
  await watched(server);
  const from = performance.now();
  const stopWatch = watchNoise();
  return {
    watcher,
    async expectUndisturbed() {
      await sleep(Math.max(500, from + 1500 - performance.now()));
      clearInterval(walking);
      const to = performance.now();
      const { busy, away } = await watched(server);
      expect(busy).toBeLessThan(200);
      // how late timers were without any work of their process's own: here, in the server, and both in a row
      const noiseMs = stopWatch() + away;
      for (const { frameTimes, closed } of [walker, watcher]) {
        expect(closed).toBeUndefined();
        expect(gapsWithin(frameTimes, from, to)[0]).toBeLessThan(250 + noiseMs);
      }
    },
  };
}

/** Sends what `make` gives about `perSecond` times a second, until `isOver`. Returns how many were sent. */
async function flood(client: RawClient, perSecond: number, make: (i: number) => Uint8Array, isOver: () => boolean) {
  const start = performance.now();
  let sent = 0;
  while (!isOver() && client.isOpen) {
    for (const due = ((performance.now() - start) / 1000) * perSecond; sent < due; sent++) client.send(make(sent));
    await sleep(5);
  }
  return sent;
}

const refusals = (client: RawClient) =>
  client.messages.filter(({ type }) => type === "refused").map(({ data }) => data as Refusal);

describe("a client that stops reading", () => {
  it("is cut, with a reason, before it costs 8 MB; others are not disturbed", { timeout: 40_000 }, async () => {
    const server = await start({ MESSAGES_PER_SECOND: "1000", PONG_MS: "60000" }, "./lib/backlog.ts");
    const people = await honest(server, "flooded");
    const [painter, caller] = [
      await join(server.url, { slug: "flooded" }),
      await join(server.url, { slug: "flooded" }),
    ];
    const deaf = await join(server.url, { slug: "flooded" });
    // reads, but never acknowledges its join: what it is sent waits as well, and it can be told why it is cut
    const shy = await join(server.url, { slug: "flooded", acknowledges: false });
    const rssBefore = await server.rssBytes();
    deaf.socket.pause();
    const cut = () => server.metric("hereabouts_closed_total", 'code="TOO_SLOW"');
    let count = 0;
    let rss = 0;
    const polling = setInterval(async () => {
      rss = Math.max(rss, await server.rssBytes());
      count = await cut();
    }, 50);
    // state in large patches, and messages, which alone wait for one who has not acknowledged its join
    const paint = (i: number) => messageFrame("prop.set", { key: `wall-${i % 60}`, value: `${i}`.padEnd(4000, "x") });
    const call = messageFrame("piece:noise", "x".repeat(1000));
    const isOver = () => count >= 2;
    const [, calls] = await Promise.all([flood(painter, 600, paint, isOver), flood(caller, 800, () => call, isOver)]);
    clearInterval(polling);
    expect(await shy.whenClosed).toMatchObject({
      code: errorTable.TOO_SLOW.close,
      reason: errorTable.TOO_SLOW.message,
    });
    await sleep(1500);
    deaf.socket.resume();
    expect((await deaf.whenClosed).code).toBe(1006);
    expect(await cut()).toBe(2);
    expect(server.logs()).toContainEqual(expect.objectContaining({ room: "world:flooded", code: "TOO_SLOW" }));
    expect(await server.metric("hereabouts_frames_dropped_total")).toBeGreaterThan(0);

    const seen = server.lines.length;
    process.kill(server.pid, "SIGUSR2");
    const line = await until(() => server.lines.slice(seen).find(({ text }) => text.startsWith("most ")));
    const most = Number(line!.text.slice(5));
    console.info(
      `backlog: at most ${(most / megabyte).toFixed(1)} MB waited, RSS grew ${((rss - rssBefore) / megabyte).toFixed(0)} MB`,
    );
    expect(most).toBeGreaterThan(4 * megabyte);
    expect(most).toBeLessThan(8 * megabyte);

    for (const client of [painter, caller]) expect(client.closed).toBeUndefined();
    const heard = () => people.watcher.messages.filter(({ type }) => type === "piece").length;
    expect(await until(() => heard() === calls || undefined)).toBe(true);
    await people.expectUndisturbed();
  });
});

describe("a client that stops reading where little is sent [WO5]", () => {
  it("is cut by its pings, counted, logged and held as lost; who reads is not", { timeout: 20_000 }, async () => {
    const server = await start({ PONG_MS: "2000" });
    const deaf = await join(server.url, { slug: "quiet" });
    const watcher = await join(server.url, { slug: "quiet" });
    const cut = () => server.metric("hereabouts_closed_total", 'code="TOO_SLOW"');
    deaf.socket.pause();
    expect(await until(async () => (await cut()) || undefined, 8000)).toBe(1);
    expect(server.logs()).toContainEqual(
      expect.objectContaining({ room: "world:quiet", code: "TOO_SLOW", person: expect.any(String) }),
    );
    expect(watcher.messages.filter(({ type }) => type === "left")).toEqual([]);
    await sleep(2500);
    expect(watcher.closed).toBeUndefined();
    expect(await cut()).toBe(1);
  });
});

describe("a client that sends too much [WO5]", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const say = messageFrame("say", { text: "again" });

  it("is taken whole within its budget, and told when it may go on", async () => {
    const client = await join(server.url, { slug: "burst" });
    const burst = await Promise.all(Array.from({ length: 60 }, (_, i) => client.request("say", { text: `${i}` })));
    expect(burst.slice(0, 40).map((answer) => answer?.status)).toEqual(Array(40).fill(0));
    const refused = burst.filter((answer) => answer?.status === 1).map((answer) => answer!.data as Refusal);
    expect(refused.length).toBeGreaterThan(0);
    for (const refusal of refused) expect(refusal).toMatchObject({ code: "TOO_FAST", of: "say" });
    const retryAfterMs = refused.at(-1)!.retryAfterMs!;
    expect(retryAfterMs).toBeLessThanOrEqual(50);
    await sleep(retryAfterMs);
    expect((await client.request("say", { text: "one more" }))?.status).toBe(0);
    expect(client.messages.filter(({ type }) => type === "say")).toHaveLength(61 - refused.length);
  });

  it("may go on at the rate of its budget for as long as it likes", async () => {
    const client = await join(server.url, { slug: "steady" });
    let step = 0;
    const moving = setInterval(() => client.move({ x: step++, y: 0, z: 0, angle: 0 }), 33);
    await flood(
      client,
      19,
      () => say,
      () => step > 90,
    );
    clearInterval(moving);
    await sleep(100);
    expect(refusals(client)).toEqual([]);
  });

  it("is refused at a thousand a second, then closed as abuse; others are not disturbed", {
    timeout: 20_000,
  }, async () => {
    const people = await honest(server, "noisy");
    const guest = await newGuest(server.url);
    const client = await join(server.url, { slug: "noisy", guest });
    const start = performance.now();
    await flood(
      client,
      1000,
      () => say,
      () => performance.now() - start > 8000,
    );
    expect(await client.whenClosed).toMatchObject({ code: errorTable.ABUSE.close, reason: errorTable.ABUSE.message });
    expect(performance.now() - start).toBeGreaterThan(1500);
    expect(performance.now() - start).toBeLessThan(5000);
    const told = refusals(client);
    expect(told.length).toBeGreaterThan(10);
    expect(told.length).toBeLessThan(100);
    for (const refusal of told) {
      expect(refusal).toMatchObject({ code: "TOO_FAST", of: "say", retryAfterMs: expect.any(Number) });
    }
    const heard = people.watcher.messages.filter(({ type }) => type === "say").length;
    expect(heard).toBeLessThan(40 + 20 * 5);
    await people.expectUndisturbed();
    expect(server.logs().filter(({ code, room }) => code === "ABUSE" && room === "world:noisy")).toHaveLength(1);
    const again = await join(server.url, { slug: "noisy", guest });
    expect((await again.request("say", { text: "sorry" }))?.status).toBe(0);
  });

  it.each<[string, (i: number) => Uint8Array]>([
    ["pings", () => Buffer.from([18])],
    ["pings in disguise", () => Buffer.from([18 | 0x20])],
    ["joins it has acknowledged already", () => Buffer.from([10])],
    ["inputs, which a world has none of", () => Buffer.alloc(2000, 19)],
    ["moves", (i) => Buffer.from([17, 1, i & 255, (i >> 8) & 255, 1, 0, 0, 0, 0, 0, 0, 0, 0])],
    ["frames of no kind", () => Buffer.from([99])],
    ["requests", (i) => Buffer.concat([Buffer.from([21, i & 127]), say.subarray(1)])],
  ])("is closed as abuse for %s as well", async (_, frame) => {
    const client = await join(server.url, { slug: "floods" });
    for (let i = 0; i < 2600; i++) client.send(frame(i));
    expect((await client.whenClosed).code).toBe(errorTable.ABUSE.close);
    expect(client.received).toBeLessThan(600_000);
  });
});

describe("a message that is too large", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  it("is refused up to maxPayload, and the seat kept", async () => {
    const client = await join(server.url);
    const frame = (size: number) =>
      messageFrame("piece:big", "x".repeat(size - messageFrame("piece:big", "x".repeat(16_000)).length + 16_000));
    expect(frame(16_384)).toHaveLength(16_384);
    client.send(frame(16_384));
    expect((await client.heard("refused"))?.data).toMatchObject({ code: "TOO_LARGE", of: "piece:big" });
    for (const [type, data] of [
      ["say", { text: "x".repeat(281) }],
      ["avatar", { showing: "é".repeat(4000) }],
      ["prop.set", { key: "k", value: "x".repeat(5000) }],
      ["prop.set", { key: "k".repeat(129), value: 1 }],
    ] as const) {
      const answer = await client.request(type, data);
      expect(answer?.data, type).toMatchObject({ code: expect.stringMatching(/^(TOO_LARGE|BAD_MESSAGE)$/) });
    }
    expect(client.closed).toBeUndefined();
    client.send(frame(16_385));
    expect((await client.whenClosed).code).toBe(1009);
  });

  it("of 10 MB ends its connection only: its place is held, and it may join again", async () => {
    const people = await honest(server, "heavy");
    const guest = await newGuest(server.url);
    const client = await join(server.url, { slug: "heavy", guest });
    client.send(Buffer.alloc(10 * megabyte, 13));
    expect((await client.whenClosed).code).toBe(1009);
    const again = await join(server.url, { slug: "heavy", guest });
    expect((await again.request("say", { text: "lighter" }))?.status).toBe(0);
    expect(people.watcher.messages.filter(({ type }) => type === "left")).toEqual([]);
    await people.expectUndisturbed();
  });
});

describe("a room [SV3] [WO5]", () => {
  it("that is full says so, and has no second one of its slug", async () => {
    const { url } = await start({ MAX_PEOPLE: "3", GRACE_MS: "200" });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => join(url, { slug: "small" })));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(String(outcome.reason)).toContain("503 ROOM_FULL");
    }
    const rooms = new Set(clients.map(({ reservation }) => reservation.roomId));
    const { token } = await newGuest(url);
    rooms.add((await reserve(url, token, { slug: "SMALL" })).roomId);
    expect(rooms.size).toBe(1);
    expect(clients.map(({ closed }) => closed)).toEqual([undefined, undefined, undefined]);
    await clients[0]!.leave();
    const next = await join(url, { slug: "small" });
    expect((await next.request("say", { text: "in at last" }))?.status).toBe(0);
  });

  it("is one for each slug, whatever its case", async () => {
    const { url } = await start();
    const { token } = await newGuest(url);
    const slugs = ["mixed-case", "MIXED-CASE", "Mixed-Case", "mIxEd-CaSe"];
    const seats = await Promise.all(slugs.map((slug) => reserve(url, token, { slug })));
    expect(new Set(seats.map(({ roomId }) => roomId)).size).toBe(1);
  });

  it("is one for two hundred who come to it first at the same moment", { timeout: 30_000 }, async () => {
    const { url } = await start();
    const guests = await Promise.all(Array.from({ length: 200 }, () => newGuest(url)));
    const seats = await Promise.all(
      guests.map(({ token }, i) =>
        reserve(url, token, { slug: i % 2 ? "rush" : "RUSH", connection: `rush-${1000 + i}` }),
      ),
    );
    expect(new Set(seats.map(({ roomId }) => roomId)).size).toBe(1);
    clients.push(...(await Promise.all(seats.map((seat) => openSeat(url, seat)))));
    const { counts } = (await (await fetch(`${url}/session/rush`)).json()) as { counts: unknown };
    expect(counts).toEqual({ people: 200, connections: 200, guests: 200 });
  });
});

describe("a room that throws", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({}, "./lib/bombs.ts");
  });

  it("is isolated: it is logged, refused where someone asked, and everyone goes on", { timeout: 20_000 }, async () => {
    const { url } = server;
    const people = await honest(server, "calm");
    const client = await join(url, { slug: "calm" });
    for (const key of ["throw", "reject", "nothing"]) {
      const answer = await client.request("prop.set", { key, value: 1 });
      expect(answer, key).toMatchObject({ status: 1, data: { code: "INTERNAL", of: "prop.set" } });
    }
    expect((await client.request("prop.set", { key: "fine", value: 1 }))?.status).toBe(0);

    for (const where of ["timer", "tick", "patch", "roster", "leave", "drop", "bytes", "dispose"]) {
      const one = await join(url, { slug: `bomb-${where}` });
      const other = await join(url, { slug: `bomb-${where}` });
      one.move({ x: 1, y: 1, z: 0, angle: 0 });
      expect((await one.request("say", { text: "still here" }))?.status, where).toBe(0);
      await sleep(where === "patch" || where === "timer" ? 1500 : 100);
      expect([one.closed, other.closed], where).toEqual([undefined, undefined]);
      other.socket.terminate();
      await one.leave();
    }
    await expect(join(url, { slug: "bomb-join" })).rejects.toThrow();
    await expect(join(url, { slug: "bomb-create" })).rejects.toThrow(/^5\d\d /);
    await people.expectUndisturbed();

    for (const where of [
      "message",
      "setInterval",
      "step",
      "broadcastPatch",
      "onRoster",
      "onLeave",
      "onDrop",
      "onJoin",
      "onCreate",
    ]) {
      expect(await server.metric("hereabouts_errors_total", `where="${where}"`), where).toBeGreaterThan(0);
    }
    const failures = server.logs().filter(({ msg }) => String(msg).endsWith("failed"));
    expect(failures).toContainEqual(expect.objectContaining({ room: "world:calm", msg: "a handler failed" }));
    expect(failures).toContainEqual(expect.objectContaining({ room: "world:bomb-tick" }));
    for (const [line, lines] of Map.groupBy(failures, ({ msg }) => msg)) {
      expect(closerThan(990, lines), String(line)).toEqual([]);
    }
    expect(server.logs().filter(({ msg }) => String(msg).includes("reached the process"))).toEqual([]);
    expect(server.lines.filter(({ from }) => from === "stderr")).toEqual([]);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});
