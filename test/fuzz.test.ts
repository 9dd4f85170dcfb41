/**
 * Tens of thousands of bad inputs against a running server while honest people walk in the same world: nothing breaks,
 * nobody is late, nobody loses a seat. `npm run fuzz` sends millions.
 *
 * FUZZ_SEED replays a run's inputs, FUZZ_CASES sets their number.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Chat, connect, type Hereabouts, type World } from "../client/index.ts";
import type { FuzzReport } from "./fuzz/report.ts";
import { fuzz, startTarget } from "./fuzz/target.ts";
import type { Credentials } from "./lib/junkHttp.ts";
import { closerThan, gapsWithin, mean, percentile, sleep, watchNoise } from "./lib/pace.ts";
import { joinWorld, type RawClient, until } from "./lib/raw.ts";
import type { TestServer } from "./lib/server.ts";
import { watched } from "./lib/watched.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const cases = Number(process.env["FUZZ_CASES"] ?? 25_000);
const casesPerSecond = 1500;
const calmMs = 3000;
const stepMs = 33;
const megabyte = 2 ** 20;

/** What a line of the log belongs to: one a second at most. */
function classOf({ msg, room, code, where, detail, error }: Record<string, unknown>): string {
  const text = String(detail ?? (error as { message?: string } | undefined)?.message ?? "");
  return [msg, room, code, where, text.slice(0, 40)].join(" | ");
}

let server: TestServer;
let credentials: Credentials;
let walkers: RawClient[];
let guide: Hereabouts;
let world: World;
let chat: Chat;
let walking: NodeJS.Timeout;
const states: string[] = [];
const complaints: unknown[][] = [];
let calm: { from: number; to: number };
let storm: { from: number; to: number };
let noiseMs: number;
let busyMs: number;
let heldBefore: number;
let report: FuzzReport;
const positions: number[] = [];

describe("bad input", { timeout: 30_000 }, () => {
  beforeAll(
    async () => {
      console.log(`fuzz: ${cases} cases, FUZZ_SEED=${seed}`);
      for (const method of ["warn", "error"] as const) {
        vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void complaints.push(words));
      }
      ({ server, credentials } = await startTarget());
      walkers = [await joinWorld(server.url), await joinWorld(server.url)];
      guide = await connect(server.url, { storage: null, name: "Guide" });
      world = await guide.world("field");
      chat = await guide.chat("fuzz-chat");
      chat.on("connection", ({ state }) => states.push(state));
      chat.on("closed", () => states.push("closed"));
      world.on("connection", ({ state }) => states.push(state));
      world.on("closed", () => states.push("closed"));
      let step = 0;
      walking = setInterval(() => {
        step++;
        walkers.forEach((walker, i) => {
          walker.move({ x: 100 * Math.cos(step / 40 + i), y: 100 * Math.sin(step / 40 + i), z: 0, angle: 0 });
        });
        const other = [...world.people.values()].find(({ isMe, placed }) => placed && !isMe);
        if (other) positions.push(other.x);
      }, stepMs);
      await fuzz({ url: server.url, seed, cases: 2000, ms: 1000, credentials });
      heldBefore = (await watched(server)).held;
      await sleep(500);
      calm = { from: performance.now(), to: 0 };
      await sleep(calmMs);
      calm.to = performance.now();
      storm = { from: calm.to, to: 0 };
      const stopWatch = watchNoise();
      const ms = (cases / casesPerSecond) * 1000;
      report = await fuzz({ url: server.url, seed: seed + 1, cases, ms, credentials });
      storm.to = performance.now();
      const { busy, away } = await watched(server);
      noiseMs = stopWatch() + away;
      busyMs = busy;
    },
    120_000 + (cases / casesPerSecond) * 1000,
  );

  afterAll(async () => {
    clearInterval(walking);
    await guide?.close();
    for (const walker of walkers ?? []) walker.socket.terminate();
    await server?.stop();
    vi.restoreAllMocks();
  });

  it("was sent, each kind of it", () => {
    const counts = Object.values(report.sent);
    expect(counts.reduce((sum, count) => sum + count)).toBe(cases);
    // of the rarest there are 25 by chance
    for (const count of counts) expect(count).toBeGreaterThan(cases / 5000);
  });

  it("[SV5] leaves the process as it was: the same one, ready, and without a single error", async () => {
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(() => process.kill(server.pid, 0)).not.toThrow();
    expect(await server.metric("process_start_time_seconds")).toBeGreaterThan(0);
    expect(server.logs().filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect(await server.metric("hereabouts_errors_total")).toBe(0);
    expect(server.lines.filter(({ from }) => from === "stderr").map(({ text }) => text)).toEqual([]);
  });

  it("is never answered with a failure of the server's own", () => {
    expect(report.failures).toEqual([]);
  });

  it("keeps the seats it came from, but for frames above maxPayload", () => {
    expect(report.lost).toEqual([]);
    expect(Object.keys(report.closes)).toEqual(["1009"]);
    expect(report.closes["1009"]).toBeGreaterThanOrEqual(report.sent.oversize * 0.9);
    expect(report.answering).toBe(report.open);
    expect(report.open).toBeGreaterThan(20);
  });

  it("loses no honest person's seat", async () => {
    expect(walkers.map(({ closed }) => closed)).toEqual([undefined, undefined]);
    for (const walker of walkers) expect((await walker.request("say", { text: "still here" }))?.status).toBe(0);
    expect(states).toEqual([]);
    expect(world.connection).toBe("open");
  });

  it("[CH2] [ID3] leaves the chat without gaps, every line whole and by whom it says, and open to who is honest", async () => {
    const { seq } = await chat.say("still here");
    await until(() => chat.lines.at(-1)?.seq === seq);
    const first = chat.lines[0]!.seq;
    expect(chat.lines.map((line) => line.seq)).toEqual(Array.from(chat.lines, (_, i) => first + i));
    expect(seq).toBeGreaterThan(cases / 2500);
    for (const { author, text } of chat.lines) {
      expect(text.isWellFormed() && [...text].length <= 512).toBe(true);
      expect(author.handle).toMatch(/^[\w.-]{1,32}$/);
    }
  });

  /**
   * Frames come 50 ms apart. The server's own work may hold none up by a fifth of a second; none may come that late, the
   * slowest in a hundred no more than a tick later than in the calm, and as many must come: all of it beyond the machine's
   * noise, which is how late timers were, here and in the server, without any work of their process's own.
   */
  it("makes no honest person's frame late", () => {
    for (const { frameTimes } of walkers) {
      const before = gapsWithin(frameTimes, calm.from, calm.to);
      const during = gapsWithin(frameTimes, storm.from, storm.to);
      const [calmP99, stormP99] = [percentile(before, 0.99), percentile(during, 0.99)];
      const [calmMean, stormMean] = [mean(before), mean(during)];
      const shown = [calmMean, stormMean, calmP99, stormP99, during[0] ?? Infinity, noiseMs].map((ms) => ms.toFixed(0));
      console.info(
        `fuzz: ms between frames, calm and storm: mean ${shown[0]} ${shown[1]}, p99 ${shown[2]} ${shown[3]}`,
      );
      console.info(`fuzz: worst ${shown[4]}, the server's own work ${busyMs.toFixed(0)}, noise ${shown[5]}`);
      expect(busyMs).toBeLessThan(200);
      expect(during[0]).toBeLessThan(250 + noiseMs);
      expect(stormP99).toBeLessThan(calmP99 + 50 + noiseMs);
      expect(stormMean).toBeLessThan(calmMean * 1.15 + noiseMs / 4);
    }
  });

  it("leaves the state that others are sent whole, and their poses moving", () => {
    expect(complaints).toEqual([]);
    for (const { id, handle, name } of world.people.values()) {
      expect([id, handle, name]).toEqual([
        expect.stringMatching(/^.{16}$/),
        expect.stringMatching(/^guest-/),
        expect.any(String),
      ]);
    }
    expect(new Set(positions.slice(-200)).size).toBeGreaterThan(100);
  });

  it("writes at most one line a second of each class, and has few classes; of operators' acts all", () => {
    const byClass = Map.groupBy(
      server.logs().filter(({ audit }) => audit !== true),
      classOf,
    );
    for (const [name, lines] of byClass) expect(closerThan(990, lines), name).toEqual([]);
    expect(byClass.size).toBeLessThan(40);
  });

  it("leaves nothing behind in memory once it is over", async () => {
    for (const walker of walkers) walker.messages.length = 0;
    const held = await until(async () => {
      const { held: bytes } = await watched(server);
      return bytes < heldBefore + 12 * megabyte ? bytes : sleep(2000).then(() => undefined);
    }, 25_000);
    console.info(
      `fuzz: ${(heldBefore / megabyte).toFixed(1)} MB held before, ${((held ?? 0) / megabyte).toFixed(1)} after`,
    );
    expect(held).toBeDefined();
  });
});
