/** The server over HTTP: its routes and answers, its start and what keeps it from starting, and the monitor's door. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { errorTable } from "../schema/errors.ts";
import { ask, basicAuth, sendBytes, upgradeHeaders } from "./lib/http.ts";
import { gapsWithin, sleep } from "./lib/pace.ts";
import { joinWorld, newGuest, type RawClient, reserve, until } from "./lib/raw.ts";
import { type LaunchOptions, launch, startTestServer, type TestServer } from "./lib/server.ts";

const secret = "a secret of the tests, long enough for the purpose";
const settings = {
  AUTH_SECRET: secret,
  MONITOR_PASSWORD: "open sesame: ünlock",
  MONITOR_VIEW_PASSWORD: "just looking",
  TRUST_PROXY: "",
};
const operator = basicAuth("operator", settings.MONITOR_PASSWORD);
const viewer = basicAuth("viewer", settings.MONITOR_VIEW_PASSWORD);
/** How the monitor's own page is known. */
const own = { "sec-fetch-site": "same-origin" };

let server: TestServer;
let url: string;

beforeAll(async () => {
  server = await startTestServer({ env: settings });
  url = server.url;
});
afterAll(() => server?.stop());

/** A server of one test. */
async function another(options: LaunchOptions = {}): Promise<TestServer> {
  const started = await startTestServer(options);
  onTestFinished(() => void started.stop());
  return started;
}

type Answer = { status: number; headers: Headers; text: string; json: Record<string, unknown> };

async function get(path: string, init: RequestInit = {}, at = url): Promise<Answer> {
  const response = await fetch(at + path, init);
  const text = await response.text();
  const isJson = text !== "" && response.headers.get("content-type")?.includes("json");
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  get(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

function mint(claims: Record<string, unknown>, options: { key?: string; issuer?: string; expires?: number } = {}) {
  const token = new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setIssuer(options.issuer ?? "hereabouts");
  return token.setExpirationTime(options.expires ?? "1h").sign(new TextEncoder().encode(options.key ?? secret));
}

describe("starting [SV1] [SV2] [OP3]", () => {
  it("prints the pages, the monitor and its login, the storage and the carrier of datagrams", () => {
    const printed = server.lines.map(({ text }) => text).join("\n");
    expect(printed).toContain(`pages     ${url}/`);
    expect(printed).toContain(`monitor   ${url}/monitor/   (operator, MONITOR_PASSWORD)`);
    expect(printed).toContain(`storage   SQLite in ${server.dataDir}`);
    expect(printed).toMatch(/datagrams \S/);
  });

  it("says in one line what keeps it from starting, and exits with 1", { timeout: 60_000 }, async () => {
    const file = join(server.dataDir, "a-file");
    writeFileSync(file, "");
    const wrong: [Record<string, string>, string[], ...string[]][] = [
      [{ PORT: String(server.port) }, [], "PORT", String(server.port), "set PORT"],
      [{ PORT: "abc" }, [], "PORT", '"abc"'],
      [{ PORT: "70000" }, [], "PORT"],
      [{ HOST: "203.0.113.7" }, [], "HOST", "203.0.113.7"],
      [{ TICK_HZ: "0" }, [], "TICK_HZ"],
      [{ TICK_HZZ: "20" }, [], "TICK_HZZ", "TICK_HZ?"],
      [{ TRUST_PROXY: "nonsense" }, [], "TRUST_PROXY"],
      [{ TRUST_PROXY: "10.0.0.0/99" }, [], "TRUST_PROXY"],
      [{ PUBLIC_URL: "rooms.example.org" }, [], "PUBLIC_URL"],
      [{ AUTH_SECRET: "tooShort" }, [], "AUTH_SECRET"],
      [{ DATA_DIR: file }, [], "DATA_DIR", file],
      [{}, ["--tick-hz", "x"], "TICK_HZ (argument)"],
      [{}, ["--colour", "red"], "COLOUR"],
      [{}, ["start"], '"start"'],
    ];
    await Promise.all(
      wrong.map(async ([env, args, ...named]) => {
        const attempt = launch({ env, args });
        expect(await attempt.exited).toEqual({ code: 1, signal: null });
        const written = attempt.lines.map(({ text }) => text);
        expect(written, JSON.stringify(env)).toHaveLength(1);
        for (const name of named) expect(written[0]).toContain(name);
        expect(written[0]).not.toContain("tooShort");
        await attempt.stop();
      }),
    );
  });

  it("makes a password at the first start only, shows it once and keeps it readable by its owner", async () => {
    const first = await another();
    const printed = first.lines.map(({ text }) => text).join("\n");
    const password = /\(operator, ([\w-]{16})\)/.exec(printed)?.[1];
    expect((await ask(first.url, "/monitor/api", basicAuth("operator", password!))).status).toBe(200);
    const again = await another({ dataDir: first.dataDir });
    const shown = again.lines.map(({ text }) => text).join("\n");
    expect(shown).not.toContain(password);
    expect(shown).toContain(join(first.dataDir, "monitor-password"));
    expect((await ask(again.url, "/monitor/api", basicAuth("operator", password!))).status).toBe(200);
  });
});

describe("finding a session [SV3]", () => {
  it("gives the address of any slug, case-folded, with CORS", async () => {
    const { status, json, headers } = await get("/session/My-Place_1", { headers: { origin: "http://piece.example" } });
    expect(status).toBe(200);
    expect(json).toMatchObject({ url, udp: url, state: "Ready", room: { name: "world", slug: "my-place_1" } });
    expect(["*", "http://piece.example"]).toContain(headers.get("access-control-allow-origin"));
    const preflight = await get("/session/field", { method: "OPTIONS", headers: { origin: "http://piece.example" } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBeTruthy();
  });

  it("takes a service and changes nothing by it", async () => {
    expect((await get("/session/field?service=anything&service=two")).json).toEqual((await get("/session/field")).json);
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
    expect((await get("/session/%zz")).status).toBe(400);
    expect((await get("/session/a/b")).status).toBe(404);
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
      another({ env: { TRUST_PROXY: "loopback" } }),
      another({ env: { TRUST_PROXY: "10.0.0.0/8, 192.0.2.1" } }),
    ]);
    expect(await urlOf(trusting.url, forwarded)).toBe("https://rooms.example");
    expect(await urlOf(trusting.url, {})).toBe(trusting.url);
    expect(await urlOf(other.url, forwarded)).toBe(other.url);
  });

  it("prefers PUBLIC_URL; in development only where forceProduction asks for it", async () => {
    const PUBLIC_URL = "https://rooms.example.org/";
    const [public_, dev] = await Promise.all([
      another({ env: { PUBLIC_URL } }),
      another({ env: { PUBLIC_URL, DEV: "1" } }),
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
    expect((await get("/healthz")).text).toBe("ok\n");
    expect((await get("/readyz")).json).toEqual({ ready: true, reasons: [] });
    expect((await get("/metrics")).text).toContain("# TYPE hereabouts_people gauge");
    for (const path of ["/healthz", "/readyz", "/metrics", "/status"])
      expect((await get(path, { method: "HEAD" })).status).toBe(200);
  });

  it("tells counts only: no name, address or place of a person", async () => {
    const guest = await newGuest(url, "Ada Lovelace");
    const client = await joinWorld(url, { slug: "a-quiet-place", guest });
    const { json, text } = await get("/status");
    expect(
      Object.values(json).every((value) => typeof value === "number" || /^\d+\.\d+\.\d+$/.test(String(value))),
    ).toBe(true);
    expect(json).toMatchObject({
      people: expect.any(Number),
      connections: expect.any(Number),
      guests: expect.any(Number),
    });
    expect(json["people"]).toBeGreaterThan(0);
    const said = text + (await get("/metrics")).text;
    for (const secret of ["Ada", guest.id, guest.handle, "a-quiet-place", "127.0.0.1"])
      expect(said).not.toContain(secret);
    await client.leave();
  });

  it("is not ready while storage takes no write; people go on meanwhile", async () => {
    const walker = await joinWorld(url, { slug: "kept-going" });
    const watcher = await joinWorld(url, { slug: "kept-going" });
    let x = 0;
    const walking = setInterval(() => walker.move({ x: x++, y: 0, z: 0, angle: 0 }), 33);
    await sleep(500);
    const from = performance.now();
    const db = new DatabaseSync(join(server.dataDir, "hereabouts.db"));
    db.exec("BEGIN IMMEDIATE");
    const { status, json } = await get("/readyz");
    expect([status, json["ready"]]).toEqual([503, false]);
    expect(String(json["reasons"])).toContain("storage");
    await sleep(1500);
    db.exec("ROLLBACK");
    db.close();
    expect((await get("/readyz")).status).toBe(200);
    expect(gapsWithin(watcher.frameTimes, from, performance.now())[0]).toBeLessThan(400);
    clearInterval(walking);
    await Promise.all([walker.leave(), watcher.leave()]);
  });

  it("answers a join that storage fails as an error, and says so once", { timeout: 20_000 }, async () => {
    const broken = await another({ preload: [new URL("./lib/brokenStorage.ts", import.meta.url)] });
    const { token } = await newGuest(broken.url);
    const before = await joinWorld(broken.url);
    process.kill(broken.pid, "SIGUSR2");
    await until(async () => (await get("/readyz", {}, broken.url)).status === 503);
    await expect(reserve(broken.url, token, { slug: "new-here" })).rejects.toThrow(/^500 .*INTERNAL/);
    expect((await before.request("say", { text: "still here" }))?.status).toBe(0);
    expect(before.closed).toBeUndefined();
    expect(broken.lines.filter(({ from }) => from === "stderr")).toEqual([]);
  });
});

describe("who someone is [ID1] [ID2] [ID4]", () => {
  it("makes a guest, and the same one under another name for their token", async () => {
    const first = await post("/auth/guest", { name: "  Ada\u202e\u0000 Lovelace \ud800 " });
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({ guest: true, name: "Ada Lovelace \ufffd" });
    expect(first.headers.get("cache-control")).toBe("no-store");
    const again = await post("/auth/guest", { token: first.json["token"], name: "Countess" });
    expect(again.json).toMatchObject({ id: first.json["id"], handle: first.json["handle"], name: "Countess" });
    const kept = await post("/auth/guest", { token: again.json["token"] });
    expect(kept.json).toMatchObject({ id: first.json["id"], name: "Countess" });
    const me = await get("/auth/me", bearer(String(kept.json["token"])));
    expect(me.json).toEqual({
      id: first.json["id"],
      handle: first.json["handle"],
      name: "Countess",
      guest: true,
      role: "member",
    });
  });

  it("makes someone new for any other token, and never a guest of a person", async () => {
    const person = await mint({ sub: "local:grace", handle: "grace", role: "admin" });
    const { json: me } = await get("/auth/me", bearer(person));
    expect(me).toMatchObject({ handle: "grace", role: "admin", guest: false });
    for (const token of ["", "nonsense", person, await mint({ guest: true, sub: "guest:1" }, { key: `${secret}!` })]) {
      const { status, json } = await post("/auth/guest", { token });
      expect([status, json["guest"]]).toEqual([200, true]);
      expect(json["id"]).not.toBe(me["id"]);
    }
  });

  it("shows at most 64 characters of a name, whatever their script", async () => {
    const { json } = await post("/auth/guest", { name: "𝕏".repeat(200) });
    expect([...String(json["name"])]).toHaveLength(64);
    expect((await post("/auth/guest", { name: "x".repeat(513) })).json).toMatchObject({ code: "BAD_BODY" });
  });

  it.each([
    ["not an object", "[1]"],
    ["a wrong field", '{"name":5}'],
    ["a length of its own", '{"name":{"length":{"toString":1}}}'],
    ["not JSON", '{"name":'],
  ])("refuses a body that is %s", async (_, body) => {
    const answer = await get("/auth/guest", { method: "POST", headers: { "content-type": "application/json" }, body });
    expect([answer.status, answer.json["code"]]).toEqual([400, "BAD_BODY"]);
  });

  it("refuses a body above its limit", async () => {
    expect((await post("/auth/guest", { name: "x".repeat(20_000) })).json).toMatchObject({ code: "TOO_LARGE" });
    const { token } = await newGuest(url);
    const big = await post(
      "/matchmake/joinOrCreate/world",
      { slug: "x", junk: "x".repeat(70_000) },
      { authorization: `Bearer ${token}` },
    );
    expect([big.status, big.json["code"]]).toEqual([413, "TOO_LARGE"]);
  });

  it("refuses every token that it did not sign, at /auth/me and at the door of a room", async () => {
    const claims = { sub: "local:eve", handle: "eve", role: "admin" };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const past = Math.floor(Date.now() / 1000) - 60;
    const tokens = [
      "x",
      "a.b.c",
      `${part({ alg: "none" })}.${part({ ...claims, iss: "hereabouts" })}.`,
      await mint(claims, { key: "another secret that is long enough as well" }),
      await mint(claims, { issuer: "elsewhere" }),
      await mint(claims, { expires: past }),
      await mint({ handle: "eve" }),
      `${(await mint(claims)).slice(0, -2)}xx`,
    ];
    for (const token of tokens) {
      expect((await get("/auth/me", bearer(token))).json, token).toMatchObject({ code: "BAD_TOKEN" });
      await expect(reserve(url, token, { slug: "field" })).rejects.toThrow(/^401 .*BAD_TOKEN/);
    }
    expect((await get("/auth/me")).json).toMatchObject({ code: "BAD_TOKEN" });
    expect((await get("/auth/me", { headers: { authorization: "Basic abc" } })).status).toBe(401);
  });

  it("gives a handle to the first who comes with it, ignoring case and look-alikes", async () => {
    expect((await get("/auth/me", bearer(await mint({ sub: "a", handle: "Milo_1" })))).status).toBe(200);
    expect((await get("/auth/me", bearer(await mint({ sub: "b", handle: "mi1o-l" })))).json).toMatchObject({
      code: "HANDLE_TAKEN",
    });
  });
});

describe("joining [SV3] [ID3]", () => {
  const join = (body: unknown, path = "/matchmake/joinOrCreate/world") => post(path, body);

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
    const { status, json } = await get("/matchmake/joinOrCreate/world", init);
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
    expect((await get("/healthz")).status).toBe(200);
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

describe("the monitor [OP1]", () => {
  let client: RawClient;
  let roomId: string;
  const call = (method: string, args: unknown, headers: Record<string, string>, room = roomId) =>
    ask(
      url,
      `/monitor/api/room/call?${new URLSearchParams({ roomId: room, method, args: JSON.stringify(args) })}`,
      headers,
    );
  const doing = (method: string, ...args: unknown[]) => call(method, args, { ...operator, ...own });
  const audit = () => server.logs().filter(({ audit }) => audit === true);

  beforeAll(async () => {
    client = await joinWorld(url, { slug: "watched" });
    roomId = client.reservation.roomId;
  });

  it("asks everyone for a login, at each of its addresses", async () => {
    for (const path of [
      "/monitor",
      "/monitor/",
      "/MONITOR/",
      "/monitor/api",
      `/monitor/api/room?roomId=${roomId}`,
      "/monitor/assets/x.js",
    ]) {
      const answer = await ask(url, path);
      expect([answer.status, answer.headers["www-authenticate"]], path).toEqual([
        401,
        expect.stringContaining("Basic"),
      ]);
    }
  });

  it.each([
    ["a wrong password", basicAuth("operator", "open sesame")],
    ["the other role's password", basicAuth("operator", settings.MONITOR_VIEW_PASSWORD)],
    ["another name", basicAuth("root", settings.MONITOR_PASSWORD)],
    ["no password", basicAuth("viewer", "")],
    ["nothing in it", { authorization: "Basic " }],
    ["no base64", { authorization: "Basic \u00ff\u00fe" }],
    ["a token", { authorization: `Bearer ${settings.MONITOR_PASSWORD}` }],
  ])("does not open to %s", async (_, headers) => {
    expect((await ask(url, "/monitor/api", headers as Record<string, string>)).status).toBe(401);
  });

  it("has no viewer unless a password for one is set", async () => {
    const without = await another({ env: { MONITOR_PASSWORD: "p" } });
    expect((await ask(without.url, "/monitor/api", basicAuth("viewer", ""))).status).toBe(401);
    expect((await ask(without.url, "/monitor/api", basicAuth("operator", "p"))).status).toBe(200);
  });

  it("shows the rooms to both, by kind, label, people, connections and guests", async () => {
    for (const login of [viewer, operator]) {
      const answer = await get("/monitor/api", { headers: { ...login } });
      const rooms = answer.json["rooms"] as { roomId: string; metadata: unknown }[];
      expect(rooms.find((room) => room.roomId === roomId)?.metadata).toMatchObject({ kind: "world", label: "watched" });
      expect(JSON.stringify(answer.json["columns"])).toMatch(/kind.*label.*people.*connections/);
      expect((await ask(url, `/monitor/api/room?roomId=${roomId}`, login)).status).toBe(200);
      expect((await ask(url, "/monitor/", login)).status).toBe(200);
    }
  });

  it("lets a viewer do nothing", async () => {
    for (const method of [
      "disconnect",
      "broadcast",
      "_forceClientDisconnect",
      "_editStateProperty",
      "getInspectData",
    ]) {
      expect((await call(method, ["x"], { ...viewer, ...own })).status, method).toBe(403);
    }
    expect(client.closed).toBeUndefined();
  });

  it("does for an operator what its buttons do, and writes it to the audit log", async () => {
    expect((await doing("broadcast", "notice", { text: "to all" })).status).toBe(200);
    expect((await client.heard("notice"))?.data).toEqual({ text: "to all" });
    expect((await doing("_sendMessageToClient", client.reservation.sessionId, "hint", { text: "to one" })).status).toBe(
      200,
    );
    expect((await client.heard("hint"))?.data).toEqual({ text: "to one" });
    const done = audit().map(({ who, method, roomId }) => [who, method, roomId]);
    expect(done).toContainEqual(["operator", "broadcast", roomId]);
    expect(done).toContainEqual(["operator", "_sendMessageToClient", roomId]);
  });

  it("edits values of the state and deletes props, and nothing that would break the room", async () => {
    await client.request("prop.set", { key: "lamp", value: "on" });
    expect((await doing("_editStateProperty", ["props", "lamp", "value"], '"off"')).status).toBe(200);
    expect((await ask(url, `/monitor/api/room?roomId=${roomId}`, operator)).body).toContain('\\"off\\"');
    expect((await doing("_deleteStateProperty", ["props", "lamp"])).status).toBe(200);
    const breaking: [string, ...unknown[]][] = [
      ["_editStateProperty", ["people"], null],
      ["_editStateProperty", ["people"], {}],
      ["_editStateProperty", ["tickHz"], "fast"],
      ["_editStateProperty", ["slug"], "\ud800"],
      ["_editStateProperty", ["props", "lamp"], "off"],
      ["_editStateProperty", ["nothing", "here"], 1],
      ["_deleteStateProperty", ["people"]],
      ["_deleteStateProperty", ["bounds"]],
    ];
    for (const [method, ...args] of breaking)
      expect((await doing(method, ...args)).status, JSON.stringify(args)).toBe(500);
    await expect(joinWorld(url, { slug: "watched" }).then((other) => other.leave())).resolves.toBeDefined();
  });

  it.each<[string, unknown]>([
    ["announce", ["say", {}]],
    ["getInspectData", []],
    ["setMetadata", [{}]],
    ["onJoin", [{}]],
    ["kickClient", ["x"]],
    ["constructor", []],
    ["__proto__", []],
    ["toString", []],
    ["hasOwnProperty", ["x"]],
    ["_onMessage", []],
    ["broadcast", []],
    ["broadcast", "x"],
    ["broadcast", [{ type: "x" }]],
    ["broadcast", ["x", {}, { except: 1 }]],
    ["disconnect", [4000]],
    ["_forceClientDisconnect", [["x"]]],
    ["_sendMessageToClient", ["x", 5]],
    ["_editStateProperty", [["__proto__", "x"], 1]],
    ["_editStateProperty", [["constructor", "prototype", "x"], 1]],
    ["_editStateProperty", [[], 1]],
    ["_editStateProperty", ["__proto__", 1]],
    ["_deleteStateProperty", [["__proto__"]]],
  ])("refuses %s with %j", async (method, args) => {
    const before = audit().length;
    expect((await call(method, args, { ...operator, ...own })).status).toBe(403);
    expect(audit()).toHaveLength(before);
  });

  it("is not talked round by the way its address is written", async () => {
    const query = `?${new URLSearchParams({ roomId, method: "announce", args: '["tricked",{"by":"PATH"}]' })}`;
    const twice = `?roomId=${roomId}&method=broadcast&args=["tricked"]&method=announce&args=["tricked"]`;
    const filler = `${"a=1&".repeat(1100)}`;
    const queries = [
      query,
      twice,
      `?${filler}${query.slice(1)}`,
      `?roomId=${roomId}&method=broadcast&args=["hidden"]&${filler}method=announce&args=["tricked"]`,
      `?roomId=${roomId}&method[]=announce&args=["tricked"]`,
      `?roomId=${roomId}&method=announce%00&args=["tricked"]`,
    ];
    const paths = [
      "/monitor/api/room/call",
      "/monitor/api/room/call/",
      "/monitor/api/room/call//",
      "/monitor/api/room//call",
      "/monitor//api/room/call",
      "/monitor/./api/room/call",
      "/monitor/x/../api/room/call",
      "/monitor/x/%2e%2e/api/room/call",
      "/monitor/api/room%2fcall",
      "/monitor/api%2froom/call",
      "/monitor%2fapi/room/call",
      "/%6donitor/api/room/call",
      "/monitor/api/room/c%61ll",
      "/MONITOR/api/room/call",
      "/monitor/API/room/call",
      "/monitor/api/room/CALL",
      "/monitor/api/room/call;x=1",
      "/monitor/api/room/call%20",
      "/monitor/api/room/call.",
      "/monitor/api\\room\\call",
      "/monitor/api/room/call#",
      "//monitor/api/room/call",
      "/./monitor/api/room/call",
      "/matchmake/../monitor/api/room/call",
    ];
    const before = audit().length;
    for (const path of paths) {
      for (const given of queries) {
        for (const login of [operator, viewer]) {
          const { status } = await ask(url, path + given, { ...login, ...own });
          expect(status, `${path}${given.slice(0, 60)}`).toBeGreaterThanOrEqual(400);
        }
      }
    }
    for (const method of ["POST", "PUT", "HEAD", "PATCH", "DELETE"]) {
      const { status } = await ask(url, `/monitor/api/room/call${query}`, { ...operator, ...own }, method);
      expect(status, method).toBeGreaterThanOrEqual(400);
    }
    await sleep(100);
    expect(client.messages.filter(({ type }) => type === "tricked")).toEqual([]);
    expect(
      audit()
        .slice(before)
        .filter(({ method }) => method === "announce"),
    ).toEqual([]);
  });

  it("refuses other sites' pages, and calls that cannot show the monitor's own page", async () => {
    const shout = (headers: Record<string, string>) => call("broadcast", ["forged"], { ...operator, ...headers });
    const foreign: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
      { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" },
      { "sec-fetch-site": "cross-site", referer: `${url}/monitor/` },
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: `${url}.evil.example` },
      { referer: "http://evil.example/monitor/" },
      {},
    ];
    for (const headers of foreign) expect((await shout(headers)).status, JSON.stringify(headers)).toBe(403);
    for (const headers of foreign.slice(0, 2))
      expect((await ask(url, "/monitor/api", { ...operator, ...headers })).status).toBe(403);
    await sleep(50);
    expect(client.messages.filter(({ type }) => type === "forged")).toEqual([]);
    for (const headers of [own, { origin: url }, { referer: `${url}/monitor/` }]) {
      expect((await shout(headers as Record<string, string>)).status, JSON.stringify(headers)).toBe(200);
    }
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await ask(url, "/monitor/", { ...operator, ...link })).status).toBe(200);
  });

  it("answers for rooms that are not there, whatever they are called", async () => {
    for (const room of ["nowhere", "constructor", "__proto__", ""]) {
      expect((await call("disconnect", [], { ...operator, ...own }, room)).status, room).toBe(500);
    }
  });

  it("disconnects a client for good, and then the room", async () => {
    const other = await joinWorld(url, { slug: "watched" });
    expect((await doing("_forceClientDisconnect", other.reservation.sessionId)).status).toBe(200);
    expect((await other.whenClosed).code).toBe(errorTable.KICKED.close);
    expect(client.closed).toBeUndefined();
    expect((await doing("disconnect")).status).toBe(200);
    expect((await client.whenClosed).code).toBe(4000);
    expect(audit().map(({ method }) => method)).toEqual(
      expect.arrayContaining(["disconnect", "_forceClientDisconnect"]),
    );
  });
});

/** Last in this file: all that was asked of the server above has been written by now. */
describe("the log", () => {
  it("holds no password, no secret and no token", () => {
    const written = server.lines.map(({ text }) => text).join("\n");
    for (const hidden of [
      settings.MONITOR_PASSWORD,
      settings.MONITOR_VIEW_PASSWORD,
      secret,
      operator["authorization"]!.slice(6),
      "eyJ",
    ]) {
      expect(written).not.toContain(hidden);
    }
  });

  it("holds no error, and nothing was written beside it", async () => {
    expect(server.logs().filter(({ level }) => (level as number) >= 50)).toEqual([]);
    expect(server.lines.filter(({ from }) => from === "stderr")).toEqual([]);
    expect(await server.metric("hereabouts_errors_total")).toBe(0);
  });
});
