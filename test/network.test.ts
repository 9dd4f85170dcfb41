/**
 * [LT3] The network between namespaces is what it says: real UDP and TCP through it are as late and as lossy as its
 * weather, and nothing of it stays behind. Skipped where not root, or where something else is missing: the title says what.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createNetwork, type Network, type Place, whyNoNetwork } from "../loadtest/lib/network.ts";
import { sleep } from "./lib/pace.ts";
import type { Heard } from "./lib/probe.ts";

const program = (name: string) => fileURLToPath(new URL(`./lib/${name}.ts`, import.meta.url));
const fair = { delayMs: 0, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0 };
/** A busy machine makes packets late, never early. */
const earlyMs = 0.1;
const lateMs = 15;

async function listen(place: Place): Promise<ChildProcess> {
  const echo = place.spawn(process.execPath, [program("echo")], { stdio: ["ignore", "pipe", "inherit"] });
  await once(echo.stdout!, "data");
  return echo;
}

async function probe<T>(from: Place, kind: "udp" | "tcp", to: Place, amount: number): Promise<T> {
  const args = [program("probe"), kind, to.address, String(amount)];
  return JSON.parse(
    await text(from.spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }).stdout!),
  ) as T;
}

const median = (values: number[]) => values.sort((x, y) => x - y)[values.length >> 1] ?? Number.NaN;
const upMs = (heard: Heard[]) => median(heard.map(({ echoedAt, sentAt }) => echoedAt - sentAt));
const downMs = (heard: Heard[]) => median(heard.map(({ heardAt, echoedAt }) => heardAt - echoedAt));

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && existsSync(`/proc/${pid}`); tries++) await sleep(20);
  return !existsSync(`/proc/${pid}`);
}

const reason = whyNoNetwork();
describe.skipIf(reason)(`a network between namespaces${reason ? `, skipped: ${reason}` : ""}`, () => {
  let network: Network;
  beforeAll(async () => {
    network = await createNetwork();
    await listen(network.b);
  });
  afterAll(() => network?.close());

  it("[LT3] delays each direction by what it is told, from when it is told", async () => {
    await network.setWeather({ ...fair, delayMs: 30 }, "aToB");
    await network.setWeather({ ...fair, delayMs: 10 }, "bToA");
    const before = await probe<Heard[]>(network.a, "udp", network.b, 100);
    expect(before).toHaveLength(100);
    expect(upMs(before)).toBeGreaterThan(30 - earlyMs);
    expect(upMs(before)).toBeLessThan(30 + lateMs);
    expect(downMs(before)).toBeGreaterThan(10 - earlyMs);
    expect(downMs(before)).toBeLessThan(10 + lateMs);
    await network.setWeather({ delayMs: 80 });
    const after = await probe<Heard[]>(network.a, "udp", network.b, 100);
    expect(upMs(after)).toBeGreaterThan(80 - earlyMs);
    expect(downMs(after)).toBeLessThan(80 + lateMs);
  });

  it("[LT3] loses and doubles datagrams by the shares it is told, in one direction only", async () => {
    await network.setWeather(fair);
    const before = await network.counts();
    await network.setWeather({ loss: 0.2 }, "aToB");
    await network.setWeather({ duplicate: 0.1 }, "bToA");
    const heard = await probe<Heard[]>(network.a, "udp", network.b, 1500);
    const after = await network.counts();
    const arrived = new Set(heard.map(({ n }) => n)).size;
    expect(arrived / 1500).toBeGreaterThan(0.76);
    expect(arrived / 1500).toBeLessThan(0.84);
    expect(heard.length / arrived).toBeGreaterThan(1.06);
    expect(heard.length / arrived).toBeLessThan(1.14);
    expect(after.bToA.lost).toBe(before.bToA.lost);
    expect(after.aToB.lost - before.aToB.lost).toBe(1500 - arrived);
  });

  it("[LT3] lets datagrams overtake each other when told, and never else", async () => {
    const isInOrder = (heard: Heard[]) => heard.every(({ n }, i) => i === 0 || n > heard[i - 1]!.n);
    await network.setWeather({ ...fair, delayMs: 5, jitterMs: 20 });
    expect(isInOrder(await probe<Heard[]>(network.a, "udp", network.b, 200))).toBe(true);
    await network.setWeather({ reorder: 0.1 });
    expect(isInOrder(await probe<Heard[]>(network.a, "udp", network.b, 200))).toBe(false);
  });

  it("[LT3] carries TCP whole through 5 % loss, and slowly through a narrow link", async () => {
    await network.setWeather({ ...fair, delayMs: 10, loss: 0.05 });
    const { aToB } = await network.counts();
    expect(await probe<number>(network.a, "tcp", network.b, 500_000)).toBeLessThan(20_000);
    expect((await network.counts()).aToB.lost).toBeGreaterThan(aToB.lost);
    await network.setWeather({ ...fair, bytesPerSecond: 200_000 });
    expect(await probe<number>(network.a, "tcp", network.b, 300_000)).toBeGreaterThan(1400);
    await network.setWeather({ bytesPerSecond: Number.POSITIVE_INFINITY });
  });

  it("[LT3] can lose UDP and leave TCP alone, and give it back", async () => {
    await network.setWeather(fair);
    await network.blockUdp(true);
    expect(await probe<Heard[]>(network.a, "udp", network.b, 50)).toEqual([]);
    expect(await probe<number>(network.a, "tcp", network.b, 10_000)).toBeGreaterThan(0);
    await network.blockUdp(false);
    expect(await probe<Heard[]>(network.a, "udp", network.b, 50)).toHaveLength(50);
  });

  it("ends with what runs in it when closed, and when whoever made it is killed", async () => {
    const closed = await createNetwork();
    const echo = await listen(closed.a);
    await closed.close();
    expect(await isGone(closed.relay)).toBe(true);
    expect(await isGone(echo.pid!)).toBe(true);

    const maker = spawn(process.execPath, [program("abandon")], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void maker.kill("SIGKILL"));
    const [line] = await once(maker.stdout!, "data");
    maker.kill("SIGKILL");
    for (const pid of JSON.parse(String(line)) as number[]) expect(await isGone(pid)).toBe(true);
  });
});

const noRouter = whyNoNetwork({ nat: true });
describe.skipIf(noRouter)(`a network with a router${noRouter ? `, skipped: ${noRouter}` : ""}`, () => {
  it("[LT3] shows who is behind the router by the router's address, and lets nobody in", async () => {
    const network = await createNetwork({ nat: true, weather: { delayMs: 5 } });
    onTestFinished(() => network.close());
    await Promise.all([listen(network.a), listen(network.b)]);
    const heard = await probe<Heard[]>(network.a, "udp", network.b, 50);
    expect(heard.map(({ from }) => from)).toEqual(Array(50).fill(network.a.seenAs));
    expect(network.a.seenAs).not.toBe(network.a.address);
    expect(await probe<Heard[]>(network.b, "udp", { ...network.a, address: network.a.seenAs }, 20)).toEqual([]);
  });
});
