/** The pages of pieces with a server side, in real browsers: by pointer and by keys, on a desk and on a phone. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newcomer, openBrowser } from "./lib/browser.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { shot } from "./lib/shot.ts";

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(slug: string, options: Parameters<typeof newcomer>[1] = {}) {
  const { context, errors } = await newcomer(browser, options);
  const page = await context.newPage();
  await page.goto(`${server.url}/${slug}`);
  await page.waitForFunction(() => window.hereabouts?.world.me);
  return { page, errors, context };
}

const strokes = (page: Page) =>
  page.evaluate(
    () => [...window.hereabouts!.world.props.entries()].filter(([key]) => key.startsWith("stroke-")).length,
  );
const seesStrokes = (page: Page, count: number) => expect.poll(() => strokes(page), { timeout: 5000 }).toBe(count);

async function drawLine(page: Page, [x, y]: readonly [number, number], [toX, toY]: readonly [number, number]) {
  const { x: left, y: top, width, height } = (await page.locator("#sheet").boundingBox())!;
  await page.mouse.move(left + x * width, top + y * height);
  await page.mouse.down();
  await page.mouse.move(left + toX * width, top + toY * height, { steps: 12 });
  await page.mouse.up();
}

const isWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

describe("paint", () => {
  it("[WO3] everyone sees what is drawn, takes off their own only, and finds it there when they are back", async () => {
    const [ada, bob] = await Promise.all([open("paint"), open("paint")]);
    await drawLine(ada.page, [0.1, 0.2], [0.6, 0.7]);
    await ada.page.getByRole("radio", { name: "red" }).check();
    await ada.page.getByRole("radio", { name: "20 wide" }).check();
    await drawLine(ada.page, [0.3, 0.8], [0.8, 0.2]);
    await seesStrokes(bob.page, 2);
    await bob.page.locator("#sheet").focus();
    await bob.page.keyboard.press("Space");
    for (let i = 0; i < 8; i++) await bob.page.keyboard.press("ArrowRight");
    await bob.page.keyboard.press("Space");
    await seesStrokes(ada.page, 3);
    await shot(bob.page, "paint");
    await bob.page.getByRole("button", { name: "Take all mine off" }).click();
    await seesStrokes(ada.page, 2);
    await ada.page.locator("#sheet").press("u");
    await seesStrokes(bob.page, 1);
    await ada.page.reload();
    await ada.page.waitForFunction(() => window.hereabouts?.world.me);
    await seesStrokes(ada.page, 1);
    // the line is on the canvas, in ink
    const isInked = await ada.page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const canvas = document.querySelector<HTMLCanvasElement>("#sheet")!;
      const at = [0.35 * canvas.width, 0.45 * canvas.height] as const;
      return canvas.getContext("2d")!.getImageData(...at, 1, 1).data[3]! > 0;
    });
    expect(isInked).toBe(true);
    expect([...ada.errors, ...bob.errors]).toEqual([]);
  });

  it("fits on a phone, by day and by night", async () => {
    const { page, errors } = await open("paint", { width: 360, height: 740, touch: true });
    expect(await isWide(page)).toBe(false);
    await shot(page, "paint-phone");
    await page.bringToFront(); // pages behind others are told late
    await page.emulateMedia({ colorScheme: "dark" });
    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--paper"));
    await expect.poll(paper).toContain("oklch(0.2");
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await shot(page, "paint-phone-dark");
    expect(errors).toEqual([]);
  });

  it("is found from the gallery, as are the bells and the puck", async () => {
    const { context, errors } = await newcomer(browser, { width: 1200, height: 1100 });
    const page = await context.newPage();
    await page.goto(server.url);
    await shot(page, "gallery");
    await page.getByRole("link", { name: /paint/ }).click();
    await page.waitForFunction(() => window.hereabouts?.world.me);
    expect(new URL(page.url()).pathname).toBe("/paint");
    await page.goBack();
    await page.getByRole("link", { name: /bells/ }).click();
    await page.waitForFunction(() => window.hereabouts?.world.me);
    expect(new URL(page.url()).pathname).toBe("/bells");
    await page.goBack();
    await page.getByRole("link", { name: /puck/ }).click();
    await page.waitForFunction(() => window.hereabouts?.world.me);
    expect(new URL(page.url()).pathname).toBe("/puck");
    expect(errors).toEqual([]);
  });
});

describe("bells", () => {
  const notes = (page: Page) => page.locator('.note[aria-pressed="true"]').count();
  const seesNotes = (page: Page, count: number) => expect.poll(() => notes(page), { timeout: 5000 }).toBe(count);

  it("[WO3] everyone has six notes, by pointer or by keys, and sees whose they are", async () => {
    const [ada, bob] = await Promise.all([open("bells"), open("bells", { width: 360, height: 740, touch: true })]);
    for (let beat = 1; beat <= 7; beat++) await ada.page.getByRole("button", { name: `A5, beat ${beat}` }).click();
    await seesNotes(bob.page, 6);
    await bob.page.getByRole("button", { name: "E6, beat 1" }).focus();
    for (const key of ["ArrowDown", "ArrowRight", "Enter"]) await bob.page.keyboard.press(key);
    await seesNotes(ada.page, 7);
    await bob.page.getByRole("button", { name: "C5, beat 8" }).tap();
    await seesNotes(ada.page, 8);
    await bob.page.getByRole("button", { name: /A5, beat 3, of guest/ }).tap();
    await bob.page.getByText(/guest-\w+'s/).waitFor();
    await ada.page.getByRole("button", { name: "Listen" }).click();
    await ada.page.getByRole("button", { name: "Be silent" }).waitFor();
    await ada.page.waitForSelector(".note.now");
    await shot(ada.page, "bells");
    await bob.page.emulateMedia({ colorScheme: "dark" });
    await shot(bob.page, "bells-phone-dark");
    expect(await isWide(bob.page)).toBe(false);
    expect([...ada.errors, ...bob.errors]).toEqual([]);
  });
});

describe("puck", () => {
  const places = (page: Page) =>
    page.evaluate(() => {
      const { world } = window.hereabouts!;
      const state = world.room.state as unknown as { players: Iterable<{ person: string; x: number; y: number }> };
      return Object.fromEntries([...state.players].map(({ person, x, y }) => [person, { x, y }]));
    });
  const myId = (page: Page) => page.evaluate(() => window.hereabouts!.world.me!.id);

  it("[WO7] everyone pushes their own, by keys or by finger, and sees the others", async () => {
    const [ada, bob] = await Promise.all([open("puck"), open("puck", { width: 360, height: 740, touch: true })]);
    const [a, b] = await Promise.all([myId(ada.page), myId(bob.page)]);
    await expect.poll(async () => Object.keys(await places(ada.page)), { timeout: 5000 }).toContain(b);
    await ada.page.getByText(/You play to the (right|left)/).waitFor();
    await bob.page.getByText(/You play (up|down)/).waitFor();
    const before = await places(bob.page);
    await ada.page.keyboard.down("ArrowDown");
    await expect.poll(async () => (await places(bob.page))[a]!.y, { timeout: 5000 }).toBeGreaterThan(before[a]!.y + 20);
    await ada.page.keyboard.up("ArrowDown");
    // a tap at the left edge of a table that is turned is at the top of one that is not
    const { x, y, height } = (await bob.page.locator("#table").boundingBox())!;
    await bob.page.touchscreen.tap(x + 40, y + height / 2);
    await expect.poll(async () => (await places(ada.page))[b]!.y, { timeout: 5000 }).toBeLessThan(before[b]!.y - 20);
    await shot(ada.page, "puck");
    await bob.page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await bob.page.waitForTimeout(100);
    await shot(bob.page, "puck-phone-dark");
    expect(await isWide(bob.page)).toBe(false);
    expect([...ada.errors, ...bob.errors]).toEqual([]);
  });
});
