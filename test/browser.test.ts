/** What people see in the field, in real browsers: two of them, reloads, tabs, other pieces, and a phone. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { newcomer, openBrowser, openWorld } from "./lib/browser.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { shot } from "./lib/shot.ts";

const graceMs = 2500;
const ghostMs = 1500;

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startTestServer({ env: { GRACE_MS: String(graceMs), GHOST_MS: String(ghostMs) } }),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Events of the roster that a page is told from now on. */
async function record(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const events: string[] = [];
    Object.assign(window, { events });
    const { world } = window.hereabouts!;
    for (const type of ["join", "leave", "ghost", "return"] as const) {
      world.on(type, (data) => events.push("reason" in data ? `${type} ${data.reason}` : type));
    }
  });
  return () => page.evaluate(() => (window as unknown as { events: string[] }).events);
}

const statusOfOther = (page: Page) =>
  page.evaluate(() => [...window.hereabouts!.world.people.values()].find((person) => !person.isMe)?.status);

const waitForStatus = (page: Page, status: string | undefined, timeout = 5000) =>
  page.waitForFunction(
    (wanted) => [...window.hereabouts!.world.people.values()].find((person) => !person.isMe)?.status === wanted,
    status,
    { timeout },
  );

/** Draws `person.x` of oneself or the other at each animation frame, with the machine's clock. */
async function trace(page: Page, isMe: boolean): Promise<() => Promise<{ at: number; x: number }[]>> {
  await page.evaluate((mine) => {
    const points: { at: number; x: number }[] = [];
    Object.assign(window, { points });
    const draw = () => {
      const person = [...window.hereabouts!.world.people.values()].find((other) => other.isMe === mine);
      if (person) points.push({ at: Date.now(), x: person.x });
      requestAnimationFrame(draw);
    };
    draw();
  }, isMe);
  return () => page.evaluate(() => (window as unknown as { points: { at: number; x: number }[] }).points);
}

/** One walks for a moment, the other looks on: what each drew, and how much later the other did, at four places. */
async function walk(pageA: Page, pageB: Page, key: "ArrowRight" | "ArrowLeft" = "ArrowRight") {
  const [drawnA, drawnB] = [await trace(pageA, true), await trace(pageB, false)];
  await pageA.locator("#canvas").focus();
  await pageA.keyboard.down(key);
  await pageA.waitForTimeout(1200);
  await shot(pageB, "walking");
  await pageA.keyboard.up(key);
  await pageA.waitForTimeout(500);
  const [a, b] = [await drawnA(), await drawnB()];
  const start = a[0]!.x;
  const movedAt = (points: typeof a, by: number) => points.find(({ x }) => Math.abs(x - start) > by)!.at;
  const lags = [20, 60, 100, 140].map((by) => movedAt(b, by) - movedAt(a, by));
  return { a, b, lags };
}

describe("the field", () => {
  it("[MV6] one walks, the other sees it within 150 ms and draws it smoothly", async () => {
    const [ada, bob] = await Promise.all([newcomer(browser), newcomer(browser)]);
    const [pageA, pageB] = await Promise.all([
      openWorld(ada.context, `${server.url}/field`),
      openWorld(bob.context, `${server.url}/field`),
    ]);
    await pageB.waitForFunction(() => window.hereabouts!.world.people.size === 2);
    const { a, b, lags } = await walk(pageA, pageB);
    expect(Math.max(...lags), `lags ${lags} ms`).toBeLessThanOrEqual(150);
    const steps = b.slice(1).map(({ x, at }, i) => ({ dx: x - b[i]!.x, ms: Math.max(8, at - b[i]!.at) }));
    expect(Math.min(...steps.map(({ dx }) => dx)), "never back").toBeGreaterThan(-1.5);
    expect(Math.max(...steps.map(({ dx, ms }) => dx / ms)), "units a ms").toBeLessThan(0.6);
    expect(Math.abs(a.at(-1)!.x - b.at(-1)!.x)).toBeLessThan(0.1);
    expect([...ada.errors, ...bob.errors]).toEqual([]);
    await Promise.all([ada.context.close(), bob.context.close()]);
  });

  it("[PR4] a reload keeps its place, without a leave", async () => {
    const [ada, bob] = await Promise.all([newcomer(browser), newcomer(browser)]);
    const url = `${server.url}/reloaded`;
    const [pageA, pageB] = await Promise.all([openWorld(ada.context, url), openWorld(bob.context, url)]);
    await pageB.waitForFunction(() => window.hereabouts!.world.people.size === 2);
    await pageA.locator("#canvas").focus();
    await pageA.keyboard.press("ArrowDown", { delay: 600 });
    await pageA.waitForTimeout(300);
    const place = await pageA.evaluate(() => ({
      x: window.hereabouts!.world.me!.x,
      y: window.hereabouts!.world.me!.y,
    }));
    const events = await record(pageB);
    await pageA.reload();
    await pageA.waitForFunction(() => window.hereabouts?.world.me?.placed);
    const again = await pageA.evaluate(() => ({
      x: window.hereabouts!.world.me!.x,
      y: window.hereabouts!.world.me!.y,
    }));
    expect(Math.hypot(again.x - place.x, again.y - place.y)).toBeLessThan(1);
    await pageB.waitForTimeout(graceMs + 500);
    expect(await events()).toEqual([]);
    expect(await pageB.evaluate(() => window.hereabouts!.world.counts)).toMatchObject({ people: 2, connections: 2 });
    await Promise.all([ada.context.close(), bob.context.close()]);
  });

  it("[PR9] a second tab takes over; the first one says so and can take it back", async () => {
    const ada = await newcomer(browser);
    const url = `${server.url}/tabs`;
    const first = await openWorld(ada.context, url);
    const second = await openWorld(ada.context, url);
    await first.getByRole("button", { name: "Play here" }).waitFor();
    await shot(first, "spectator");
    expect(await first.evaluate(() => window.hereabouts!.world.counts)).toMatchObject({ people: 1, connections: 2 });
    await first.getByRole("button", { name: "Play here" }).click();
    await second.getByRole("button", { name: "Play here" }).waitFor();
    expect(await first.evaluate(() => window.hereabouts!.world.role)).toBe("player");
    await ada.context.close();
  });

  it("[PR4] going to another piece leaves a ghost, then nobody; a closed tab is held for the grace", async () => {
    const [ada, bob] = await Promise.all([newcomer(browser), newcomer(browser)]);
    const url = `${server.url}/leaving`;
    const [pageA, pageB] = await Promise.all([openWorld(ada.context, url), openWorld(bob.context, url)]);
    await waitForStatus(pageB, "here");
    const events = await record(pageB);

    await pageA.evaluate(() => window.hereabouts!.here.travel("elsewhere", { share: true }).then(() => {}));
    await waitForStatus(pageB, "ghost");
    await shot(pageB, "ghost");
    await waitForStatus(pageB, undefined, ghostMs + 2000);

    await pageA.goto(url);
    await waitForStatus(pageB, "here");
    await pageA.goto(`${server.url}/further`);
    await waitForStatus(pageB, "ghost");
    await pageA.goto(url);
    await waitForStatus(pageB, "here");

    const closedAt = performance.now();
    await pageA.close();
    await waitForStatus(pageB, "away");
    await shot(pageB, "away");
    await waitForStatus(pageB, undefined, graceMs + 2000);
    expect(performance.now() - closedAt).toBeGreaterThan(graceMs - 100);
    expect(await events()).toEqual(["ghost", "leave moved", "join", "ghost", "return", "leave lost"]);
    expect(await statusOfOther(pageB)).toBeUndefined();
    await Promise.all([ada.context.close(), bob.context.close()]);
  });

  it("[WO6] a button in the list goes along with someone, until it is pressed again or one goes elsewhere", async () => {
    const [ada, bob] = await Promise.all([newcomer(browser), newcomer(browser)]);
    const [pageA, pageB] = await Promise.all(
      [ada, bob].map(({ context }) => openWorld(context, `${server.url}/together`)),
    );
    const go = (page: Page, slug: string) =>
      page.evaluate((to) => window.hereabouts!.here.travel(to, { share: true }).then(() => {}), slug);
    const isIn = (page: Page, slug: string) =>
      page.waitForFunction(
        (wanted) => window.hereabouts!.world.slug === wanted && location.pathname.endsWith(wanted),
        slug,
      );
    const button = (name: RegExp) => pageB!.locator("#people").getByRole("button", { name });

    await button(/^Follow /).click();
    await button(/^Stop following /).waitFor();
    await shot(pageB!, "following");
    await go(pageA!, "far-away");
    await isIn(pageB!, "far-away");
    await go(pageA!, "further-away");
    await isIn(pageB!, "further-away");
    await waitForStatus(pageB!, "here");
    await shot(pageB!, "followed");
    await button(/^Stop following /).click();
    await button(/^Follow /).waitFor();
    await go(pageA!, "together");
    await waitForStatus(pageB!, "ghost");
    await shot(pageB!, "not following");
    await waitForStatus(pageB!, undefined);
    expect(await pageB!.evaluate(() => window.hereabouts!.world.slug)).toBe("further-away");
    expect([...ada.errors, ...bob.errors]).toEqual([]);
    await Promise.all([ada.context.close(), bob.context.close()]);
  });

  it("[WO2] what one says stands over one's head, and in the other's browser too", async () => {
    const [ada, bob] = await Promise.all([newcomer(browser), newcomer(browser)]);
    const url = `${server.url}/talking`;
    const [pageA, pageB] = await Promise.all([openWorld(ada.context, url), openWorld(bob.context, url)]);
    await waitForStatus(pageB, "here");
    await pageA.getByLabel(/^Say something/).fill("hello there");
    await pageA.keyboard.press("Enter");
    await pageB.waitForFunction(() =>
      [...window.hereabouts!.world.people.values()].some((p) => p.bubble === "hello there"),
    );
    await shot(pageB, "bubble");
    expect([...ada.errors, ...bob.errors]).toEqual([]);
    await Promise.all([ada.context.close(), bob.context.close()]);
  });

  it("works on a phone: nothing lies beside the screen, a touch walks", async () => {
    const ada = await newcomer(browser, { width: 360, height: 740, touch: true });
    const page = await openWorld(ada.context, `${server.url}/field`);
    const before = await page.evaluate(() => window.hereabouts!.world.me!.y);
    await page.touchscreen.tap(180, 200);
    await page.waitForFunction((y) => Math.abs(window.hereabouts!.world.me!.y - y) > 5, before);
    await shot(page, "phone");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(ada.errors).toEqual([]);
    await ada.context.close();
  });
});

describe("datagrams", () => {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
  const carriers = (pages: Page[]) =>
    Promise.all(pages.map((page) => page.locator("#link").getAttribute("data-carrier")));
  const untilBy = (pages: Page[], carrier: "datagram" | "websocket", timeout: number) =>
    Promise.all(pages.map((page) => page.locator(`#link[data-carrier=${carrier}]`).waitFor({ timeout })));

  it("[MV3] [MV4] a page gets onto datagrams, says so, falls back while their carrier is down, and returns", async () => {
    const [ada, bob] = await Promise.all([newcomer(browser), newcomer(browser)]);
    const url = `${server.url}/linked`;
    const pages = await Promise.all([openWorld(ada.context, url), openWorld(bob.context, url)]);
    const [pageA, pageB] = pages as [Page, Page];
    await untilBy(pages, "datagram", 5000);
    await pageA.locator("#link").hover();
    await pageA.getByRole("tooltip").getByText("Datagrams").waitFor();
    await pageB.waitForFunction(() => window.hereabouts!.world.people.size === 2);
    expect(mean((await walk(pageA, pageB)).lags)).toBeLessThanOrEqual(150);
    expect(await carriers(pages), "no switch meanwhile").toEqual(["datagram", "datagram"]);
    expect(await pageA.evaluate(() => window.hereabouts!.world.link.channel)).toMatchObject({ loss: 0, switches: 0 });
    await shot(pageA, "datagrams");

    const events = await record(pageB);
    const { pid } = server.logs().findLast(({ msg }) => msg === "datagrams are carried") as { pid: number };
    process.kill(pid, "SIGKILL");
    await untilBy(pages, "websocket", 2000);
    await pageA.getByRole("tooltip").getByText("WebSocket").waitFor();
    await shot(pageA, "without datagrams");
    // back, and not on through the gate to the meadow
    expect(mean((await walk(pageA, pageB, "ArrowLeft")).lags)).toBeLessThanOrEqual(150);
    await untilBy(pages, "datagram", 10_000);
    expect(await events()).toEqual([]);
    expect([...ada.errors, ...bob.errors]).toEqual([]);
    await Promise.all([ada.context.close(), bob.context.close()]);
  });

  it("[MV3] a page without datagrams says so, and why", async () => {
    const off = await startTestServer({ env: { DATAGRAMS: "off" } });
    onTestFinished(async () => {
      await off.stop();
    });
    const ada = await newcomer(browser);
    const page = await openWorld(ada.context, `${off.url}/field`);
    await page.locator("#link").focus();
    await page.getByRole("tooltip").getByText("The server takes no datagrams now.").waitFor();
    expect(await carriers([page])).toEqual(["websocket"]);
    await page.keyboard.press("Escape");
    await page.getByRole("tooltip").waitFor({ state: "hidden" });
    expect(ada.errors).toEqual([]);
    await ada.context.close();
  });
});

describe("the gallery", () => {
  it("opens any name as a world", async () => {
    const ada = await newcomer(browser);
    const page = await ada.context.newPage();
    await page.goto(server.url);
    await page.getByRole("link", { name: /field/i }).first().waitFor();
    await shot(page, "gallery");
    await page.getByRole("textbox").first().fill("My-Place");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/my-place$/);
    await page.waitForFunction(() => window.hereabouts?.world.slug === "my-place");
    expect(ada.errors).toEqual([]);
    await ada.context.close();
  });
});

describe("a chat's own page", () => {
  it("puts a line that runs from the right to the right", async () => {
    const ada = await newcomer(browser);
    const page = await ada.context.newPage();
    await page.goto(`${server.url}/chat`);
    await page.getByPlaceholder("Write to system").fill("שלום עולם");
    await page.keyboard.press("Enter");
    const besideIt = await page.locator(".line .said").evaluate((row) => {
      const text = document.createRange();
      text.selectNodeContents(row.querySelector(".text")!);
      return row.getBoundingClientRect().right - text.getBoundingClientRect().right;
    });
    expect(besideIt).toBeLessThan(1);
    await shot(page, "from the right");
    expect(ada.errors).toEqual([]);
    await ada.context.close();
  });
});
