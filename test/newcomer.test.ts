/**
 * Someone who has never seen hereabouts: from an empty folder, by the README and by the guide to a piece, to the letter.
 * What is typed comes from the documents themselves. Two things differ: the port is a free one, as 2567 may be taken
 * here, and `npm ci` is not run again, as CI began with it.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { newcomer, openBrowser } from "./lib/browser.ts";
import { playTogether, seeEachOther } from "./lib/canvas.ts";
import { checkOut } from "./lib/checkout.ts";
import { blocksUnder, saidUnder } from "./lib/documented.ts";
import { linkMusic, makeMusic } from "./lib/music.ts";
import { freePorts } from "./lib/ports.ts";
import { Terminal } from "./lib/terminal.ts";

type Texts = [string, string, string];

/** For what a machine with much else to do may take. */
const [withinMs, testMs] = [20_000, 120_000];
let folder: string;
let port: number;
let terminal: Terminal;
let browser: Browser;
let readme: string;
let guide: string;
let game: string;
/** What the browser itself writes where nobody listens for a moment. */
const whileItRestarts = /^(Failed to load resource|WebSocket connection to).*(ERR_CONNECTION|status of 503)/;
const windows: Pick<Awaited<ReturnType<typeof newcomer>>, "context" | "errors">[] = [];
const took: string[] = [];

beforeAll(async () => {
  [port, browser] = await Promise.all([freePorts(1), openBrowser(), makeMusic()]);
  folder = checkOut();
  // to make the music of the first start takes a core for a while, and nobody waits for it
  linkMusic(join(folder, "data"));
  terminal = new Terminal(folder, { PORT: String(port) });
  const read = (path: string) => readFileSync(join(folder, path), "utf8").replaceAll(":2567", `:${port}`);
  [readme, guide, game] = ["README.md", "docs/guides/write-a-piece.md", "docs/examples/slide.html"].map(read) as Texts;
});
afterEach(() => terminal.close());
afterAll(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
  console.log(`A new user's commands and edits, in seconds:\n  ${took.join("\n  ")}`);
});

/** Does what the reader is told to, and notes how long that took. */
async function step<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  took.push(`${((performance.now() - from) / 1000).toFixed(1).padStart(5)}  ${what.replaceAll("\n", "; ")}`);
  return result;
}

/** A page in a window of its own, as a private one is: someone else. */
async function open(url: string): Promise<Page> {
  const { context, errors } = await newcomer(browser);
  context.setDefaultTimeout(withinMs);
  windows.push({ context, errors });
  const page = await context.newPage();
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  await page.goto(url);
  return page;
}

async function closeWindows(): Promise<void> {
  for (const { context, errors } of windows.splice(0)) {
    await context.close();
    expect(errors.filter((error) => !whileItRestarts.test(error))).toEqual([]);
  }
}

/** Serves a page on an origin that is not the server's. */
async function serveElsewhere(html: string): Promise<string> {
  const [site, at] = [
    createServer((_, response) => response.setHeader("content-type", "text/html").end(html)),
    await freePorts(1),
  ];
  await new Promise<void>((listening) => site.listen(at, "127.0.0.1", listening));
  onTestFinished(() => void site.close());
  return `http://localhost:${at}/`;
}

describe("[OP6] someone new, by the README", { timeout: testMs }, () => {
  it("installs, starts, and meets somebody in the field; the ten lines, saved as a file, join from wherever they are", async () => {
    const [install, start, ...more] = blocksUnder(readme, "Run it", "sh")[0]!.trim().split(" && ");
    expect([install, more]).toEqual(["npm ci", []]);
    const [rules, serverSide] = blocksUnder(guide, "Have the page predict it", "ts").map(save);
    const server = await step(start!, () => terminal.start(start!));
    for (const path of ["/", "/client.js", "/predict.js", "/devtools.js", "/healthz"]) {
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200]);
    }

    const field = saidUnder(readme, "Run it", /<(http:\S+)>/);
    await step(`two at ${field}`, async () => {
      const people = await Promise.all([open(field), open(field)]);
      for (const page of people) await page.waitForFunction(() => window.hereabouts?.world.people.size === 2);
    });

    await step("the ten lines, as a file and on another site", async () => {
      const html = blocksUnder(readme, "Ten lines of a piece", "html")[0]!;
      const file = join(folder, saidUnder(readme, "Ten lines of a piece", /`(\S+\.html)`/));
      writeFileSync(file, html);
      await seeEachOther(await open(`file://${file}`), await open(await serveElsewhere(html)));
    });
    await step("the guide's first blocks, on a plain page", async () => {
      const url = await serveElsewhere(plainPage());
      await seeEachOther(await open(url), await open(url));
    });
    await step(`a game by ${rules} and ${serverSide}, on a plain page`, async () => {
      const url = await serveElsewhere(game);
      await playTogether(await open(url), await open(url), { own: "teal", other: "gray" });
    });
    await closeWindows();
    await step("Ctrl+C", () => server.stop());
  });
});

/** What the guide shows one after the other, with what it leaves to the reader: a canvas, and how somebody looks. */
function plainPage(): string {
  const code = ["Join", "Move", "Draw", "Say, show, share"].map((heading) => blocksUnder(guide, heading, "ts")[0]);
  const sdk = saidUnder(guide, "Join", /on a plain page: from "(.+?)"/);
  return `<canvas id="c" width="600" height="400" style="position: fixed; inset: 0"></canvas>
    <script type="module">
      ${code.join("\n").replace("hereabouts/client", sdk)}
      const pen = c.getContext("2d");
      requestAnimationFrame(function wipe() {
        pen.clearRect(0, 0, 600, 400);
        requestAnimationFrame(wipe);
      });
      function drawSomeone(x, y, { name, color, alpha, bubble }) {
        pen.fillStyle = color;
        pen.globalAlpha = alpha;
        pen.fillText(bubble ?? name, x, y);
      }
      draw();
    </script>`;
}

describe("[OP6] someone new, by the guide to a piece", { timeout: testMs }, () => {
  it("makes a page that two move on, with a state that outlives a change of the server, and has its test pass", async () => {
    const heading = "Give it a page of its own";
    const [make, develop] = blocksUnder(guide, heading, "sh")[0]!.trim().split("\n");
    await step(make!, () => terminal.run(make!));
    const test = saidUnder(guide, heading, /run it with `(.+?)`/);
    await step(test, () => terminal.run(test));
    const makeGame = blocksUnder(guide, "Have the page predict it", "sh")[0]!.trim();
    await step(makeGame, () => terminal.run(makeGame));
    const testGame = saidUnder(guide, "Have the page predict it", /run it with `(.+?)`/);
    await step(testGame, () => terminal.run(testGame));
    const server = await step(develop!, () => terminal.start(develop!));
    const pages = await step("two on the page", async () => {
      const url = saidUnder(guide, heading, /<(http:\S+)>/);
      const [ada, bob] = await Promise.all([open(url), open(url)]);
      await seeEachOther(ada, bob);
      return [ada, bob] as const;
    });
    const rung = (times: number) => Promise.all(pages.map((page) => page.getByText(`rung ${times} times`).waitFor()));

    await step("an edit of the page: it reloads", async () => {
      await pages[0].getByRole("button", { name: "Ring" }).click();
      await rung(1);
      edit("web/pebbles.html", "<h1>pebbles</h1>", "<h1>Pebbles on a shore</h1>");
      for (const page of pages) await page.getByRole("heading", { name: "Pebbles on a shore" }).waitFor();
      await rung(1);
    });
    await step("two in the game: one pushes the ball, both see the goal", async () => {
      const url = saidUnder(guide, "Have the page predict it", /<(http:\S+)>/);
      const [ada, bob] = await Promise.all([open(url), open(url)]);
      for (const page of [ada, bob]) await page.getByText("2 here").waitFor();
      await ada.bringToFront();
      await ada.locator("canvas").focus();
      await ada.keyboard.down("ArrowRight");
      await ada.getByText(/^[1-9]\d* goals$/).waitFor();
      await bob.bringToFront();
      await bob.getByText(/^[1-9]\d* goals$/).waitFor();
    });
    await step("the guide's rules, and an edit of a server side: it restarts, and nothing is lost", async () => {
      save(blocksUnder(guide, "Give it rules", "ts")[0]!);
      edit("pieces/pebbles.ts", "world.state.rung++", "world.state.rung += 10");
      const ring = async () => {
        await pages[1].getByRole("button", { name: "Ring" }).click();
        return pages[0].getByText(/rung \d+ times/).textContent();
      };
      await expect.poll(ring, { timeout: withinMs, interval: 500 }).toMatch(/rung \d\d+ times/);
    });
    await step("a shot by those rules, from too far away", async () => {
      const page = await open(`${server.url}/rink`);
      const shoot = () =>
        page.evaluate(() => window.hereabouts?.world.ask("shoot", { angle: 0.1 }).catch(({ message }) => message));
      await expect.poll(shoot, { timeout: withinMs }).toContain("Come nearer");
    });
    await closeWindows();
    await step("Ctrl+C", () => server.stop());
  });
});

/** Writes a block into the file that it begins with, and gives its path; none where it names no file or a page's. */
function save(block: string): string | undefined {
  const [, path] = /^\/\/ ((?:pieces|schema)\/\S+)\n/.exec(block) ?? [];
  if (path) writeFileSync(join(folder, path), block);
  return path;
}

/** Changes a file of the new user's, as an editor does. */
function edit(path: string, from: string, to: string): void {
  const file = join(folder, path);
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}
