/** The devtools on a plain page, as docs/examples/devtools.html opens them: what they show, and the weather they make. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { openDevtools } from "../client/devtools/index.ts";
import type { Hereabouts } from "../client/index.ts";
import { createTestSite, type TestSite, until } from "../testing/index.ts";
import { newcomer, openBrowser } from "./lib/browser.ts";
import { openPage } from "./lib/page.ts";
import { shot } from "./lib/shot.ts";

type Globals = { here: Hereabouts; openDevtools: typeof openDevtools };
const example = readFileSync("docs/examples/devtools.html", "utf8");
let site: TestSite;
let browser: Browser;
let bob: Hereabouts;

beforeAll(async () => {
  [site, browser] = await Promise.all([createTestSite({ datagrams: true }), openBrowser()]);
  bob = await site.connect("Bob");
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** The example's page, with `here` for the test to hold. */
async function open(options: Parameters<typeof newcomer>[1] = {}, scheme: "light" | "dark" = "light") {
  const { context, errors } = await newcomer(browser, options);
  const page = await openPage(
    context,
    site.url,
    example.replace("const world =", "Object.assign(window, { here, openDevtools });\nconst world ="),
  );
  await page.emulateMedia({ colorScheme: scheme });
  const panel = page.getByRole("region", { name: "hereabouts devtools" });
  await panel.getByRole("heading", { name: "World my-first-piece" }).waitFor();
  return { context, page, panel, errors };
}

describe("devtools", () => {
  it("[SD4] show who is there, the carrier, frames and refusals, and make the network worse", async () => {
    const world = await bob.world("my-first-piece");
    const { page, panel, errors } = await open({ width: 1100, height: 900 });
    world.moveTo({ x: 30, y: 40 });
    await panel.getByRole("cell", { name: "Bob" }).waitFor();
    await panel.getByRole("cell", { name: "30.0, 40.0" }).waitFor();
    await page.mouse.move(200, 200);
    await page.mouse.move(260, 220);
    await panel.locator("tr", { hasText: "carrier" }).getByText("datagram").waitFor();
    await panel.getByText("movement").first().waitFor();
    await page.evaluate(() => {
      const { here } = window as unknown as Globals;
      for (const world of here.joined.worlds.values()) world.send("piece:big", "x".repeat(3000));
      void here.chat("system");
    });
    await panel
      .getByRole("cell", { name: "TOO_LARGE" })
      .or(panel.getByRole("cell", { name: "BAD_MESSAGE" }))
      .waitFor();
    await panel.getByRole("heading", { name: "Chat system" }).waitFor();

    const roundTripMs = () =>
      page.evaluate(() => {
        const { here } = window as unknown as Globals;
        return here.joined.worlds.get("my-first-piece")!.link.channel.roundTripMs ?? 0;
      });
    await expect.poll(roundTripMs).toBeGreaterThan(150);
    await shot(page, "devtools-light");
    await panel.getByRole("button", { name: "Fair weather" }).click();
    await expect.poll(roundTripMs, { timeout: 8000 }).toBeLessThan(100);
    const delay = panel.getByRole("slider", { name: "delay" });
    expect(await delay.inputValue()).toBe("0");
    await delay.focus();
    await page.keyboard.press("ArrowRight");
    expect(await delay.getAttribute("aria-valuetext")).toBe("10 ms each way");
    expect(errors).toEqual([]);
  });

  it("[SD4] hide and show with a key, leave the page's style alone, and go without a trace", async () => {
    const { page, panel, errors } = await open({ width: 390, height: 780, touch: true }, "dark");
    await shot(page, "devtools-phone-dark");
    await panel.getByText("State", { exact: true }).first().click();
    await panel.getByLabel("State of World my-first-piece").getByText('"slug"').waitFor();
    await page.keyboard.press("F2");
    await expect.poll(() => panel.isVisible()).toBe(false);
    await page.keyboard.press("F2");
    await panel.waitFor();
    await panel.getByRole("button", { name: "Hide" }).focus();
    await page.keyboard.press("Escape");
    await expect.poll(() => panel.isVisible()).toBe(false);
    const traces = await page.evaluate(() => {
      const { here, openDevtools: opening } = window as unknown as Globals;
      const devtools = opening(here);
      const isSame = devtools === opening(here);
      devtools.close();
      return [isSame, document.querySelectorAll("hereabouts-devtools, style, link").length];
    });
    expect(traces).toEqual([true, 0]);
    const world = await bob.world("my-first-piece");
    const before = world.people.size;
    await page.close();
    await until(() => world.people.size < before || [...world.people.values()].some(({ status }) => status !== "here"));
    expect(errors).toEqual([]);
  });
});
