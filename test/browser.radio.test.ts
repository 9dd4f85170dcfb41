/** The radio in real browsers, through a network that is cut, held and ended, and what one does with it. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { gotAnother, isHeard, listen, openRadio, playback, proxy, sessionOf, someone } from "./lib/radioPage.ts";

describe("the radio page", () => {
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
