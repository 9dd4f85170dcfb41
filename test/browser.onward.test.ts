/** How one goes on from page to page, where worlds have pages of their own: along with someone, and where an operator sends one. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newcomer, openBrowser, openWorld } from "./lib/browser.ts";
import { post } from "./lib/fetch.ts";
import { basicAuth } from "./lib/http.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

const operator = basicAuth("operator", "open sesame") as { authorization: string };
let server: TestServer;
let browser: Browser;
let slugNumber = 0;

const newSlug = () => `onward-${++slugNumber}`;

beforeAll(async () => {
  const env = { MONITOR_PASSWORD: "open sesame", AUDIO: "off", GRACE_MS: "1500" };
  [server, browser] = await Promise.all([startTestServer({ env }), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const isAt = (page: Page, slug: string) =>
  page.waitForFunction((wanted) => {
    const world = window.hereabouts?.world;
    return location.pathname === `/${wanted}` && world?.slug === wanted && world.me !== undefined;
  }, slug);

/** Bob goes along with Ada from now on. */
async function together() {
  const people = await Promise.all([newcomer(browser), newcomer(browser)]);
  const slug = newSlug();
  const [ada, bob] = (await Promise.all(people.map(({ context }) => openWorld(context, `${server.url}/${slug}`)))) as [
    Page,
    Page,
  ];
  const inList = (name: RegExp) => bob.locator("#people").getByRole("button", { name });
  await inList(/^Follow /).click();
  await inList(/^Stop following /).waitFor();
  const go = (page: Page, to: string) => page.goto(`${server.url}/${to}`);
  const end = async () => {
    expect(people.flatMap(({ errors }) => errors)).toEqual([]);
    await Promise.all(people.map(({ context }) => context.close()));
  };
  return { ada, bob, inList, go, end };
}

describe("[WO6] going along with someone", () => {
  it("goes on over pages of pieces and over reloads, until it is stopped there, or one goes elsewhere alone", async () => {
    const { ada, bob, inList, go, end } = await together();
    const said = bob.getByText(/^You follow /);
    const stays = async (slug: string) => {
      await bob.waitForFunction(() => window.hereabouts!.world.people.size === 1);
      expect([new URL(bob.url()).pathname, await bob.getByText(/ follow /).count()]).toEqual([`/${slug}`, 0]);
    };
    await go(ada, "puck");
    await isAt(bob, "puck");
    await said.waitFor();
    await bob.reload();
    await said.waitFor();
    const slug = newSlug();
    await go(ada, slug);
    await isAt(bob, slug);
    await inList(/^Stop following /).waitFor();
    await go(ada, "paint");
    await isAt(bob, "paint");
    await bob.getByRole("button", { name: "Stop" }).click();
    await go(ada, slug);
    await isAt(ada, slug);
    await stays("paint");

    await go(bob, slug);
    await inList(/^Follow /).click();
    await inList(/^Stop following /).waitFor();
    await go(bob, "bells");
    await isAt(bob, "bells");
    await go(ada, "puck");
    await isAt(ada, "puck");
    await stays("bells");
    await end();
  });

  it.each([
    ["is asked for", "**/puck", 1],
    ["begins to run", "**/assets/puck-*.js", 0],
  ])("ends with the reason where they leave before the page of their world %s", async (_, held, others) => {
    const { ada, bob, go, end } = await together();
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    const asked = new Promise<void>((resolve) => {
      void bob.route(held, async (route) => {
        resolve();
        await opened;
        await route.continue();
      });
    });
    await go(ada, "puck");
    await asked;
    await ada.close();
    await expect.poll(() => peopleIn("puck"), { timeout: 5000 }).toBe(others);
    open();
    await bob.getByText(/^You do not follow .* any more\.$/).waitFor();
    await bob.getByText("They left.").waitFor();
    await end();
  });
});

async function peopleIn(slug: string): Promise<number> {
  const { people = [] } = (await (
    await fetch(`${server.url}/ops/rooms/world:${slug}`, { headers: operator })
  ).json()) as {
    people?: { connections: unknown[] }[];
  };
  return people.length;
}

describe("[OP2] a move to a world with a page of its own, and from there", () => {
  it("tells the reason on the page that it leads to", async () => {
    const { context, errors } = await newcomer(browser);
    const page = await openWorld(context, `${server.url}/${newSlug()}`);
    const move = async (to: string) => {
      const id = await page.evaluate(() => window.hereabouts!.here.identity.id);
      const body = { room: "all", to, reason: `${to} is nicer` };
      expect((await post(server.url, `/ops/people/${id}/move`, body, operator)).status).toBe(200);
      await isAt(page, to);
      await page.getByText(`An operator brought you to ${to}.`).waitFor();
      await page.getByText(`Their reason: ${to} is nicer`).waitFor();
    };
    await move("puck");
    await move("paint");
    await move(newSlug());
    await page.reload();
    await page.locator("#people").waitFor();
    expect(await page.getByText("Their reason").count()).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  });
});
