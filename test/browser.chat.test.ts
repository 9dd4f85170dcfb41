/** Online is not here, as people see it: the chat's page in real browsers, five tabs of one person, and the way to a world. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newcomer, openBrowser } from "./lib/browser.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { newToken } from "./lib/tokens.ts";

/** From a change until someone else sees it. */
const withinMs = 250;
const graceMs = 3000;

type Shown = { at: number; text: string };

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startTestServer({ env: { GRACE_MS: String(graceMs), GHOST_MS: "1000" } }),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const counts = (page: Page) => page.locator(".counts");
const personRow = (page: Page, name: string) => page.locator(".people .person", { hasText: name });
const showsCounts = (page: Page, text: string) =>
  counts(page)
    .and(page.getByText(text, { exact: true }))
    .waitFor();

/** Someone with a name on the page of the chat. */
async function openChat(name: string) {
  const person = await newcomer(browser);
  await person.context.addInitScript((own) => {
    if (location.protocol === "http:") localStorage.setItem("hereabouts-name", own);
  }, name);
  // when a page has entered its world, by the machine's clock
  await person.context.addInitScript(() => {
    Object.defineProperty(window, "hereabouts", {
      configurable: true,
      set(value) {
        Object.assign(window, { enteredAt: Date.now() });
        Object.defineProperty(window, "hereabouts", { value, writable: true });
      },
    });
  });
  return { ...person, page: await openPage(person.context) };
}

async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.url}/chat`);
  await page.waitForFunction(() => window.hereabouts?.chats.get("system"));
  return page;
}

const enteredAt = (page: Page) => page.evaluate(() => (window as unknown as { enteredAt: number }).enteredAt);

/** What a page shows of here and online from now on, each change with the machine's clock. */
async function watchCounts(page: Page): Promise<() => Promise<Shown[]>> {
  await page.evaluate(() => {
    const element = document.querySelector(".counts")!;
    const shown: { at: number; text: string }[] = [];
    const note = () => shown.push({ at: Date.now(), text: element.textContent });
    new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true });
    note();
    Object.assign(window, { shown });
  });
  return () => page.evaluate(() => (window as unknown as { shown: Shown[] }).shown);
}

describe("the page of the chat", () => {
  it("[PR1] going to a world and back changes here within 250 ms, and online never", async () => {
    const [ada, bob] = await Promise.all([openChat("Ada"), openChat("Bob")]);
    await showsCounts(bob.page, "2 here, 2 online");
    const shown = await watchCounts(bob.page);
    const entered: number[] = [];
    for (const [place, text] of [
      ["field", "1 here, 2 online"],
      ["chat", "2 here, 2 online"],
      ["field", "1 here, 2 online"],
      ["chat", "2 here, 2 online"],
    ] as const) {
      await ada.page.goto(`${server.url}/${place}`);
      await showsCounts(bob.page, text);
      entered.push(await enteredAt(ada.page));
      expect(await personRow(bob.page, "Ada").locator("a.where").textContent()).toBe(place === "chat" ? "" : place);
    }
    await bob.page.waitForTimeout(graceMs + 500);
    const [first, ...changes] = await shown();
    const texts = ["1 here, 2 online", "2 here, 2 online", "1 here, 2 online", "2 here, 2 online"];
    expect([first!.text, ...changes.map(({ text }) => text)]).toEqual(["2 here, 2 online", ...texts]);
    const lateMs = changes.map(({ at }, i) => at - entered[i]!);
    console.info(`here changes on another's page, ms after having gone: ${lateMs.join(" ")}`);
    expect(Math.max(...lateMs), `${lateMs} ms`).toBeLessThan(withinMs);
    expect([...ada.errors, ...bob.errors]).toEqual([]);
    await Promise.all([ada.context.close(), bob.context.close()]);
    await showsNobody();
  });

  it("[PR2] five tabs of one person count as one online, with five connections", async () => {
    const [ada, bob] = await Promise.all([openChat("Ada"), openChat("Bob")]);
    for (let tab = 2; tab <= 5; tab++) await openPage(ada.context);
    await bob.page.locator('.people .who[title$=", in 5 tabs"]').waitFor();
    expect(await counts(bob.page).textContent()).toBe("2 here, 2 online");
    expect(await personRow(bob.page, "Ada").count()).toBe(1);
    expect(await countsOf(bob.page)).toEqual({ online: 2, here: 2, connections: 6, guests: 2 });
    for (const tab of ada.context.pages().slice(1)) await tab.close();
    await bob.page.waitForFunction(() => window.hereabouts!.chats.get("system")!.counts.connections === 2);
    expect(await counts(bob.page).textContent()).toBe("2 here, 2 online");
    expect([...ada.errors, ...bob.errors]).toEqual([]);
    await Promise.all([ada.context.close(), bob.context.close()]);
    await showsNobody();
  });

  it("[PR2] [PR3] someone silent and a guest count, someone invisible does not, and moderators see them", async () => {
    const bob = await openChat("Bob");
    const token = await newToken(server, "cleo");
    const silent = await joinElsewhere({ token });
    await showsCounts(bob.page, "1 here, 2 online");
    expect(await personRow(bob.page, "cleo").locator(".note").textContent()).toBe("");
    expect(await personRow(bob.page, "Bob").locator(".note").textContent()).toBe("you, guest");
    expect(await countsOf(bob.page)).toEqual({ online: 2, here: 1, connections: 2, guests: 1 });
    const shown = await watchCounts(bob.page);
    const hidden = await joinElsewhere({ invisible: true });
    await bob.page.waitForTimeout(500);
    expect((await shown()).map(({ text }) => text)).toEqual(["1 here, 2 online"]);
    expect(await personRow(bob.page, "").count()).toBe(2);
    expect(await countsOf(bob.page)).toEqual({ online: 2, here: 1, connections: 2, guests: 1 });
    const moderator = await newToken(server, "mo", "--role", "moderator");
    await bob.page.evaluate((given) => window.hereabouts!.here.signIn(given), moderator);
    await bob.page.locator(".people .group", { hasText: "invisible" }).waitFor();
    expect(await personRow(bob.page, "").count()).toBe(3);
    expect(await counts(bob.page).textContent()).toBe("1 here, 2 online");
    await Promise.all([bob.context.close(), silent.close(), hidden.close()]);
    await showsNobody();
  });
});

const countsOf = (page: Page) => page.evaluate(() => ({ ...window.hereabouts!.chats.get("system")!.counts }));

/** Someone in a browser of their own who is in the chat, on no page of ours, and says nothing. */
async function joinElsewhere(options: { token?: string; invisible?: boolean }) {
  const { context } = await newcomer(browser);
  const page = await context.newPage();
  await page.goto(`${server.url}/readyz`);
  // as text: what builds this file would take the import for one of its own
  await page.evaluate(`(async ({ token, invisible = false }) => {
    const { connect } = await import("/client.js");
    const here = await connect(location.origin, token ? { token } : {});
    await here.chat("system", { invisible });
  })(${JSON.stringify(options)})`);
  return context;
}

/** Those whose browser was closed are let go of after the grace period: the next test begins with nobody. */
async function showsNobody(): Promise<void> {
  await expect.poll(() => server.metric("hereabouts_people"), { timeout: graceMs + 3000 }).toBe(0);
}
