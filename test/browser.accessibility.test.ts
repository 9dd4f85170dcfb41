/**
 * Every page for everyone: by keys, by screen reader, on a phone, by day and by night, at twice the size, without motion.
 * The pages are those of web/ and web/monitor/, so that a new one is held to the same; with them what `npm run new-piece`
 * makes, and the devtools.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../client/index.ts";
import { cutOff, dialogs, motion, namelessCanvases, violations } from "./lib/accessible.ts";
import { openBrowser } from "./lib/browser.ts";
import { type Life, liveIn } from "./lib/livedIn.ts";
import { type MadePage, makePage } from "./lib/madePage.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { tabOrder } from "./lib/tabOrder.ts";
import { newToken } from "./lib/tokens.ts";

const password = "let me see";
const withinMs = 120_000;
const pagesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".html") && readFileSync(folder + name, "utf8").startsWith("<!doctype"))
    .map((name) => name.slice(0, -".html".length));

type Special = { path?: () => string; shows?: string | RegExp; ready?: (page: Page) => Promise<unknown> };

/** Where a page is that is not at its name, and what it shows once it is complete; others are pieces. */
const special: Readonly<Record<string, Special>> = {
  index: { path: () => "", shows: /\d here/ },
  chat: { shows: "online elsewhere" },
  "chat for a moderator": { path: () => "chat", shows: "online elsewhere", ready: moderate },
  world: { path: () => "field", shows: "Bartholomew" },
  radio: { shows: "Then in" },
  "session/:id": { path: () => `session/${life.session}`, shows: "Then in" },
  replay: { path: () => `monitor/replay#${life.recording}`, shows: "events" },
  "monitor/people": { path: () => "monitor/people#Bartholomew", shows: "forty times over" },
  "monitor/room": { shows: "world:field" },
  "monitor/room#:key": { path: () => "monitor/room#world:field", shows: "TOO_LARGE" },
  "monitor/sessions": { shows: "evening" },
  "monitor/sessions#:name": { path: () => `monitor/sessions#${life.recording.split("/")[0]}`, shows: ".capsule" },
  "monitor/audit": { shows: "forty times over" },
};
/** As `npm run new-piece` makes them. */
const makes = ["made", "made-game"] as const;
const pieces = pagesOf("web/").filter((name) => !special[name]);
const names = [
  ...new Set([
    ...Object.keys(special),
    ...pieces,
    ...pagesOf("web/monitor/").map((name) => `monitor/${name}`),
    ...makes,
  ]),
];
const isOperators = (name: string) => name.startsWith("monitor/") || name === "replay";

let server: TestServer;
let browser: Browser;
let life: Life;
let made: Record<string, MadePage> = {};

beforeAll(async () => {
  const env = { MONITOR_PASSWORD: password };
  const [page, game] = await Promise.all([makePage("made"), makePage("made-game", "game")]);
  [server, browser] = await Promise.all([startTestServer({ env }), openBrowser()]);
  made = { made: page, "made-game": game };
  life = await liveIn(server.url, { slugs: [...pieces, ...makes], password });
});
afterAll(async () => {
  for (const page of Object.values(made)) page.remove();
  await life?.end();
  await browser?.close();
  await server?.stop();
});

async function open(name: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: atDesk,
    reducedMotion: "reduce",
    colorScheme: "dark",
    ...(isOperators(name) ? { httpCredentials: { username: "operator", password } } : {}),
  });
  const page = (await made[name]?.open(context, server.url)) ?? (await context.newPage());
  const { path, shows, ready } = special[name] ?? {};
  if (!made[name]) await page.goto(`${server.url}/${path?.() ?? name}`);
  if (shows) await page.getByText(shows).first().waitFor();
  else await page.waitForFunction(() => window.hereabouts?.world.me);
  await ready?.(page);
  return page;
}

async function moderate(page: Page): Promise<void> {
  const token = await newToken(server, "mo", "--role", "moderator");
  await page.evaluate((given) => window.hereabouts!.here.signIn(given), token);
  await page.locator(".moderates .more-act:visible").first().waitFor();
}

async function openDevtools(page: Page): Promise<void> {
  const content = 'import { openDevtools } from "/devtools.js"; openDevtools(window.hereabouts.here);';
  await page.addScriptTag({ type: "module", content });
  await page.getByRole("heading", { name: "World field" }).waitFor();
}

const atDesk = { width: 1100, height: 700 };
const onPhone = { width: 390, height: 780 };
/** What a window of 1280 by 800 has room for at 200 %. */
const magnified = { width: 640, height: 400 };
const named = (where: string, problems: readonly string[]) => [...new Set(problems)].map((each) => `${where}: ${each}`);

/** What is wrong with the page: on a desk by night, on a phone by day, and so on. Its looks are paired to be quick. */
async function problemsOf(name: string): Promise<string[]> {
  const page = await open(name);
  const problems = named("by night", [...(await violations(page)), ...(await namelessCanvases(page))]);
  problems.push(...named("by keys", [...(await tabOrder(page)), ...(await dialogs(page))]));
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(onPhone);
  problems.push(...named("on a phone by day", [...(await violations(page)), ...(await cutOff(page))]));
  await page.setViewportSize(magnified);
  problems.push(...named("at twice the size", [...(await cutOff(page)), ...(await tabOrder(page))]));
  await page.setViewportSize(atDesk);
  problems.push(...named("without motion", await motion(page)));
  await page.context().close();
  return problems;
}

// apart from the others, who come and go in what these list
describe("every page of operators", { timeout: withinMs }, () => {
  it.each(names.filter(isOperators))("[PG1] %s is for everyone", async (name) => {
    expect(await problemsOf(name)).toEqual([]);
  });
});

describe("every page", { timeout: withinMs }, () => {
  it.each(names.filter((name) => !isOperators(name)))("[PG1] %s is for everyone", async (name) => {
    expect(await problemsOf(name)).toEqual([]);
  });

  // it lies over a page on purpose: whoever opened it knows how to put it away
  it.concurrent("[PG1] the devtools are for everyone", async () => {
    const page = await open("world");
    await openDevtools(page);
    const panel = "hereabouts-devtools";
    expect(await violations(page, panel)).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(onPhone);
    expect([...(await violations(page, panel)), ...(await cutOff(page))]).toEqual([]);
    await page.getByRole("button", { name: "Hide (F2)" }).press("Escape");
    await page.getByRole("heading", { name: "World field" }).waitFor({ state: "hidden" });
    await page.context().close();
  });

  it.concurrent.each(["world", ...pieces])("[PG2] %s tells politely who comes and goes", async (name) => {
    const page = await open(name);
    await page.setViewportSize(onPhone); // less to draw while it waits
    const live = page.locator("[aria-live=polite]");
    const guest = await connect(server.url, { name: "Grete", storage: null, datagrams: false });
    await guest.world(special[name]?.path?.() ?? name);
    await live.filter({ hasText: /Grete\b.* came/ }).waitFor();
    await guest.close();
    await live.filter({ hasText: /Grete\b.* left/ }).waitFor();
    await page.context().close();
  });

  it.concurrent("[PG2] the chat tells politely what is said", async () => {
    const page = await open("chat");
    const guest = await connect(server.url, { name: "Grete", storage: null, datagrams: false });
    await (await guest.chat("system")).say("good evening");
    await page.locator("[aria-live=polite]").filter({ hasText: "Grete: good evening" }).waitFor();
    await guest.close();
    await page.context().close();
  });
});

it("the checks see what is wrong", async () => {
  const page = await browser.newPage({ viewport: onPhone });
  await page.setContent(`<!doctype html><html lang="en"><title>wrong</title><style>
    @keyframes turn { to { rotate: 360deg } }
    :focus { outline: none }
    .flows { position: absolute; top: 300px; left: 0; width: 900px }
    .turns { animation: turn 1s infinite }
    .cut { width: 40px; overflow: hidden; white-space: nowrap }
    .below { position: absolute; top: 200px; left: 100px }
    .hidden { position: absolute; top: 250px; left: 0 }
    .cover { position: absolute; top: 240px; left: 0; width: 100px; height: 60px }
  </style>
  <main><h1 class="turns">Wrong</h1><img src="data:,"><button class="below">below</button><a href="#a">above</a>
  <p class="cut">much more than there is room for</p><p class="flows">wide</p><canvas id="bare"></canvas>
  <button class="hidden">hidden</button><div class="cover"></div><button onkeydown="event.preventDefault()">trap</button><button>after</button></main>`);
  expect((await violations(page)).join()).toContain("image-alt");
  expect(await namelessCanvases(page)).toEqual(["canvas #bare has no role and name"]);
  expect(await motion(page)).toEqual(["animation turn runs"]);
  expect(await cutOff(page)).toEqual([
    "the page is 510 px too wide",
    'p "much more than there is room for" is cut at its side',
    'p "wide" sticks out',
  ]);
  const order = await tabOrder(page);
  expect(order).toContain('a "above" does not show that it has the focus');
  expect(order).toContain('a "above" comes after button "below", and stands before it');
  expect(order).toContain('button "hidden" has the focus and is not seen');
  expect(order).toContain('button "after" is not reached');
  await page.close();
});
