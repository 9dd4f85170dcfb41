/** A small rush at a server that lets few join at once: everyone gets in, some later. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../client/index.ts";
import { errorTable, fromLine } from "../schema/errors.ts";
import { newGuest, reserve } from "./lib/raw.ts";
import { startTestServer } from "./lib/server.ts";
import { pause, until } from "./lib/until.ts";

const rush = 300;
const waiting = 1500;
const worlds = 30;

async function start(env: Record<string, string>) {
  const server = await startTestServer({ env: { AUDIO: "off", ...env } });
  onTestFinished(() => void server.stop());
  return server;
}

async function arrive(url: string) {
  const here = await connect(url, { storage: null, datagrams: false });
  onTestFinished(() => here.close());
  return here;
}

it("[SV6] lets everyone in who comes in a rush, and who is told to come again does so by itself", async () => {
  const server = await start({ JOINS_AT_ONCE: "8", JOINS_LAG_MS: "0" });
  const people = await Promise.all(Array.from({ length: rush }, () => arrive(server.url)));
  const joined = await Promise.all(people.map((here, i) => here.world(`rush-${i % worlds}`)));
  expect(joined.filter(({ connection }) => connection !== "open")).toEqual([]);
  expect(await server.metric("hereabouts_connections")).toBe(rush);
  expect(await server.metric("hereabouts_joins_total", 'outcome="seat"')).toBe(rush);
  expect(await server.metric("hereabouts_joins_total", 'outcome="BUSY"')).toBeGreaterThan(0);
  expect(await server.metric("hereabouts_joins_pending")).toBe(0);
});

it("[SV6] forgets those who go away while they join", async () => {
  const server = await start({ JOINS_AT_ONCE: "1", JOINS_LAG_MS: "0" });
  const body = JSON.stringify({ slug: "meadow" });
  const head = "POST /matchmake/joinOrCreate/world HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
  for (let i = 0; i < 100; i++) {
    const socket = createConnection(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`, () => {
      if (i % 2) socket.resetAndDestroy();
      else socket.destroy();
    });
  }
  const gone = async () => (await server.metric("hereabouts_joins_pending")) === 0;
  await pause(100);
  for (const until = performance.now() + 10_000; !(await gone()) && performance.now() < until; ) await pause(50);
  expect(await gone()).toBe(true);
  await (await arrive(server.url)).world("meadow");
});

it("[SV6] tells who is refused when to come again, and keeps nobody out for seats that nobody takes", async () => {
  const server = await start({ JOINS_AT_ONCE: "1" });
  const [inside, newcomer] = [await arrive(server.url), await arrive(server.url)];
  await inside.world("meadow");
  const { token } = await newGuest(server.url);
  const abandoned = Array.from({ length: rush }, () => reserve(server.url, token, { slug: "meadow" }));
  const refusals = Promise.all(abandoned.map((seat) => seat.then(() => "", String)));
  await Promise.all([inside.world("pond"), newcomer.world("meadow")]);
  const told = (await refusals).filter(Boolean);
  expect(told.length).toBeGreaterThan(0);
  for (const text of told) {
    expect(text).toMatch(/^Error: 429 /);
    const { code, retryAfterMs, remedy, error } = JSON.parse(text.slice(text.indexOf("{")));
    expect({ code, remedy }).toEqual({ code: "BUSY", remedy: errorTable.BUSY.remedy });
    expect(retryAfterMs).toBeGreaterThanOrEqual(1000);
    expect(fromLine(error)).toMatchObject({ code, retryAfterMs });
  }
});

const somaxconn = "/proc/sys/net/core/somaxconn";
const mayWait = process.platform === "linux" ? Number(readFileSync(somaxconn, "utf8")) : 0;

it.skipIf(mayWait < 2 * waiting)(
  `[SV6] keeps ${waiting} connections that come while it does something else`,
  async () => {
    const server = await start({});
    process.kill(server.pid, "SIGSTOP");
    const sockets = Array.from({ length: waiting }, () => createConnection(server.port, "127.0.0.1"));
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
    const answers = sockets.map((socket) => once(socket, "data"));
    await until(() => sockets.every(({ connecting }) => !connecting), "all are connected", 10_000);
    process.kill(server.pid, "SIGCONT");
    for (const socket of sockets) socket.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    for (const [answer] of await Promise.all(answers)) expect(String(answer)).toMatch(/^HTTP\/1.1 200 /);
  },
);
