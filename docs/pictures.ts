/** `npm run pictures`: makes the pictures of the docs from the real thing, with real people in it. Needs Chromium. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { connect } from "../client/index.ts";
import { readConfig } from "../config.ts";
import { startServer } from "../server.ts";

const people = [
  { name: "Ada", x: -96, y: 30, face: "•‿•", color: "#4f86c6", says: "who lit the lamp?" },
  { name: "Kenji", x: 92, y: -26, face: "⌐■_■", color: "#e39b3b", says: "" },
  { name: "Мира", x: 168, y: 66, face: "^‿^", color: "#c65f8d", says: "hello from the hedge" },
  { name: "Noor", x: -190, y: -64, face: "o_o", color: "#5fa777", says: "" },
];
const folder = new URL("pictures/", import.meta.url).pathname;
const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-pictures-"));
const settings = {
  PORT: "0",
  HOST: "127.0.0.1",
  DATA_DIR: dataDir,
  LOG_LEVEL: "error",
  GHOST_MS: "60000",
  SAY_MS: "60000",
};
const server = await startServer(readConfig(settings).config);
const url = `http://127.0.0.1:${server.port}`;

const all = await Promise.all(
  people.map(async ({ name, x, y, face, color, says }) => {
    const here = await connect(url, { name, storage: null });
    const world = await here.world("field", { avatar: { face, color }, share: true });
    const { me } = world;
    for (let step = 0; step <= 30; step++) {
      world.moveTo({ x: me!.x + (x - me!.x) * (step / 30), y: me!.y + (y - me!.y) * (step / 30) });
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    return { here, world, says };
  }),
);
await all[3]!.here.travel("pond", { share: true });
await all[0]!.world.props.set("lamp-1", { on: true });

const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1200, height: 720 } });
await page.goto(`${url}/field`);
await page.waitForFunction(() => window.hereabouts?.world.people.size === 5);
for (const { world, says } of all) if (says) await world.say(says);
await page.waitForTimeout(2000);
mkdirSync(folder, { recursive: true });
await page.screenshot({ path: `${folder}field.png` });

await browser.close();
await Promise.all(all.map(({ here }) => here.close()));
await server.close();
rmSync(dataDir, { recursive: true, force: true });
process.exit(0);
