/** `npm run pictures`: makes the pictures of the docs from the real thing, with real people in it. Needs Chromium. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { connect } from "../client/index.ts";
import { readConfig } from "../config.ts";
import type { Bells } from "../pieces/bells.ts";
import type { Paint } from "../pieces/paint.ts";
import { startServer } from "../server.ts";

const people = [
  { name: "Ada", x: -96, y: 30, face: "•‿•", color: "#4f86c6", says: "who lit the lamp?" },
  { name: "Kenji", x: 92, y: -26, face: "⌐■_■", color: "#e39b3b", says: "" },
  { name: "Мира", x: 168, y: 66, face: "^‿^", color: "#c65f8d", says: "hello from the hedge" },
  { name: "Noor", x: -190, y: -64, face: "o_o", color: "#5fa777", says: "" },
] as const;
/** By their number in `people`. */
const talk = [
  [0, "anyone at the pond tonight?"],
  [2, "in ten minutes, the kettle is on"],
  [1, "bring the blue ink, I have drawn half a fish"],
  [1, "the wrong half"],
  [3, "I tuned the evening session to something slower, listen in"],
  [0, "oh, that is lovely"],
] as const;
const folder = new URL("pictures/", import.meta.url).pathname;
const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-pictures-"));
const settings = {
  PORT: "0",
  HOST: "127.0.0.1",
  DATA_DIR: dataDir,
  LOG_LEVEL: "error",
  GHOST_MS: "60000",
  // so that whose picture was taken is gone in the next one
  GRACE_MS: "500",
  SAY_MS: "60000",
  MONITOR_PASSWORD: "pictures",
};
const server = await startServer(readConfig(settings).config);
const url = `http://127.0.0.1:${server.port}`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ["--no-sandbox"] });

const all = await Promise.all(
  people.map(async ({ name, x, y, face, color }) => {
    const here = await connect(url, { name, storage: null });
    const avatar = { face, color };
    const world = await here.world("field", { avatar, share: true });
    const { me } = world;
    for (let step = 0; step <= 30; step++) {
      world.moveTo({ x: me!.x + (x - me!.x) * (step / 30), y: me!.y + (y - me!.y) * (step / 30) });
      await pause(40);
    }
    return { here, world, avatar };
  }),
);
await all[3]!.here.travel("pond", { avatar: all[3]!.avatar, share: true });
await all[0]!.world.props.set("lamp-1", { on: true });
mkdirSync(folder, { recursive: true });

await picture("field", { path: "field", width: 1200, height: 720 }, async (page) => {
  await page.waitForFunction(() => window.hereabouts?.world.people.size === 5);
  for (const [i, { says }] of people.entries()) if (says) await all[i]!.world.say(says);
  await pause(2000);
});
await picture("devtools", { path: "field", width: 1200, height: 720 }, async (page) => {
  await page.waitForFunction(() => window.hereabouts?.world.me?.placed);
  await page.addScriptTag({
    type: "module",
    content: `import { openDevtools } from "/devtools.js"; openDevtools(window.hereabouts.here, { weather: { delayMs: 30 } });`,
  });
  await page.getByRole("heading", { name: "World field" }).waitFor();
  await pause(3000);
});

const chats = await Promise.all(all.map(({ here }) => here.chat("system")));
for (const [who, text] of talk) await chats[who]!.say(text);
await picture("chat", { path: "chat", width: 900, height: 560 }, async (page) => {
  await page.getByText("lovely").waitFor();
  await page.getByText("1 here, 5 online").waitFor();
});

await drawFish();
await picture("paint", { path: "paint", width: 900, height: 700 }, () => pause(1500));
for (const [who, cells] of [
  [0, [0, 12, 20, 30, 42, 55]],
  [1, [56, 59, 48, 34]],
  [2, [5, 17, 39, 61]],
] as const) {
  const { here, avatar } = all[who]!;
  const bells = await here.world<Bells>("bells", { avatar });
  for (const cell of cells) await bells.ask("toggle", { cell });
}
await picture("bells", { path: "bells", width: 900, height: 640 }, (page) =>
  page.locator(".note.now").first().waitFor(),
);

for (const { world } of all) world.send("piece:drawing", "x".repeat(2000));
const why = async (page: Page) => page.getByRole("button", { name: "Why?" }).first().click();
await picture("operate-person", { path: "monitor/people#noor", width: 1200, height: 720 }, async (page) => {
  await page.getByText("Noor").first().waitFor();
  await why(page);
  await pause(500);
});
await picture("operate-room", { path: "monitor/room#world:field", width: 1200, height: 720 }, async (page) => {
  await page.getByText("TOO_LARGE").first().waitFor();
  await pause(500);
});

await hasTracks(10);
await picture("radio", { path: "radio", width: 1000, height: 900, scheme: "dark" }, async (page) => {
  await page.getByText("Then in").waitFor();
  for (let skips = 0; skips < 4; skips++) {
    await page.getByRole("button", { name: skips === 1 ? "Brighter" : "More energy" }).click();
    await page.getByRole("button", { name: "Next track now" }).click();
    await pause(4000);
  }
});

await browser.close();
await Promise.all(all.map(({ here }) => here.close()));
await server.close();
rmSync(dataDir, { recursive: true, force: true });
process.exit(0);

type Shot = { path: string; width: number; height: number; scheme?: "light" | "dark" };

/** Opens a page as a newcomer, waits for what `ready` waits for, and takes its picture. */
async function picture(name: string, { path, width, height, scheme = "light" }: Shot, ready: (page: Page) => unknown) {
  const options: BrowserContextOptions = { viewport: { width, height }, colorScheme: scheme };
  if (path.startsWith("monitor")) {
    options.httpCredentials = { username: "operator", password: settings.MONITOR_PASSWORD };
  }
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(`${url}/${path}`);
  await ready(page);
  await page.screenshot({ path: `${folder}${name}.png` });
  await context.close();
  await pause(1000);
}

/** The built-in set is made at the first start, one track after another. */
async function hasTracks(count: number): Promise<void> {
  for (;;) {
    const { total } = (await (await fetch(`${url}/api/audio/tracks`)).json()) as { total: number };
    if (total >= count) return;
    await pause(1000);
  }
}

/** Two draw it: its outline and its eye, and the water. */
async function drawFish(): Promise<void> {
  const curve = (count: number, at: (t: number) => readonly [number, number]) =>
    Array.from({ length: count }, (_, i) => at(i / (count - 1)).map(Math.round)).flat();
  const [ada, mira] = await Promise.all(
    [all[0]!, all[2]!].map(({ here, avatar }) => here.world<Paint>("paint", { avatar })),
  );
  const back = (side: number) => curve(40, (t) => [420 + t * 700, 500 + side * 210 * Math.sin(Math.PI * t * 1.15)]);
  for (const p of [back(-1), back(1)]) await ada!.ask("draw", { c: 5, w: 20, p });
  await ada!.ask("draw", {
    c: 0,
    w: 20,
    p: curve(12, (t) => [560 + 14 * Math.cos(t * 7), 450 + 14 * Math.sin(t * 7)]),
  });
  for (const x of [700, 790, 880]) {
    await ada!.ask("draw", { c: 1, w: 8, p: curve(20, (t) => [x + 45 * Math.sin(Math.PI * t), 410 + t * 180]) });
  }
  for (const y of [120, 860, 920]) {
    await mira!.ask("draw", {
      c: 4,
      w: y === 860 ? 8 : 3,
      p: curve(60, (t) => [150 + t * 1300, y + 24 * Math.sin(t * 40)]),
    });
  }
  for (const [x, y] of [
    [360, 380],
    [330, 300],
    [370, 220],
  ] as const) {
    await mira!.ask("draw", {
      c: 3,
      w: 8,
      p: curve(20, (t) => [x + 18 * Math.cos(t * 6.4), y + 18 * Math.sin(t * 6.4)]),
    });
  }
}
