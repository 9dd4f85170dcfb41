/** The server over HTTP: finding a session, health, joining, upgrades, and what is not there. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorTable } from "../schema/errors.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get, post } from "./lib/fetch.ts";
import { ask, sendBytes, upgradeHeaders } from "./lib/http.ts";
import { gapsWithin, sleep } from "./lib/pace.ts";
import { joinWorld, newGuest, reserve, until } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

let server: TestServer;
let url: string;

beforeAll(async () => {
  server = await startTestServer();
  url = server.url;
});
afterAll(() => server?.stop());

describe("finding a session [SV3]", () => {
  it("gives the address of any slug, case-folded, with CORS", async () => {
    const { status, json, headers } = await get(url, "/session/My-Place_1", {
      headers: { origin: "http://piece.example" },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ url, udp: url, state: "Ready", room: { name: "world", slug: "my-place_1" } });
    expect(["*", "http://piece.example"]).toContain(headers.get("access-control-allow-origin"));
    const preflight = await get(url, "/session/field", {
      method: "OPTIONS",
      headers: { origin: "http://piece.example" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBeTruthy();
  });

  it("takes a service and changes nothing by it", async () => {
    expect((await get(url, "/session/field?service=anything&service=two")).json).toEqual(
      (await get(url, "/session/field")).json,
    );
  });

  it.each([
    "-a",
    "_a",
    "a.b",
    "a%20b",
    "%C3%A9",
    "a".repeat(65),
    "create",
    "FOLLOW",
    "info",
    "list",
    "%00",
    "a%2fb",
    "%2e%2e",
  ])("refuses %s as a slug", async (slug) => {
    const answer = await ask(url, `/session/${slug}`);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "BAD_SLUG", remedy: errorTable.BAD_SLUG.remedy });
  });

  it("refuses what is no URL at all", async () => {
    expect((await get(url, "/session/%zz")).status).toBe(400);
    expect((await get(url, "/session/a/b")).status).toBe(404);
  });

  it("gives the same slugs the same answer however they are joined, and keeps slugs apart", async () => {
    const { token } = await newGuest(url);
    const one = await reserve(url, token, { slug: "Apart-1" });
    expect((await reserve(url, token, { slug: "apart-1" })).roomId).toBe(one.roomId);
    expect((await reserve(url, token, { slug: "apart-2" })).roomId).not.toBe(one.roomId);
  });

  const forwarded = { "x-forwarded-host": "rooms.example", "x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4" };
  const urlOf = async (at: string, headers: Record<string, string>, path = "/session/field") =>
    (JSON.parse((await ask(at, path, headers)).body) as { url: string }).url;

  it("takes the address from the request, and X-Forwarded-* from trusted proxies only", async () => {
    expect(await urlOf(url, forwarded)).toBe(url);
    expect(await urlOf(url, { host: "here.example:81" })).toBe("http://here.example:81");
    const [trusting, other] = await Promise.all([
      serverOfTest({ env: { TRUST_PROXY: "loopback" } }),
      serverOfTest({ env: { TRUST_PROXY: "10.0.0.0/8, 192.0.2.1" } }),
    ]);
    expect(await urlOf(trusting.url, forwarded)).toBe("https://rooms.example");
    expect(await urlOf(trusting.url, {})).toBe(trusting.url);
    expect(await urlOf(other.url, forwarded)).toBe(other.url);
  });

  it("prefers PUBLIC_URL; in development only where forceProduction asks for it", async () => {
    const PUBLIC_URL = "https://rooms.example.org/";
    const [public_, dev] = await Promise.all([
      serverOfTest({ env: { PUBLIC_URL } }),
      serverOfTest({ env: { PUBLIC_URL, DEV: "1" } }),
    ]);
    expect(await urlOf(public_.url, { host: "other.example" })).toBe("https://rooms.example.org");
    expect(await urlOf(dev.url, {})).toBe(dev.url);
    expect(await urlOf(dev.url, {}, "/session/field?forceProduction=1")).toBe("https://rooms.example.org");
    // the pages' own reloading goes through the same door, and only in development
    const hmr = { ...upgradeHeaders, "sec-websocket-protocol": "vite-ping" };
    expect((await ask(dev.url, "/", hmr)).status).toBe(101);
    expect((await ask(public_.url, "/", hmr)).status).toBe(400);
  });
});

describe("health [SV5]", () => {
  it("answers whether it is alive, may take seats, and how it does", async () => {
    expect((await get(url, "/healthz")).text).toBe("ok\n");
    expect((await get(url, "/readyz")).json).toEqual({ ready: true, reasons: [] });
    expect((await get(url, "/metrics")).text).toContain("# TYPE hereabouts_people gauge");
    for (const path of ["/healthz", "/readyz", "/metrics", "/status"])
      expect((await get(url, path, { method: "HEAD" })).status).toBe(200);
  });

  it("[OP5] tells other processes that it serves", async () => {
    const { json } = await get(url, "/cluster/alive");
    expect(json).toEqual({ id: expect.any(String), isServing: true, isUp: true, upMs: 0 });
  });

  it("tells counts only: no name, address or place of a person", async () => {
    const guest = await newGuest(url, "Ada Lovelace");
    const client = await joinWorld(url, { slug: "a-quiet-place", guest });
    const { json, text } = await get(url, "/status");
    expect(
      Object.values(json).every((value) => typeof value === "number" || /^\d+\.\d+\.\d+$/.test(String(value))),
    ).toBe(true);
    expect(json).toMatchObject({
      people: expect.any(Number),
      connections: expect.any(Number),
      guests: expect.any(Number),
    });
    expect(json["people"]).toBeGreaterThan(0);
    const said = text + (await get(url, "/metrics")).text;
    for (const secret of ["Ada", guest.id, guest.handle, "a-quiet-place", "127.0.0.1"])
      expect(said).not.toContain(secret);
    await client.leave();
  });

  it("is not ready while storage takes no write; people go on meanwhile", async () => {
    const { url, dataDir } = await serverOfTest({ env: { AUDIO: "off" } });
    const walker = await joinWorld(url, { slug: "kept-going" });
    const watcher = await joinWorld(url, { slug: "kept-going" });
    let x = 0;
    const walking = setInterval(() => walker.move({ x: x++, y: 0, z: 0, angle: 0 }), 33);
    await sleep(500);
    const from = performance.now();
    const db = new DatabaseSync(join(dataDir, "hereabouts.db"));
    db.exec("BEGIN IMMEDIATE");
    const { status, json } = await get(url, "/readyz");
    expect([status, json["ready"]]).toEqual([503, false]);
    expect(String(json["reasons"])).toContain("storage");
    await sleep(1500);
    db.exec("ROLLBACK");
    db.close();
    expect((await get(url, "/readyz")).status).toBe(200);
    expect(gapsWithin(watcher.frameTimes, from, performance.now())[0]).toBeLessThan(400);
    clearInterval(walking);
    await Promise.all([walker.leave(), watcher.leave()]);
  });

  it("answers a join that storage fails as an error, and says so once", { timeout: 20_000 }, async () => {
    const broken = await serverOfTest({ preload: [new URL("./lib/brokenStorage.ts", import.meta.url)] });
    const { token } = await newGuest(broken.url);
    const before = await joinWorld(broken.url);
    process.kill(broken.pid, "SIGUSR2");
    await until(async () => (await get(broken.url, "/readyz")).status === 503);
    await expect(reserve(broken.url, token, { slug: "new-here" })).rejects.toThrow(/^500 .*INTERNAL/);
    expect((await before.request("say", { text: "still here" }))?.status).toBe(0);
    expect(before.closed).toBeUndefined();
    expect(broken.lines.filter(({ from }) => from === "stderr")).toEqual([]);
  });
});

describe("joining [SV3] [ID3]", () => {
  const join = (body: unknown, path = "/matchmake/joinOrCreate/world") => post(url, path, body);

  it.each<[string, unknown]>([
    ["no slug", {}],
    ["a slug that is none", { slug: "../x" }],
    ["a taken slug", { slug: "list" }],
    ["a slug of another type", { slug: ["field"] }],
    ["a connection that is none", { slug: "field", connection: "short" }],
    ["an avatar with something else in it", { slug: "field", avatar: { size: 3 } }],
    ["half a surrogate pair", { slug: "field", avatar: { color: "\ud800" } }],
    ["a length of its own", { slug: "field", connection: { length: { toString: 1 } } }],
    ["an attention that is none", { slug: "field", attention: "asleep" }],
  ])("is refused with %s", async (_, body) => {
    const { status, json } = await join(body);
    expect([status, String(json["error"])]).toEqual([400, expect.stringMatching(/^BAD_(BODY|SLUG): /)]);
  });

  it("is refused with an avatar that is too large, by the room and by its code", async () => {
    await expect(joinWorld(url, { options: { avatar: { showing: "é".repeat(4000) } } })).rejects.toThrow(
      "413 TOO_LARGE",
    );
  });

  it.each([
    ["multipart", "multipart/form-data; boundary=x", "--x"],
    ["a form", "application/x-www-form-urlencoded", "slug=field"],
    ["text", "text/plain", '{"slug":"field"}'],
    ["broken JSON", "application/json", '{"slug":'],
    ["an array", "application/json", "[]"],
    ["nothing", "application/json", ""],
  ])("is refused as %s", async (_, contentType, body) => {
    const init = { method: "POST", headers: { "content-type": contentType }, body };
    const { status, json } = await get(url, "/matchmake/joinOrCreate/world", init);
    expect([status, String(json["error"])]).toEqual([400, expect.stringMatching(/^BAD_BODY: /)]);
  });

  it("knows no other rooms and methods", async () => {
    for (const path of [
      "joinOrCreate/constructor",
      "joinOrCreate/__proto__",
      "create/world",
      "__proto__/world",
      "joinById/toString",
    ]) {
      expect((await join({ slug: "field" }, `/matchmake/${path}`)).status).toBeGreaterThanOrEqual(400);
    }
  });

  it("survives what proxies and clients get wrong in headers", async () => {
    const { token } = await newGuest(url);
    const body = '{"slug":"field"}';
    const headers = { "content-type": "application/json", "content-length": "16", authorization: `Bearer ${token}` };
    const joinWith = (more: Record<string, string>) => {
      const lines = Object.entries({ host: "x", connection: "close", ...headers, ...more }).map(
        ([k, v]) => `${k}: ${v}\r\n`,
      );
      return sendBytes(url, `POST /matchmake/joinOrCreate/world HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
    };
    expect((await joinWith({ "x-forwarded-proto": "https, http" })).status).toBe(200);
    expect((await joinWith({ "x-forwarded-proto": "no scheme" })).status).toBe(200);
    for (const host of ["a:99999", "999.1.1.1", "[::1", "", "a b", "user@x"]) {
      expect((await joinWith({ host })).status, host).toBe(400);
    }
  });

  it("is not disturbed by one who goes away in the middle of it", async () => {
    const head = "POST /matchmake/joinOrCreate/world HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    await sendBytes(url, `${head}Content-Length: 100\r\n\r\n{"slug"`, 100);
    await sendBytes(url, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"slu`, 100);
    expect((await get(url, "/healthz")).status).toBe(200);
  });
});

describe("modules for plain pages [SD1]", () => {
  it("are looked for anew by each page, and what they import is kept, whichever site asked first", async () => {
    const headers = { origin: "http://piece.example" };
    for (const name of ["client.js", "predict.js"]) {
      const module = await get(url, `/${name}`, { headers });
      expect(module.headers.get("cache-control")).toBe("no-cache");
      const [, imported] = /from"\.(\/assets\/[^"]+)"/.exec(module.text)!;
      const shared = await get(url, imported!, { headers });
      expect(shared.status).toBe(200);
      expect(shared.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(shared.headers.get("access-control-allow-origin")).toBe("*");
      expect(shared.headers.get("access-control-allow-credentials")).toBeNull();
      expect((await get(url, `${imported}.map`)).status).toBe(200);
    }
  });
});

describe("upgrades", () => {
  it("are for rooms only, and never take another request for one", async () => {
    for (const path of [
      "/",
      "//x/y?",
      "/p/constructor?sessionId=x",
      "/p/__proto__?sessionId=x",
      "/p?x",
      `/p/${"r".repeat(9000)}?`,
    ]) {
      expect((await ask(url, path, upgradeHeaders)).status, path.slice(0, 40)).toBe(400);
    }
    expect((await ask(url, "/p/nowhere?sessionId=x", upgradeHeaders)).status).toBe(101);
  });

  it("to something else are answered as if not asked for", async () => {
    const offer = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
    const answer = await sendBytes(
      url,
      `GET /healthz HTTP/1.1\r\nHost: x\r\n${Object.entries(offer)
        .map(([k, v]) => `${k}: ${v}\r\n`)
        .join("")}\r\n`,
      500,
    );
    expect(answer.status).toBe(200);
  });
});

describe("what is not there", () => {
  it.each([
    "/no/such/thing",
    "/assets/none.js",
    "/auth/guest",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2fpackage.json",
    "/.env",
  ])("is said with a code: %s", async (path) => {
    const answer = await ask(url, path);
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.body).toMatch(/"code":"(NOT_FOUND|BAD_BODY)"/);
  });
});

expectCleanLog(() => server);
