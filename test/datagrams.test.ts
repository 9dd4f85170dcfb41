/**
 * Datagrams end to end: the whole server, real WebRTC, and clients of the SDK. Everyone gets onto them and sees the others
 * sooner than late; without them, before them and after them the same goes on over the WebSocket.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { percentile, sleep, watchNoise } from "./lib/pace.ts";
import type { TestServer } from "./lib/server.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";
import { join, leave, on, until, type Walker, walk, worstError } from "./lib/walkers.ts";

const settledMs = 1500;
/** Half a step of quantization in each axis, and what floats of 32 bits round. */
const exactly = 0.05;
const people: Walker[] = [];
afterEach(() => leave(people));

const log = (server: TestServer, words: RegExp) => server.logs().filter(({ msg }) => words.test(String(msg)));

describe("[MV3] movement by datagrams", () => {
  it("begins for everyone within seconds, is seen within 150 ms, and never draws anyone where they were before", async () => {
    const server = await serverOfTest();
    const walkers = await join(server.url, "walk", 3, people);
    await until(() => on("datagram", walkers), "all on datagrams", 5000);
    const before = await server.metric("hereabouts_datagrams_total");
    const walking = walk(walkers);
    await sleep(500);
    walking.forget();
    const noise = watchNoise();
    await sleep(3000);
    const noiseMs = noise();
    walking.stop();
    await sleep(settledMs);
    const late = walking.lagsMs.sort((a, b) => b - a);
    console.info(
      `datagrams: drawn late by p50 ${percentile(late, 0.5).toFixed(0)} p95 ${percentile(late, 0.95).toFixed(0)} ms`,
    );
    expect(percentile(late, 0.5)).toBeLessThan(150 + noiseMs);
    expect(walking.wentBack).toBe(0);
    expect(worstError(walkers)).toBeLessThan(exactly);
    expect((await server.metric("hereabouts_datagrams_total")) - before).toBeGreaterThan(500);
    expect(walkers.flatMap(({ troubles }) => troubles)).toEqual([]);
  });

  it("ends with the seat: whoever leaves or loses the WebSocket has no peer any more, and who is back a new one", async () => {
    const server = await serverOfTest();
    const [a, b] = await join(server.url, "walk", 2, people);
    const peers = () => server.metric("hereabouts_channels");
    await until(() => on("datagram", [a!, b!]), "both on datagrams", 5000);
    await a!.world.leave();
    await until(async () => (await peers()) === 1, "no peer of who left", 1000);
    b!.world.room.connection.close();
    await until(async () => (await peers()) === 0, "no peer of who was cut", 1000);
    await until(() => b!.world.connection === "open" && on("datagram", [b!]), "back with a new one", 10_000);
    expect(await peers()).toBe(1);
  });
});

describe("[MV3] when the carrier's process is killed", () => {
  it("nobody of 40 loses their seat; all are on the WebSocket within 1 s, and on datagrams again within 10 s", async () => {
    const server = await serverOfTest();
    const walkers = await join(server.url, "walk", 40, people);
    await until(() => on("datagram", walkers), "all on datagrams", 20_000);
    const walking = walk(walkers);
    await sleep(2000);
    const [{ pid }] = log(server, /datagrams are carried/) as [{ pid: number }];
    process.kill(pid, "SIGKILL");
    const downMs = await until(() => on("websocket", walkers), "all on the WebSocket", 1000);
    expect(walkers.map(({ world }) => world.link.channel.reason)).toEqual(walkers.map(() => "carrier"));
    const backMs = await until(() => on("datagram", walkers), "all on datagrams again", 10_000);
    console.info(`datagrams: all 40 down after ${downMs.toFixed(0)} ms and back after ${backMs.toFixed(0)} more`);
    await sleep(1000);
    walking.stop();
    await sleep(settledMs);
    expect(walkers.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(walking.wentBack).toBe(0);
    expect(worstError(walkers)).toBeLessThan(exactly);
    expect(await server.metric("hereabouts_carrier_restarts_total")).toBe(1);
    expect(log(server, /carrier's process ended/)).toMatchObject([{ how: "SIGKILL" }]);
  });
});

describe("[MV3] where there are no datagrams to be had", () => {
  async function stayOnWebSockets(server: TestServer, walkers: readonly Walker[]): Promise<void> {
    const walking = walk(walkers);
    await sleep(2500);
    walking.stop();
    await sleep(settledMs);
    expect(on("websocket", walkers)).toBe(true);
    expect(worstError(walkers)).toBeLessThan(exactly);
    expect(walkers.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(walking.wentBack).toBe(0);
    expect(log(server, /./).filter(({ level }) => Number(level) >= 50)).toEqual([]);
  }

  it("movement goes over the WebSocket, and the log says once that they are switched off", async () => {
    const server = await serverOfTest({ env: { DATAGRAMS: "off" } });
    const walkers = await join(server.url, "walk", 2, people);
    await stayOnWebSockets(server, walkers);
    expect(walkers.map(({ world }) => world.link.channel.reason)).toEqual(["refused", "refused"]);
    expect(log(server, /datagrams are switched off/)).toHaveLength(1);
  });

  it("or that the UDP port is taken", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await once(taken, "listening");
    const server = await serverOfTest({ env: { UDP_PORT: String(taken.address().port) } });
    await stayOnWebSockets(server, await join(server.url, "walk", 2, people));
    expect(log(server, /UDP port \d+ is taken/)).toHaveLength(1);
    expect(await server.metric("hereabouts_carrier_up")).toBe(0);
  });

  it("for one more than may have them, until another one leaves", async () => {
    const server = await serverOfTest({ env: { DATAGRAM_PEERS: "2" } });
    const first = await join(server.url, "walk", 2, people);
    await until(() => on("datagram", first), "two on datagrams", 5000);
    const [third] = await join(server.url, "walk", 1, people);
    const all = [...first, third!];
    const walking = walk(all);
    await sleep(2500);
    walking.stop();
    await sleep(settledMs);
    expect(all.map(({ world }) => world.link.carrier)).toEqual(["datagram", "datagram", "websocket"]);
    expect(third!.world.link.channel.reason).toBe("refused");
    expect([worstError(all) < exactly, walking.wentBack]).toEqual([true, 0]);
    expect(all.flatMap(({ troubles }) => troubles)).toEqual([]);
    await first[0]!.world.leave();
    await until(() => on("datagram", [third!]), "the third on datagrams", 20_000);
  });
});
