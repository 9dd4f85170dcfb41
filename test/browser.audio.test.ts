/** What is shown is what is heard: the radio in real browsers, through a network that is cut, held and ended. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AudioEvent } from "../schema/audio.ts";
import { frameMs } from "../schema/mp3Frames.ts";
import { newcomer, openBrowser } from "./lib/browser.ts";
import { type Cuttable, startCuttable } from "./lib/cuttable.ts";
import { makeMusic } from "./lib/music.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

/** What a page notes of its own sound, beside the player. */
declare global {
  interface Window {
    noted: { sounds: HTMLAudioElement[]; events: AudioEvent[]; urls: string[]; playingAt: number };
  }
}

const soundWithinMs = 300;
const titleWithinMs = 50;
const alignedWithinMs = 10;

let server: TestServer;
let browser: Browser;
let proxy: Cuttable;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  await makeMusic();
  [server, browser] = await Promise.all([startTestServer(), openBrowser()]);
  proxy = await startCuttable(server.url);
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
afterAll(async () => {
  await browser?.close();
  proxy?.close();
  await server?.stop();
});

async function someone() {
  const person = await newcomer(browser);
  contexts.push(person.context);
  await person.context.addInitScript(() => {
    window.noted = { sounds: [], events: [], urls: [], playingAt: 0 };
    window.Audio = class extends Audio {
      constructor() {
        super();
        window.noted.sounds.push(this);
        this.addEventListener("playing", () => (window.noted.playingAt = performance.now()));
      }
    };
    window.EventSource = class extends EventSource {
      constructor(url: string | URL) {
        super(url);
        window.noted.urls.push(String(url));
        this.addEventListener("message", ({ data }) => window.noted.events.push(JSON.parse(data)));
      }
    };
  });
  return person;
}

async function openRadio(context: BrowserContext, path = "/radio", url = proxy.url): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url + path);
  await page.waitForFunction(() => window.radio);
  return page;
}

const playback = (page: Page) => page.evaluate(() => window.radio!.audio.playback);
const sessionOf = (page: Page) => page.evaluate(() => window.radio!.audio.session.id);
const currentTime = (page: Page) => page.evaluate(() => window.noted.sounds[0]!.currentTime);

/** Playing, and sound moves. */
async function isHeard(page: Page): Promise<void> {
  await page.waitForFunction(() => window.radio!.audio.playback === "playing", undefined, { timeout: 30_000 });
  const before = await currentTime(page);
  await page.waitForFunction((at) => window.noted.sounds[0]!.currentTime !== at, before);
}

async function listen(page: Page): Promise<void> {
  await page.click("#play");
  await isHeard(page);
}

/** A stream of another start than those. */
async function gotAnother(urls: string[]): Promise<void> {
  const others = () => proxy.open("/stream/").filter((url) => !urls.includes(url)).length;
  await expect.poll(others, { timeout: 30_000 }).toBe(1);
}

describe("the radio page", () => {
  it("[AU11] sounds within 300 ms of the click on a warm page, of one session by sound and events", async () => {
    const { context, errors } = await someone();
    const page = await openRadio(context);
    await listen(page);
    const tookMs: number[] = [];
    for (let i = 0; i < 5; i++) {
      await page.click("#play");
      expect(await playback(page)).toBe("paused");
      await page.evaluate(() => {
        window.noted.playingAt = 0;
        addEventListener("click", () => Object.assign(window, { clickedAt: performance.now() }), {
          once: true,
          capture: true,
        });
      });
      await listen(page);
      tookMs.push(
        await page.evaluate(() => window.noted.playingAt - (window as unknown as { clickedAt: number }).clickedAt),
      );
    }
    console.info(`from the click to sound, ms: ${tookMs.map(Math.round).join(" ")}`);
    expect(Math.max(...tookMs)).toBeLessThan(soundWithinMs);
    const session = await sessionOf(page);
    const [streams, feeds] = [proxy.open("/stream/"), proxy.open("/events/")];
    expect([streams.length, feeds.length]).toEqual([1, 1]);
    expect(streams[0]!.replace("/stream/", "")).toBe(feeds[0]!.replace("/events/", ""));
    expect(streams[0]).toContain(session);
    expect(errors).toEqual([]);
  });

  it("[AU6] changes the title within 50 ms of when the new track is heard", async () => {
    const { context } = await someone();
    const page = await openRadio(context);
    await page.evaluate(() => window.radio!.audio.create(`titles ${Math.random()}`));
    await listen(page);
    const lateMs: number[] = [];
    for (let i = 0; i < 3; i++) {
      const change = page.evaluate(
        () =>
          new Promise<{ title: string; seconds: number }>((resolve) => {
            const title = document.querySelector("#track")!;
            const observer = new MutationObserver(() => {
              observer.disconnect();
              resolve({ title: title.textContent, seconds: window.noted.sounds[0]!.currentTime });
            });
            observer.observe(title, { childList: true, characterData: true, subtree: true });
          }),
      );
      await page.click("#skip");
      const { title, seconds } = await change;
      const events = await page.evaluate(() => window.noted.events);
      const joined = events.findLast((event) => event.type === "joined")!;
      const track = events.findLast((event) => event.type === "track" && event.track.title === title);
      const announced = events.findLast((event) => event.type === "track" && event.next?.title === title);
      const frame =
        track?.type === "track" ? track.frame : announced?.type === "track" ? announced.nextFrame! : Number.NaN;
      lateMs.push(joined.frame * frameMs + seconds * 1000 - frame * frameMs);
    }
    console.info(`titles after what is heard, ms: ${lateMs.map(Math.round).join(" ")}`);
    for (const ms of lateMs) expect(Math.abs(ms)).toBeLessThan(titleWithinMs);
  });

  it("[AU6] two pages are within 10 ms of each other after alignment", async () => {
    const people = await Promise.all([someone(), someone()]);
    const pages = await Promise.all(people.map(({ context }) => openRadio(context, "/radio", server.url)));
    await listen(pages[0]!);
    await pages[0]!.waitForTimeout(700);
    await listen(pages[1]!);
    const before = await distanceMs(pages);
    await Promise.all(pages.map((page) => page.check("#aligned")));
    await expect.poll(async () => Math.abs(await distanceMs(pages)), { timeout: 40_000 }).toBeLessThan(alignedWithinMs);
    await pages[0]!.waitForTimeout(10_000);
    const after = await distanceMs(pages);
    console.info(`two pages apart, ms: ${before.toFixed(1)} before, ${after.toFixed(1)} after alignment`);
    expect(Math.abs(after)).toBeLessThan(alignedWithinMs);
  });

  it("[AU9] events cut: the same session again, and the sound goes on untouched", async () => {
    const { context } = await someone();
    const page = await openRadio(context);
    await listen(page);
    const [session, src] = await page.evaluate(() => [window.radio!.audio.session.id, window.noted.sounds[0]!.src]);
    proxy.cut("/events/");
    await page.waitForFunction(() => window.radio!.audio.health.events === "lost");
    await page.waitForFunction(() => window.radio!.audio.health.events === "open");
    expect(proxy.open("/events/")).toEqual([src!.replace(proxy.url, "").replace("/stream/", "/events/")]);
    expect(await page.evaluate(() => [window.radio!.audio.session.id, window.noted.sounds[0]!.src])).toEqual([
      session,
      src,
    ]);
    await isHeard(page);
  });

  it.each(["cut", "end", "hold"] as const)(
    "[AU9] sound lost (%s): recovered in the same session, without a reload",
    async (how) => {
      const { context } = await someone();
      const page = await openRadio(context);
      await listen(page);
      const [session, urls] = [await sessionOf(page), proxy.open("/stream/")];
      await page.evaluate(() => Object.assign(window, { isSamePage: true }));
      const at = performance.now();
      proxy[how]("/stream/");
      await gotAnother(urls);
      await isHeard(page);
      console.info(`sound is back ${((performance.now() - at) / 1000).toFixed(1)} s after "${how}"`);
      expect(await page.evaluate(() => "isSamePage" in window)).toBe(true);
      expect(await sessionOf(page)).toBe(session);
    },
  );

  it("[AU9] both cut: restarted", async () => {
    const { context } = await someone();
    const page = await openRadio(context);
    await listen(page);
    const [session, urls] = [await sessionOf(page), proxy.open("/stream/")];
    proxy.cut("/events/");
    proxy.cut("/stream/");
    await gotAnother(urls);
    await isHeard(page);
    await page.waitForFunction(() => window.radio!.audio.health.events === "open");
    expect(await sessionOf(page)).toBe(session);
  });

  it("[AU9] a pause is not a death: nothing is fetched, and play comes back to what is on air", async () => {
    const { context } = await someone();
    const page = await openRadio(context);
    await listen(page);
    await page.click("#play");
    await expect.poll(() => proxy.open("/stream/")).toEqual([]);
    await page.waitForTimeout(14_000);
    expect(await playback(page)).toBe("paused");
    expect(proxy.open("/stream/")).toEqual([]);
    await listen(page);
  });

  it("[AU4] a reload keeps the session; [AU11] a follower hears and may not command", async () => {
    const { context, errors } = await someone();
    const page = await openRadio(context);
    await page.fill("#name", "evening");
    await page.press("#name", "Enter");
    await page.waitForFunction(() => window.radio!.audio.session.name === "evening");
    const session = await sessionOf(page);
    expect(new URL(page.url()).pathname).toBe(`/session/${session}`);
    await page.goto(`${proxy.url}/radio`);
    await page.waitForFunction(() => window.radio);
    expect(await sessionOf(page)).toBe(session);

    const other = await someone();
    const follower = await openRadio(other.context, "/session/follow/evening");
    await follower.getByText("FOLLOWING: evening").waitFor();
    await follower.getByText("read-only", { exact: true }).waitFor();
    expect(await follower.locator("#directions button:enabled, #skip:enabled").count()).toBe(0);
    await listen(follower);
    expect(await follower.locator("#track").textContent()).toBe(await page.locator("#track").textContent());
    const refused = await follower.evaluate(() => window.radio!.audio.next().catch((error) => error.code));
    expect(refused).toBe("READ_ONLY");
    expect([...errors, ...other.errors]).toEqual([]);
  });

  it("[AU11] a direction is chosen, the journey grows, and one goes back in it", async () => {
    const { context, errors } = await someone();
    const page = await openRadio(context);
    await page.evaluate(() => window.radio!.audio.create(`way ${Math.random()}`));
    await page.click("[data-direction=calmer]");
    await page.locator("[data-direction=calmer][aria-pressed=true]").waitFor();
    const first = await page.locator("#steps li").textContent();
    await page.click("#skip");
    await page.locator("#steps li").nth(1).waitFor({ timeout: 20_000 });
    await page.locator("#steps .link").last().click();
    await expect
      .poll(() => page.locator("#steps li.here .step-title").textContent(), { timeout: 20_000 })
      .toBe(first!.replace(/the beginning.*/, ""));
    const link = await page.evaluate(() => window.radio!.audio.journey.link);
    const other = await openRadio(context, `/radio?journey=${link}`);
    expect(await other.evaluate(() => window.radio!.audio.session.name)).toMatch(/^journey /);
    const shown = (on: Page) => on.locator("#steps li.here .step-title").textContent();
    expect(await shown(other)).toBe(await shown(page));
    expect(errors).toEqual([]);
  });
});

/** How far the second page is behind the first, by the machine's clock. */
async function distanceMs(pages: Page[]): Promise<number> {
  const [first, second] = await Promise.all(pages.map((page) => page.evaluate(heardSince)));
  return first! - second!;
}

/** What a page hears, in ms of the stream, less the time: the median of some looks. */
async function heardSince(): Promise<number> {
  const { sounds, events } = window.noted;
  const joined = events.findLast((event) => event.type === "joined")!;
  const looks: number[] = [];
  for (let i = 0; i < 21; i++) {
    const now = performance.timeOrigin + performance.now();
    looks.push((joined.frame * 1152 * 1000) / 44_100 + sounds[0]!.currentTime * 1000 - now);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return looks.sort((a, b) => a - b)[10]!;
}
