/** The operators' pages as an operator and a viewer use them, in Chromium. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts, type World } from "../client/index.ts";
import type { FoundPeople } from "../schema/operations.ts";
import { openBrowser } from "./lib/browser.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get, post } from "./lib/fetch.ts";
import { basicAuth } from "./lib/http.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { shot } from "./lib/shot.ts";

const passwords = { operator: "open sesame: ünlock", viewer: "just looking" };

let server: TestServer;
let browser: Browser;
let here: Hereabouts;
let world: World;

beforeAll(async () => {
  const env = { MONITOR_PASSWORD: passwords.operator, MONITOR_VIEW_PASSWORD: passwords.viewer, AUDIO: "off" };
  [server, browser] = await Promise.all([startTestServer({ env }), openBrowser()]);
  here = await connect(server.url, { name: "<img src=x onerror=alert(1)>", storage: null, datagrams: false });
  world = await here.world("field");
});
afterAll(async () => {
  await here?.close();
  await browser?.close();
  await server?.stop();
});

/** Someone with a login. `complaints` gathers what their pages complained about. */
async function logIn(username: keyof typeof passwords, options: { width?: number } = {}) {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: options.width ?? 1200, height: 800 },
    httpCredentials: { username, password: passwords[username] },
  });
  const complaints: string[] = [];
  context.on("weberror", (event) => complaints.push(event.error().message));
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const open = async (path: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(server.url + path);
    return page;
  };
  return { open, complaints, close: () => context.close() };
}

/** Someone in the field, in a browser of their own, and the page on which an operator has found them. */
async function meet() {
  const { open, close } = await logIn("operator");
  const context = await browser.newContext();
  const theirs = await context.newPage();
  await theirs.goto(`${server.url}/field`);
  await theirs.waitForFunction(() => window.hereabouts?.world.me?.placed);
  const id = await theirs.evaluate(() => window.hereabouts!.here.identity.id);
  const page = await open(`/monitor/people#${id}`);
  return { theirs, id, page, end: () => Promise.all([context.close(), close()]) };
}

describe("[OP2] the operators' pages", () => {
  it("find a person, explain, ban with a reason, and take it back", async () => {
    const { open, complaints, close } = await logIn("operator");
    const page = await open("/monitor/people#ONERROR");
    const card = page.locator(".card");
    await card.getByRole("heading").getByText("<img src=x onerror=alert(1)>").waitFor();
    await card.getByRole("button", { name: "Why?" }).click();
    await card.getByText("Shown as here").waitFor();
    await card.getByRole("button", { name: "Ban…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Where").selectOption("world:field");
    await dialog.getByRole("button", { name: "Ban" }).click();
    expect(await dialog.isVisible(), "without a reason").toBe(true);
    await page.keyboard.type("spam <b>"); // the reason has the focus
    await page.keyboard.press("Enter");
    await page.getByText("A seat in world:field.").waitFor();
    await expect.poll(() => world.connection).toBe("closed");
    await expect(here.world("field")).rejects.toMatchObject({ code: "BANNED" });
    await page.locator("#restrictions").getByText("spam <b>").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Unbanned").waitFor();
    world = await here.world("field");
    const audit = await open("/monitor/audit");
    const rows = audit.locator("#lines tr");
    await rows.nth(1).waitFor();
    expect(await rows.nth(0).textContent()).toContain("unban");
    expect(await rows.nth(1).textContent()).toMatch(/ban.*world:field.*3600.*spam <b>.*done/);
    expect(complaints).toEqual([]);
    await close();
  });

  it("tell of what an order replaces, and undo nothing that another laid since", async () => {
    const { open, close } = await logIn("operator");
    const page = await open(`/monitor/people#${here.identity.id}`);
    const mute = async (length: string) => {
      await page.getByRole("button", { name: "Mute…" }).click();
      await page.getByLabel("For how long").selectOption(length);
      await page.getByLabel("Reason").fill("noise");
      await page.keyboard.press("Enter");
    };
    const notice = page.locator("#notice");
    const kept = page.locator("#restrictions tr");
    await mute("for good");
    await notice.getByText("Muted").waitFor();
    await mute("10 minutes");
    await notice.getByText("It replaces one for good (noise).").waitFor();
    await shot(page, "monitor-replaced");
    const other = basicAuth("operator", passwords.operator) as { authorization: string };
    const body = { room: "all", reason: "mine", seconds: 86_400 };
    await post(server.url, `/ops/people/${here.identity.id}/mute`, body, other);
    await page.getByRole("button", { name: "Undo" }).click();
    await notice.getByText(/Another ban or mute of theirs holds by now\. Until 20.*Reason: mine/).waitFor();
    await kept.getByText("mine").waitFor();
    await shot(page, "monitor-not-undone");
    await page.getByRole("button", { name: "Lift" }).click();
    await notice.getByText("Unmuted").waitFor();
    await kept.waitFor({ state: "detached" });
    await close();
  });

  it("offer to ban and mute who has left, by their whole id", async () => {
    const { open, close } = await logIn("operator");
    const gone = await connect(server.url, { name: "Gone", storage: null, datagrams: false });
    await gone.world("field");
    await gone.close();
    const { id } = gone.identity;
    const page = await open(`/monitor/people#${id.slice(0, -1)}`);
    await page.getByText("0 people.").waitFor();
    const card = page.locator(".card");
    expect(await card.count()).toBe(0);
    await page.getByLabel("A part of a handle").fill(id);
    await page.keyboard.press("Enter");
    await card.getByText("Nobody here has this id").waitFor();
    expect(await card.getByRole("button").allTextContents()).toEqual(["Mute…", "Ban…"]);
    await shot(page, "monitor-absent");
    await card.getByRole("button", { name: "Ban…" }).click();
    await page.getByLabel("Reason").fill("spam");
    await page.keyboard.press("Enter");
    await page.getByText(`Banned ${id}.`).waitFor();
    await page.locator("#restrictions").getByText("spam").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Unbanned").waitFor();
    await close();
    const viewer = await logIn("viewer");
    const seen = await viewer.open(`/monitor/people#${id}`);
    await seen.getByText("0 people.").waitFor();
    expect(await seen.locator(".card").count()).toBe(0);
    await viewer.close();
  });

  it("tell the one who is banned until when and why, with no way back while it holds", async () => {
    const { theirs: banned, page, end } = await meet();
    await page.getByRole("button", { name: "Ban…" }).click();
    await page.getByLabel("Reason").fill("spam");
    await page.keyboard.press("Enter");
    const notice = banned.getByRole("alert");
    await notice.getByText(/Until .*20\d\d.*Reason: spam/).waitFor();
    await shot(banned, "monitor-banned", 500);
    expect(await notice.getByRole("button").allTextContents()).toEqual(["×"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Unbanned").waitFor();
    await end();
  });

  it("move someone to another world, whose page follows", async () => {
    const { theirs: visited, page, end } = await meet();
    await page.getByRole("button", { name: "Move…" }).click();
    await page.getByLabel("To the world").fill("pond");
    await page.getByLabel("Reason").fill("the pond is nicer");
    await page.keyboard.press("Enter");
    await page.getByText("Moved").waitFor();
    await visited.waitForFunction(() => window.hereabouts?.world.slug === "pond");
    await visited.getByText("Their reason: the pond is nicer").waitFor();
    expect(new URL(visited.url()).pathname).toBe("/pond");
    await end();
  });

  it("show where someone who was moved is, once they have arrived", async () => {
    const { theirs: visited, id, page, end } = await meet();
    let go = () => {};
    const mayGo = new Promise<void>((resolve) => {
      go = resolve;
    });
    await visited.route("**/matchmake/**", (route) => mayGo.then(() => route.continue()));
    const world = page.locator(".card").getByRole("link", { name: /^world:/ });
    await world.waitFor();
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.getByRole("button", { name: "Move…" }).click();
    await page.getByLabel("To the world").fill("pond");
    await page.getByLabel("Reason").fill("the pond is nicer");
    const searched = page.waitForResponse(/\/ops\/people\?/);
    await page.keyboard.press("Enter");
    await searched;
    go();
    const headers = basicAuth("operator", passwords.operator) as { authorization: string };
    const worlds = async () => {
      const { json } = await get(server.url, `/ops/people?q=${id}`, { headers });
      const [found] = (json as unknown as FoundPeople).people;
      return found?.seats.map(({ room }) => room).filter((room) => room.startsWith("world:"));
    };
    await expect.poll(worlds).toEqual(["world:pond"]);
    expect(await world.allTextContents()).toEqual(["world:field"]);
    const later = async () => {
      await page.clock.runFor(2000);
      return world.allTextContents();
    };
    await expect.poll(later).toEqual(["world:pond"]);
    await end();
  });

  it("show a room live, and the way to it from Colyseus's own page", async () => {
    const { open, close } = await logIn("viewer");
    const page = await open("/monitor/");
    await page.getByText("Colyseus Monitor").waitFor();
    await page.getByRole("navigation", { name: "Monitor" }).getByRole("link", { name: "Rooms" }).click();
    await page.getByRole("link", { name: "world:field" }).click();
    await page.getByRole("heading", { name: "world:field" }).waitFor();
    await page.locator("#people").getByText("WebSocket").waitFor();
    world.send("piece:big", "x".repeat(2000));
    await page.locator("#refusals").getByText("TOO_LARGE").waitFor();
    await close();
  });

  it("[OP1] have the buttons of Colyseus's own page that end or send something for operators alone", async () => {
    const shownTo = async (username: keyof typeof passwords) => {
      const { open, close } = await logIn(username);
      const page = await open("/monitor/");
      const row = page.getByRole("row").filter({ hasText: "world" }).filter({ hasText: "field" });
      const inspect = row.getByRole("button", { name: "Inspect" });
      await inspect.waitFor();
      const names = ["Dispose room", "Disconnect client", "Dispose", "Broadcast", "Send"];
      const shown: string[] = [];
      const look = async () => {
        for (const name of names) {
          if (await page.getByRole("button", { name, exact: true }).first().isVisible()) shown.push(name);
        }
      };
      await look();
      await inspect.click();
      await page.getByRole("tab", { name: "Clients 1" }).waitFor();
      await page.locator("[data-field=actions] button").first().waitFor({ state: "attached" });
      await look();
      await shot(page, `monitor-colyseus-${username}`);
      await close();
      return shown;
    };
    expect(await shownTo("operator")).toEqual(["Dispose room", "Disconnect client", "Dispose", "Broadcast", "Send"]);
    expect(await shownTo("viewer")).toEqual([]);
  });

  it.each([1280, 1920])("[OP1] show a world's mix of carriers whole on Colyseus's page, %i px wide", async (width) => {
    const { open, close } = await logIn("viewer", { width });
    const page = await open("/monitor/");
    const mix = page.locator('[role=cell][data-field="carriers"] > *', { hasText: "udp 0 / ws" }).first();
    await mix.waitFor();
    const { isCut, right, next } = await mix.evaluate((shown) => {
      const text = document.createRange();
      text.selectNodeContents(shown);
      const { right } = text.getBoundingClientRect();
      const isCut = right > shown.getBoundingClientRect().right && getComputedStyle(shown).overflowX !== "visible";
      const after = shown.closest("[role=row]")!.querySelector('[data-field="elapsedTime"]')!;
      return { isCut, right, next: after.getBoundingClientRect().left };
    });
    expect(isCut).toBe(false);
    expect(right).toBeLessThan(next);
    await close();
  });

  it("list what is kept of sessions, with its files, and say which belongs to a room that is open", async () => {
    const { open, complaints, close } = await logIn("viewer");
    const page = await open("/monitor/room#world:field");
    await page.getByRole("link", { name: "What is kept of it" }).click();
    await page.getByRole("heading", { name: /^world-field-/ }).waitFor();
    await page.locator("#files").getByRole("link", { name: "logs/server.jsonl" }).waitFor();
    await page.locator("#participants").getByText(here.identity.id).waitFor();
    await page.getByRole("link", { name: "All sessions" }).click();
    await page.locator("#folders").getByRole("link", { name: "field" }).first().waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("lead from a room that closed and opened again to what is kept of it now", async () => {
    const { open, close } = await logIn("viewer");
    const brief = await here.world("brief");
    const page = await open("/monitor/room#world:brief");
    const kept = page.getByRole("link", { name: "What is kept of it" });
    const before = await kept.getAttribute("href");
    await brief.leave();
    await page.getByText("is not open").waitFor();
    const again = await here.world("brief");
    await expect.poll(() => kept.getAttribute("href")).not.toBe(before);
    await again.leave();
    await close();
  });

  it("have no buttons for viewers, and fit a phone", async () => {
    const { open, complaints, close } = await logIn("viewer", { width: 360 });
    const overflows = ["people", "room", "audit"].map(async (path) => {
      const page = await open(`/monitor/${path}`);
      await page.getByText("viewer: may look").waitFor();
      return [path, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)];
    });
    expect(await Promise.all(overflows)).toEqual([
      ["people", 0],
      ["room", 0],
      ["audit", 0],
    ]);
    const page = await open("/monitor/people#onerror");
    await page.getByRole("button", { name: "Why?" }).waitFor();
    expect(await page.getByRole("button", { name: "Kick…" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it("run nothing but their own scripts, and have no password in them", async () => {
    const { open, close } = await logIn("operator");
    const page = await open("/monitor/people");
    await page.getByText("operator", { exact: true }).waitFor();
    const { headers, text } = await page.evaluate(async () => {
      const response = await fetch(location.href);
      return { headers: response.headers.get("content-security-policy"), text: await response.text() };
    });
    expect(headers).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(text).not.toContain(passwords.operator);
    await close();
  });
});

expectCleanLog(() => server, Object.values(passwords));
