/** The hooks in React's own StrictMode and a real browser, against a real server. */
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { World } from "../client/index.ts";
import { createTestSite, type TestSite, until } from "../testing/index.ts";
import { newcomer, openBrowser } from "./lib/browser.ts";
import { openPage } from "./lib/page.ts";

type Globals = { renders: Record<string, number>; show(words: string): void; setUrl(url: string): void };
let site: TestSite;
let browser: Browser;
let meadow: World;
const heard: string[] = [];

beforeAll(async () => {
  [site, browser] = await Promise.all([
    createTestSite({ audio: true, settings: { GRACE_MS: "300", GHOST_MS: "300" } }),
    openBrowser(),
  ]);
  meadow = await (await site.connect("Bob")).world("meadow");
  for (const type of ["join", "leave", "ghost"] as const)
    meadow.on(type, ({ person }) => heard.push(`${type} ${person.name}`));
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const bundles = new Map<string, Promise<string>>();

/** One module of a page, with React as it is while one develops: StrictMode mounts everything twice. */
async function bundle(path: string): Promise<string> {
  const at = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: "warn",
    mode: "development",
    define: { "process.env.NODE_ENV": '"development"' },
    build: { write: false, minify: false, rolldownOptions: { input: at(path), output: { codeSplitting: false } } },
  });
  return (built as Rolldown.RolldownOutput).output[0].code;
}

async function open(path: string) {
  await until(() => !isThere("Ada"));
  heard.length = 0;
  const { context, errors } = await newcomer(browser);
  onTestFinished(() => context.close());
  const bundling = bundles.get(path) ?? bundle(path);
  bundles.set(path, bundling);
  const code = (await bundling).replaceAll("</script", "<\\/script");
  const page = await openPage(context, site.url, `<div id="root"></div><script type="module">${code}</script>`);
  return { page, errors };
}

const show = (page: Page, words: string) => page.evaluate((shown) => (window as unknown as Globals).show(shown), words);
const renders = (page: Page) => page.evaluate(() => ({ ...(window as unknown as Globals).renders }));
const isThere = (name: string) => [...meadow.people.values()].some((person) => person.name === name);

describe("the hooks", () => {
  it("[SD5] join once in StrictMode, share a world, render for people and never for poses, and leave", async () => {
    const { page, errors } = await open("test/pages/react.tsx");
    await page.getByText("meadow open: AdaBob").waitFor();
    await page.getByText("lamp undefined").waitFor();
    await until(() => heard.length > 0);
    expect(heard).toEqual(["join Ada"]);

    const before = await renders(page);
    for (let x = 0; x < 20; x++) {
      meadow.moveTo({ x, y: x });
      await page.waitForTimeout(15);
    }
    expect(await renders(page)).toEqual(before);
    await meadow.props.set("lamp", { on: true });
    await page.getByText("lamp [object Object]").waitFor();
    expect((await renders(page))["list"]).toBe(before["list"]);

    await show(page, "again");
    await page.getByText("Meadow open: AdaBob").waitFor();
    await page.waitForTimeout(300);
    expect(heard).toEqual(["join Ada"]);

    await show(page, "pond");
    await page.getByText("pond open: Ada").waitFor();
    await until(() => !isThere("Ada"));
    await show(page, "meadow pond");
    await page.getByText("meadow open: AdaBob").waitFor();
    // the other's patch may come a moment later than the page's
    await until(() => heard.filter((one) => one === "join Ada").length === 2);
    expect(heard.filter((one) => one.startsWith("join"))).toEqual(["join Ada", "join Ada"]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("[SD5] show errors as state, and try again when asked to", async () => {
    const { page } = await open("test/pages/react.tsx");
    await page.getByText("meadow open: AdaBob").waitFor();
    await show(page, "bad radio");
    await page.getByRole("button", { name: "BAD_SLUG" }).waitFor();
    await page.getByText("open master").waitFor();
    await show(page, "bad radio nowhere");
    await page.getByText("SESSION_NOT_FOUND").first().waitFor();
    await show(page, "bad radio");
    await page.evaluate(() => (window as unknown as Globals).setUrl("http://127.0.0.1:9"));
    await show(page, "meadow");
    await page.getByRole("button", { name: "UNREACHABLE" }).first().waitFor();
    await page.getByRole("button", { name: "UNREACHABLE" }).last().click();
    await page.getByRole("button", { name: "UNREACHABLE" }).first().waitFor();
    await until(() => !isThere("Ada"));
    await page.evaluate((url) => (window as unknown as Globals).setUrl(url), site.url);
    await page.getByText("meadow open: AdaBob").waitFor();
    await page.getByRole("button", { name: "open Ada" }).waitFor();
    // the other's patch may come a moment later than the page's
    await until(() => isThere("Ada"));
    await page.context().close();
  });

  it("[SD5] do what the example does: draw people, and let them talk", async () => {
    const { page, errors } = await open("docs/examples/react.tsx");
    await page.getByRole("listitem").filter({ hasText: "Ada (me)" }).waitFor();
    await page.getByRole("listitem").filter({ hasText: "Bob here" }).waitFor();
    await page.getByLabel("Say something").fill("hello");
    await page.keyboard.press("Enter");
    await page.getByText("Ada: hello").waitFor();
    await page.mouse.move(100, 100);
    await page.mouse.move(120, 110);
    await until(() => [...meadow.people.values()].some(({ name, x }) => name === "Ada" && x > 0));
    expect(heard).toEqual(["join Ada"]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
