/** What people leave with a session, from the SDK and a world's page to the operator who looks at it; and what is tried. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts } from "../client/index.ts";
import { newcomer, openBrowser, openWorld } from "./lib/browser.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get } from "./lib/fetch.ts";
import { basicAuth, sendBytes } from "./lib/http.ts";
import { joinWorld, newGuest } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

const passwords = { MONITOR_PASSWORD: "operates-1", MONITOR_VIEW_PASSWORD: "views-1" };
const viewer = basicAuth("viewer", passwords.MONITOR_VIEW_PASSWORD);
const operator = basicAuth("operator", passwords.MONITOR_PASSWORD);
const origin = "https://pieces.example";
const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(5000, 7)]);

let server: TestServer;
let browser: Browser;
let here: Hereabouts;
beforeAll(async () => {
  const env = { ...passwords, ALLOWED_ORIGINS: origin, SESSION_MB: "24", UPLOAD_MB: "5", ARTIFACTS_DAYS: "3" };
  [server, browser] = await Promise.all([startTestServer({ env }), openBrowser()]);
  here = await connect(server.url, { storage: null });
});
afterAll(async () => {
  await here?.close();
  await browser?.close();
  await server?.stop();
});

type Folder = { name: string; key: string; files: { path: string; person?: string }[] };
const asked = async <T>(path: string, headers = viewer) => (await get(server.url, path, { headers })).json as T;

/** What an operator sees of a room's session. */
async function folderOf(key: string): Promise<Folder> {
  const { sessions } = await asked<{ sessions: Folder[] }>("/ops/sessions");
  return asked<Folder>(`/ops/sessions/${sessions.find((session) => session.key === key)!.name}`);
}
const sentTo = async (key: string) =>
  (await folderOf(key)).files.map(({ path }) => path).filter((path) => /^(screenshots|files|devtools)\//.test(path));
/** Those of members, on the disk: whole or not. */
const onDisk = () => globSync(join(server.dataDir, "sessions/*/{screenshots,files,devtools}/*"));

describe("[SE2] what the SDK sends", () => {
  it("is kept with the session of its room, and operators look at it", async () => {
    const world = await here.world("meadow");
    const chat = await here.chat("system");
    const audio = await here.audio(undefined, { remember: false });
    const kept = await world.upload(png, { name: "Über den Wolken.exe", kind: "screenshots" });
    expect(kept).toMatchObject({ type: "image/png", bytes: png.length, keptDays: 3 });
    expect((await chat.upload("words")).path).toMatch(/^files\/.+\.txt$/);
    expect((await audio.upload(new Blob(["words"]), { name: "notes" })).path).toMatch(/^files\/notes-.+\.txt$/);
    const dump = await world.inspect();
    expect(await sentTo("world:meadow")).toEqual(expect.arrayContaining([kept.path, dump.path]));
    expect((await sentTo("chat:system")).length).toBe(1);
    expect((await sentTo(`audio:${audio.session.id}`)).length).toBe(1);
    const { name, files } = await folderOf("world:meadow");
    expect(files.find(({ path }) => path === kept.path)).toMatchObject({ person: here.identity.id });
    const shown = await fetch(`${server.url}/ops/sessions/${name}/files/${kept.path}`, { headers: viewer });
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(png);
    const text = await (
      await fetch(`${server.url}/ops/sessions/${name}/files/${dump.path}`, { headers: viewer })
    ).text();
    expect(JSON.parse(text)).toMatchObject({
      world: { slug: "meadow", connection: "open" },
      people: [{ id: here.identity.id, isMe: true }],
    });
    expect(text).not.toContain("eyJ");
  });

  it("is refused with a code where it may not be", async () => {
    const world = await here.world("meadow");
    const before = onDisk().length;
    await expect(world.upload(Buffer.alloc(100))).rejects.toMatchObject({ code: "UPLOAD_TYPE" });
    await expect(world.upload(Buffer.alloc(6_000_000, 65))).rejects.toMatchObject({ code: "TOO_LARGE" });
    await expect(world.screenshot()).rejects.toMatchObject({ code: "NO_PICTURE" });
    const big = Buffer.concat([png, Buffer.alloc(3_500_000)]);
    const outcomes = await Promise.allSettled([world.upload(big), world.upload(big)]);
    const codes = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.code] : []));
    expect(new Set(codes)).toEqual(new Set(["QUOTA_FULL"]));
    expect(onDisk().length).toBe(before + 2 - codes.length);
    // nothing is counted any more of what was refused
    if (codes.length === 2) await world.upload(big);
    await world.leave();
    await expect(world.upload("words")).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("may come from the page of a site that is allowed to, and from no other", async () => {
    const guest = await newGuest(server.url);
    const raw = await joinWorld(server.url, { slug: "far", guest });
    const post = (from: string) =>
      get(server.url, "/session/world/far/files", {
        method: "POST",
        headers: { authorization: `Bearer ${guest.token}`, origin: from },
        body: "words",
      });
    const taken = await post(origin);
    expect(taken.status).toBe(201);
    expect(taken.headers.get("access-control-allow-origin")).toBe(origin);
    expect(await post("https://elsewhere.example")).toMatchObject({ status: 403, json: { code: "CROSS_SITE" } });
    const preflight = await get(server.url, "/session/world/far/files", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
    await raw.leave();
  });
});

describe("[SE2] what else is tried", () => {
  it("leaves nothing behind, and the server goes on", async () => {
    const guest = await newGuest(server.url);
    const raw = await joinWorld(server.url, { slug: "tried", guest });
    const before = onDisk().length;
    const head = (path: string, ...headers: string[]) =>
      [`POST ${path} HTTP/1.1`, "host: here", `authorization: Bearer ${guest.token}`, ...headers, "", ""].join("\r\n");
    const files = "/session/world/tried/files";
    const refused: [string, number][] = [
      [head(`${files}?name=a`, "content-length: 99999999999", "connection: close"), 413],
      [head(`${files}?name=${"n".repeat(10_000)}`, "content-length: 1", "connection: close"), 400],
      [head("/session/world/../../etc/files", "content-length: 1", "connection: close"), 404],
      [head("/session/world/%00/files", "content-length: 1", "connection: close"), 400],
      [head("/session/world/tried/%2e%2e", "content-length: 1", "connection: close"), 404],
    ];
    for (const [bytes, status] of refused) {
      expect((await sendBytes(server.url, bytes)).status, bytes.slice(0, 80)).toBe(status);
    }
    const broken = [`${head(files, "transfer-encoding: chunked")}zz\r\n`, `${head(files, "content-length: 500")}half`];
    await Promise.all(broken.map((bytes) => sendBytes(server.url, bytes, 500)));
    for (const end = performance.now() + 3000; onDisk().length > before && performance.now() < end; ) await pause(20);
    expect(onDisk().length).toBe(before);
    const names = ["../../../x", "a%00b", "%F0%9F%A6%94", "CON", ".hidden", "..%5c..%5cx", "%ff"];
    for (const name of names) {
      const { status } = await sendBytes(
        server.url,
        `${head(`${files}?name=${name}`, "content-length: 5", "connection: close")}words`,
      );
      expect(status, name).toBe(201);
    }
    expect(onDisk().length).toBe(before + names.length);
    const added = onDisk().filter((path) => path.includes("tried"));
    expect(added.length).toBe(names.length);
    for (const path of added) expect(path).toMatch(/\/sessions\/world-tried-[\w-]+\/files\/[a-z0-9_-]+\.txt$/);
    await raw.leave();
  });
});

describe("[SE2] the button on a world's page", () => {
  it("sends a PNG of what was on the canvas", async () => {
    const { context, errors } = await newcomer(browser);
    const page = await openWorld(context, `${server.url}/field`);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.waitForTimeout(500);
    const before = (await sentTo("world:field")).length;
    await page.getByRole("button", { name: "Take a picture" }).click();
    await page.getByText("Your picture was sent.").waitFor();
    await page.getByText("until 3 days after the last one left").waitFor();
    await page.locator("#canvas").focus();
    await page.keyboard.press("p");
    for (const end = performance.now() + 5000; (await sentTo("world:field")).length < before + 2; await pause(50)) {
      expect(performance.now()).toBeLessThan(end);
    }
    const { name } = await folderOf("world:field");
    const [first] = await sentTo("world:field");
    const picture = readFileSync(join(server.dataDir, "sessions", name, first!)).toString("base64");
    const { side, differing } = await page.evaluate(async (base64) => {
      const canvas = document.querySelector<HTMLCanvasElement>("#canvas")!;
      const { width, height } = canvas;
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
      const pen = new OffscreenCanvas(width, height).getContext("2d")!;
      pen.drawImage(image, 0, 0);
      const [sent, shown] = [pen, canvas.getContext("2d")!].map((of) => of.getImageData(0, 0, width, height).data);
      let pixels = 0;
      for (let i = 0; i < sent!.length; i += 4) {
        if (Math.abs(sent![i]! - shown![i]!) + Math.abs(sent![i + 1]! - shown![i + 1]!) > 24) pixels++;
      }
      return { side: [image.width - width, image.height - height], differing: pixels / (width * height) };
    }, picture);
    expect(side).toEqual([0, 0]);
    expect(differing).toBeLessThan(0.01);
    expect(errors).toEqual([]);
    await context.close();
  });
});

describe("[OP1] what was kept", () => {
  it("is no member's to read or remove", async () => {
    const { name } = await folderOf("world:field");
    const guest = await newGuest(server.url);
    for (const path of ["/ops/sessions", `/ops/sessions/${name}`, `/ops/sessions/${name}/files/session.json`]) {
      expect((await get(server.url, path)).status).toBe(401);
      expect((await get(server.url, path, { headers: { authorization: `Bearer ${guest.token}` } })).status).toBe(401);
      expect((await get(server.url, path, { headers: viewer })).status).toBe(200);
    }
    const remove = (headers: Record<string, string>) =>
      get(server.url, `/ops/sessions/${name}`, { method: "DELETE", headers });
    expect((await remove(viewer)).status).toBe(403);
    await here.world("field");
    expect(await remove(operator)).toMatchObject({ status: 409, json: { code: "ARTIFACT_IN_USE" } });
  });
});

expectCleanLog(() => server, Object.values(passwords));
