/** A world that was recorded, replayed in a browser: everyone at each tick where they were seen, and what happened when. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts, type World } from "../client/index.ts";
import { readBlocks } from "../schema/blocks.ts";
import { movementType, readHeader } from "../schema/frames.ts";
import { openBrowser } from "./lib/browser.ts";
import { sleep } from "./lib/pace.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { shot } from "./lib/shot.ts";
import { until } from "./lib/walkers.ts";

const login = { username: "viewer", password: "look but do not touch" };
const env = { MONITOR_VIEW_PASSWORD: login.password, AUDIO: "off", GHOST_MS: "0" };
const walkMs = 2500;
const slug = "field";
const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;

/** By time of frames, then by person: where the watcher was told that they were. */
const noted = new Map<number, Record<string, { x: number; y: number; z: number; angle: number }>>();
let server: TestServer;
let browser: Browser;
let context: BrowserContext;
/** Of the recording: its folder, and its path there. */
let folder: string;
let path: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer({ env }), openBrowser()]);
  context = await browser.newContext({ httpCredentials: login, viewport: { width: 1280, height: 800 } });
  await makeRecording();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Some who walk, say, show and change something, one who comes late, and one who notes what they are told. */
async function makeRecording(): Promise<void> {
  const everyone: Hereabouts[] = [];
  const enter = async (name: string) => {
    const here = await connect(server.url, { storage: null, name });
    everyone.push(here);
    return here.world(slug);
  };
  const worlds = [await enter("Ada"), await enter("Bob"), await enter("Cleo")];
  const watcher = worlds[0]!;
  watcher.room.onMessage(movementType as never, ((bytes: Uint8Array) => note(watcher, bytes)) as never);
  const begun = performance.now();
  const walk = setInterval(() => {
    const t = (performance.now() - begun) / 1000;
    worlds.forEach((world, i) => {
      // the second one rests for a while
      const way = i === 1 ? Math.min(t, 0.8) + Math.max(0, t - 1.6) : t;
      // all of them go away from where they began
      world.moveTo({ x: 100 * t + 120 * Math.cos(way * 0.7 + i * 2), y: 90 * Math.sin(way + i * 2), angle: way });
    });
  }, 40);
  await sleep(walkMs * 0.3);
  await worlds[1]!.say("What a place this is");
  await worlds[2]!.emote("♥");
  await worlds[2]!.props.set("lamp-1", { on: true });
  worlds.push(await enter("Dot"));
  await sleep(walkMs * 0.7);
  clearInterval(walk);
  await sleep(100);
  await Promise.all(everyone.map((here) => here.close()));
  const sessions = join(server.dataDir, "sessions");
  await until(
    async () => {
      folder = (await readdir(sessions)).find((name) => name.startsWith(`world-${slug}-`)) ?? "";
      const recordings = folder ? await readdir(join(sessions, folder, "recordings")).catch(() => []) : [];
      path = `recordings/${recordings.find((name) => name.endsWith(".capsule"))}`;
      return !path.endsWith("undefined");
    },
    "the recording is whole",
    5000,
  );
}

function note({ people, room }: World, bytes: Uint8Array): void {
  const header = readHeader(bytes);
  const bySlot = new Map(
    [...people.values()].map((person) => [(person as unknown as { slot: number }).slot, person.id]),
  );
  const poses = noted.get(header.time) ?? {};
  noted.set(header.time, poses);
  readBlocks(bytes, header.end, room.state.bounds, (slot, x, y, z, angle) => {
    const id = bySlot.get(slot);
    if (id) poses[id] = { x, y, z, angle };
  });
}

async function openReplay(file = path): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.url}/monitor/replay#${folder}/${file}`);
  return page;
}

const notice = (page: Page) => page.locator(".toast p").first().textContent();

describe("the replay of a world", () => {
  it("[SE2] has everyone at each tick exactly where a client was told that they were", async () => {
    const page = await openReplay();
    await page.waitForFunction(() => window.replay !== undefined);
    const seen = await page.evaluate(
      async (times) => {
        const { playback, capsule, people } = window.replay!;
        const positions: Record<number, Record<string, object>> = {};
        for (const time of times) {
          playback.seek(time - capsule.header.clock);
          // what is drawn next is of that moment
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          const shown = [...people.values()].filter(({ placed }) => placed);
          positions[time] = Object.fromEntries(shown.map(({ id, x, y, z, angle }) => [id, { x, y, z, angle }]));
        }
        return positions;
      },
      [...noted.keys()],
    );
    let compared = 0;
    for (const [time, poses] of noted) {
      for (const [id, pose] of Object.entries(poses)) {
        expect(seen[time]![id], `${id} at ${time}`).toEqual(pose);
        compared++;
      }
    }
    expect([...noted.values()].flatMap((poses) => Object.values(poses)).every(({ x }) => Number.isFinite(x))).toBe(
      true,
    );
    expect(noted.size).toBeGreaterThan(30);
    expect(compared).toBeGreaterThan(100);
    await page.close();
  });

  it("[SE2] plays, pauses, scrubs by mouse and by keys, and tells what was said when", async () => {
    const page = await openReplay();
    await page.waitForFunction(() => window.replay !== undefined);
    const at = () => page.evaluate(() => window.replay!.playback.t);
    await page.locator("#speed").selectOption("16");
    await page.keyboard.press("Escape");
    await page.locator("#canvas").focus();
    await page.keyboard.press(" ");
    await page.waitForFunction(() => window.replay!.playback.t === window.replay!.playback.durationMs);
    await page.waitForFunction(() => document.getElementById("play")?.ariaLabel === "Play");
    await page.keyboard.press("Home");
    expect(await at()).toBe(0);
    await page.locator("#scrub").focus();
    await page.keyboard.press("End");
    expect(await at()).toBe(await page.evaluate(() => window.replay!.playback.durationMs));
    await page.locator("#scrub").click({ position: { x: 40, y: 16 } });
    expect(await at()).toBeLessThan(1500);
    const line = page.locator("#events button", { hasText: "What a place this is" });
    await line.click();
    const said = await page.evaluate(() => window.replay!.capsule.events.find(({ type }) => type === "say")!.t);
    expect(await at()).toBe(said);
    await page.waitForFunction(() => [...window.replay!.people.values()].some((each) => each.bubble && each.isMe));
    await shot(page, "replay", 800);
    expect(await page.locator("#people [aria-pressed=true]").textContent()).toContain("Bob");
    expect(await page.locator("#events").textContent()).toContain('set lamp-1: {"on":true}');
    await page.locator("#sieve").selectOption("words");
    await page.waitForFunction(() => document.querySelectorAll("#events li").length === 2);
    await page.close();
  });

  it("[SE2] looks where everyone is, clear of what lies over the picture, as long as nobody is followed", async () => {
    const page = await openReplay();
    await page.waitForFunction(() => window.replay !== undefined);
    for (const part of [0.02, 0.3, 0.6, 0.95, 0.02]) {
      await page.evaluate((to) => window.replay!.playback.seek(to * window.replay!.playback.durationMs), part);
      const hidden = () =>
        page.evaluate(() => {
          const { camera, people } = window.replay!;
          const { top, right, bottom, left } = camera.insets;
          const [from, to] = [camera.toWorld(left, top), camera.toWorld(innerWidth - right, innerHeight - bottom)];
          const placed = [...people.values()].filter((person) => person.placed);
          return placed
            .filter(({ x, y }) => x < from.x || x > to.x || y < from.y || y > to.y)
            .map(({ name, x, y }) => ({ name, x, y, from, to }));
        });
      await expect.poll(hidden).toEqual([]);
    }
    const side = await page.locator("#side").boundingBox();
    expect(await page.evaluate(() => innerWidth - window.replay!.camera.insets.right)).toBeLessThanOrEqual(side!.x + 1);
    await page.close();
  });

  it("[SE2] says what is wrong with a recording that is missing, foreign, or broken off", async () => {
    const recordings = join(server.dataDir, "sessions", folder, "recordings");
    const bytes = await readFile(join(server.dataDir, "sessions", folder, path));
    await writeFile(join(recordings, "cut-1.capsule"), bytes.subarray(0, -20));
    await writeFile(join(recordings, "song-1.capsule"), "ID3 and so on");
    const missing = await openReplay("recordings/none.capsule");
    expect(await notice(missing)).toBe("There is no such recording.");
    await shot(missing, "missing");
    expect(await notice(await openReplay("recordings/song-1.capsule"))).toBe("This file is not a capsule.");
    expect(await notice(await openReplay("recordings/cut-1.capsule"))).toContain("broken off");
    const page = await context.newPage();
    await page.goto(`${server.url}/monitor/replay`);
    expect(await notice(page)).toBe("This address names no recording.");
  });

  it("[SE2] fits a phone, in the dark and without motion", async () => {
    const phone = await browser.newContext({
      httpCredentials: login,
      viewport: { width: 390, height: 780 },
      ...{ hasTouch: true, isMobile: true, colorScheme: "dark", reducedMotion: "reduce" },
    });
    const page = await phone.newPage();
    await page.goto(`${server.url}/monitor/replay#${folder}/${path}`);
    await page.waitForFunction(() => window.replay !== undefined);
    await page.locator("#scrub").tap({ position: { x: 200, y: 16 } });
    await shot(page, "phone", 800);
    await page.locator("#happenings summary").tap();
    await page.locator("#events button", { hasText: "What a place this is" }).waitFor();
    await shot(page, "phone-events", 800);
    const boxes = await page.evaluate(() =>
      [...document.querySelectorAll(".panel, .deck > *")].map(
        (each) => each.getBoundingClientRect().toJSON() as DOMRect,
      ),
    );
    for (const { left, right, bottom } of boxes) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(390);
      expect(bottom).toBeLessThanOrEqual(780);
    }
    await phone.close();
  });

  it("[OP1] is for operators: nothing of it without a login, however it is asked for", async () => {
    const statusOf = async (where: string, init: RequestInit = {}) =>
      (await fetch(`${server.url}${where}`, init)).status;
    for (const where of [
      "/monitor/replay",
      "/monitor/replay/",
      "/MONITOR/Replay",
      `/ops/sessions/${folder}/files/${path}`,
    ]) {
      for (const method of ["GET", "HEAD"]) expect(await statusOf(where, { method })).toBe(401);
      expect(await statusOf(where, { headers: { authorization: basic } })).toBe(200);
      expect(await statusOf(where, { method: "HEAD", headers: { authorization: basic } })).toBe(200);
    }
    const past = ["/replay.html", "/%72eplay.html", "/.operators/replay.html", "/%2eoperators/replay.html"];
    for (const where of past) expect(await statusOf(where)).toBe(404);
  });
});
