/** The radio page in real browsers, through a proxy that cuts, holds and ends what passes. For one test file. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { AudioEvent } from "../../schema/audio.ts";
import { newcomer, openBrowser } from "./browser.ts";
import { type Cuttable, startCuttable } from "./cuttable.ts";
import { makeMusic } from "./music.ts";
import { startTestServer, type TestServer } from "./server.ts";

/** What a page notes of its own sound, beside the player. */
declare global {
  interface Window {
    noted: { sounds: HTMLAudioElement[]; events: AudioEvent[]; urls: string[]; playingAt: number };
  }
}

export let server: TestServer;
export let proxy: Cuttable;
let browser: Browser;
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

export async function someone() {
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

export async function openRadio(context: BrowserContext, path = "/radio", url = proxy.url): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url + path);
  await page.waitForFunction(() => window.radio);
  return page;
}

export const playback = (page: Page) => page.evaluate(() => window.radio!.audio.playback);
export const sessionOf = (page: Page) => page.evaluate(() => window.radio!.audio.session.id);
const currentTime = (page: Page) => page.evaluate(() => window.noted.sounds[0]!.currentTime);

/** Playing, and sound moves. */
export async function isHeard(page: Page): Promise<void> {
  await page.waitForFunction(() => window.radio!.audio.playback === "playing", undefined, { timeout: 30_000 });
  const before = await currentTime(page);
  await page.waitForFunction((at) => window.noted.sounds[0]!.currentTime !== at, before);
}

export async function listen(page: Page): Promise<void> {
  await page.click("#play");
  await isHeard(page);
}

/** A stream of another start than those. */
export async function gotAnother(urls: string[]): Promise<void> {
  const others = () => proxy.open("/stream/").filter((url) => !urls.includes(url)).length;
  await expect.poll(others, { timeout: 30_000 }).toBe(1);
}
