/** Audio sessions over HTTP: made, followed, found, bound to a browser, deleted; and who may not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Listening } from "./lib/audio.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { type Answer, get, post } from "./lib/fetch.ts";
import { ask, basicAuth } from "./lib/http.ts";
import { newGuest } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

const password = "let me in";
let server: TestServer;
let url: string;

beforeAll(async () => {
  server = await startTestServer({ env: { MONITOR_PASSWORD: password } });
  url = server.url;
});
afterAll(() => server?.stop());

const create = (sessionName: unknown, headers: Record<string, string> = {}, options?: unknown) =>
  post(url, "/api/session/create", { sessionName, ...(options ? { options } : {}) }, headers);
const follow = (sessionName: unknown, followerName?: unknown, headers: Record<string, string> = {}) =>
  post(url, "/api/session/follow", { sessionName, followerName }, headers);
const info = (session: string) => get(url, `/api/session/${encodeURIComponent(session)}`);
const remove = (session: string, headers: Record<string, string> = {}) =>
  get(url, `/api/session/${session}`, { method: "DELETE", headers });
const bearer = async () => ({ authorization: `Bearer ${(await newGuest(url)).token}` });
const idPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const said = ({ status, json }: Answer) => [status, json["error"], json["code"]];
const notFound = [404, "Session not found", "SESSION_NOT_FOUND"];
const noTarget = [404, "Target session not found", "TARGET_NOT_FOUND"];

describe("making a session [AU2] [AU3]", () => {
  it("answers its id and its addresses, made or joined", async () => {
    const made = await create("My Radio");
    const sessionId = String(made.json["sessionId"]);
    expect(made.status).toBe(201);
    expect(sessionId).toMatch(/^my-radio-[a-z2-7]{26}$/);
    expect(sessionId).toMatch(idPattern);
    const answer = {
      sessionId,
      type: "named",
      webUrl: `${url}/session/${sessionId}`,
      streamUrl: `${url}/stream/${sessionId}`,
      eventsUrl: `${url}/events/${sessionId}`,
    };
    expect(made.json).toEqual({ ...answer, status: "created" });
    const again = await create("my radio");
    expect([again.status, again.json]).toEqual([200, { ...answer, status: "joined" }]);
    expect((await create(sessionId)).json["sessionId"]).toBe(sessionId);
  });

  it("makes one of a name, however many ask at once", async () => {
    const made = await Promise.all(Array.from({ length: 40 }, () => create("at once")));
    expect(new Set(made.map(({ json }) => json["sessionId"])).size).toBe(1);
    expect(made.filter(({ json }) => json["status"] === "created")).toHaveLength(1);
  });

  it("starts where and goes where it is asked to", async () => {
    const { json } = await info("master");
    const startingTrack = (json["next"] as { id: string } | null)?.id ?? (json["track"] as { id: string }).id;
    const made = await create("wished", {}, { startingTrack, direction: "calmer" });
    const { json: wished } = await info(String(made.json["sessionId"]));
    expect(wished).toMatchObject({ track: { id: startingTrack }, direction: "calmer" });
  });

  it.each<[string, unknown, unknown?]>([
    ["no name", undefined],
    ["an empty name", " \u0000 "],
    ["a name of another type", ["x"]],
    ["a name that is too long", "x".repeat(65)],
    ["a name that is part of an address", "List"],
    ["a track that is none", "x", { startingTrack: "../x" }],
    ["a direction that is none", "x", { direction: "up" }],
    ["a link of another type", "x", { link: 3 }],
    ["a link that is none", "odd link", { link: "nonsense" }],
    ["options that are none", "x", "fast"],
  ])("refuses %s", async (_, name, options) => {
    const { status, json } = await create(name, {}, options);
    expect([status, json["code"]]).toEqual([400, expect.stringMatching(/^BAD_(BODY|JOURNEY)$/)]);
  });

  it("refuses an unknown track, and what is no JSON", async () => {
    expect(said(await create("gone", {}, { startingTrack: "f".repeat(16) })).slice(0, 1)).toEqual([404]);
    expect((await info("gone")).status).toBe(404);
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"sessionName":' };
    expect((await get(url, "/api/session/create", init)).status).toBe(400);
    expect((await create("x".repeat(20_000))).status).toBe(413);
  });

  it("never makes one of an unknown id, whichever way it comes", async () => {
    const unknown = `my-radio-${"a".repeat(26)}`;
    expect(said(await create(unknown))).toEqual(notFound);
    expect(said(await info(unknown))).toEqual(notFound);
    expect(said(await follow(unknown))).toEqual(noTarget);
    expect(said(await get(url, `/stream/${unknown}`))).toEqual(notFound);
    expect(said(await get(url, `/stream?session=${unknown}`))).toEqual(notFound);
    expect(said(await get(url, `/session/create/${unknown}`))).toEqual(notFound);
    expect(said(await post(url, `/session/${unknown}/next-track`, {}))).toEqual(notFound);
    expect(said(await remove(unknown, basicAuth("operator", password)))).toEqual(notFound);
    const { json } = await get(url, "/api/session/list");
    expect(JSON.stringify(json)).not.toContain(unknown);
  });

  it("takes a token that is none for no token", async () => {
    expect((await create("bad token", { authorization: "Bearer x" })).status).toBe(401);
    expect((await info("bad token")).status).toBe(404);
  });
});

describe("following [AU1] [AU2]", () => {
  it("answers what is followed, by id and name, and shares what has no name of its own", async () => {
    const target = await create("Followed");
    const followingSession = String(target.json["sessionId"]);
    const one = await follow("followed");
    const sessionId = String(one.json["sessionId"]);
    expect(one.status).toBe(201);
    expect(one.json).toEqual({
      sessionId,
      type: "follower",
      followingSession,
      followingName: "Followed",
      webUrl: `${url}/session/${sessionId}`,
      streamUrl: `${url}/stream/${sessionId}`,
      eventsUrl: `${url}/events/${sessionId}`,
      status: "created",
    });
    expect((await follow(followingSession)).json).toEqual({ ...one.json, status: "joined" });
    const named = await follow(sessionId, "Kitchen");
    expect(named.json).toMatchObject({ followingSession, status: "created" });
    expect((await info("kitchen")).json).toMatchObject({
      type: "follower",
      following: followingSession,
      followingSession,
      followingName: "Followed",
      allowCommands: false,
    });
  });

  it("refuses a target that is not there, a name that is taken, and commands", async () => {
    expect(said(await follow("nobody"))).toEqual(noTarget);
    await create("taken");
    expect(said(await follow("master", "Taken")).slice(0, 1)).toEqual([409]);
    expect((await follow(["x"])).status).toBe(400);
    expect((await follow("master", "")).status).toBe(400);
    const { json } = await follow("taken", "obedient");
    for (const [command, body] of [
      ["next-track", {}],
      ["direction", { direction: "calmer" }],
      ["play", { track: "0".repeat(16) }],
      ["back", {}],
    ] as const) {
      const refused = await post(url, `/session/obedient/${command}`, body);
      expect(refused.status, command).toBe(403);
      expect(refused.json).toMatchObject({
        error: "A follower only listens",
        code: "READ_ONLY",
        followingSession: json["followingSession"],
      });
    }
  });

  it("ends when its target does, and says what is missing", async () => {
    const headers = await bearer();
    const target = await create("short-lived", headers);
    const follower = String((await follow("short-lived")).json["sessionId"]);
    const events = new Listening(`${url}/events/${follower}`);
    await events.event("listeners");
    expect((await remove(String(target.json["sessionId"]), headers)).status).toBe(200);
    expect(await events.event("ended")).toEqual({ type: "ended", reason: "target_gone" });
    expect(await events.ended()).toBe(true);
    expect(said(await info(follower))).toEqual(noTarget);
    expect(said(await get(url, `/stream/${follower}`))).toEqual(noTarget);
    expect(said(await post(url, `/session/${follower}/next-track`, {}))).toEqual(noTarget);
  });
});

describe("finding sessions [AU2]", () => {
  it("lists them all", async () => {
    await create("listed");
    const { status, json } = await get(url, "/api/session/list");
    expect(status).toBe(200);
    const sessions = json["sessions"] as Record<string, unknown>[];
    for (const session of sessions) {
      expect(session).toEqual({
        sessionId: expect.stringMatching(idPattern),
        type: expect.stringMatching(/^(master|named|follower)$/),
        clients: expect.any(Number),
        created: expect.any(Number),
      });
    }
    expect(sessions.filter(({ type }) => type === "master")).toHaveLength(1);
  });

  it("tells what plays, by id, by name, by query, and of the master without any", async () => {
    const { json: made } = await create("asked about");
    const track = { id: expect.stringMatching(/^[0-9a-f]{16}$/), title: expect.any(String) };
    for (const path of [`/${made["sessionId"]}`, "/Asked%20About", "/info?session=asked%20about"]) {
      const { status, json } = await get(url, `/api/session${path}`);
      expect(status).toBe(200);
      expect(json).toMatchObject({ sessionId: made["sessionId"], type: "named", following: null, allowCommands: true });
      expect(json["track"]).toMatchObject(track);
      expect(Math.abs((json["at"] as number) - Date.now())).toBeLessThan(1000);
    }
    expect((await get(url, "/api/session/info")).json).toMatchObject({ type: "master", name: "master" });
    expect((await get(url, "/api/session/info?session=nothing")).status).toBe(404);
    expect((await get(url, "/api/session/info?session=a&session=b")).json["type"]).toBe("master");
  });

  it("gives addresses as PUBLIC_URL has them", async () => {
    const { url } = await serverOfTest({ env: { PUBLIC_URL: "https://rooms.example.org" } });
    const { json } = await post(url, "/api/session/create", { sessionName: "x" });
    expect(json["streamUrl"]).toBe(`https://rooms.example.org/stream/${json["sessionId"]}`);
  });
});

describe("a browser's own session [AU2]", () => {
  it("is bound by a cookie, until it is gone", async () => {
    const made = await post(url, "/create-session", {});
    expect(made.status).toBe(201);
    expect(made.json).toEqual({ sessionId: expect.stringMatching(/^session-[a-z2-7]{26}$/) });
    const set = made.headers.get("set-cookie")!;
    expect(set).toMatch(/HttpOnly/i);
    expect(set).toMatch(/SameSite=Lax/i);
    const cookie = set.split(";")[0]!;
    const sessionOf = async (path: string) => {
      const events = new Listening(`${url}${path}`, { cookie });
      const connected = await events.event("connected");
      events.leave();
      return connected?.sessionId;
    };
    const own = made.json["sessionId"];
    expect((await get(url, "/api/session/info", { headers: { cookie } })).json["sessionId"]).toBe(own);
    expect(await sessionOf("/events")).toBe(own);
    expect(await sessionOf("/events/master")).not.toBe(own);
    await remove(String(own), basicAuth("operator", password));
    expect((await get(url, "/api/session/info", { headers: { cookie } })).json["type"]).toBe("master");
    expect((await get(url, "/api/session/info", { headers: { cookie: "audioSession=%00; x" } })).status).toBe(200);
  });
});

describe("pages [AU2] [SV3]", () => {
  const page = (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { redirect: "manual", headers: { accept: "text/html,*/*;q=0.8", ...headers } });

  it("make or join by their address, and go on to the session's page", async () => {
    const made = await page("/session/create/By%20Address");
    expect(made.status).toBe(303);
    const at = made.headers.get("location")!;
    expect(at).toMatch(/^\/session\/by-address-[a-z2-7]{26}$/);
    expect((await page("/session/create/by%20address")).headers.get("location")).toBe(at);
    const followed = (await page("/session/follow/by%20address")).headers.get("location")!;
    expect((await info(followed.slice("/session/".length))).json).toMatchObject({
      type: "follower",
      followingSession: at.slice("/session/".length),
    });
    expect((await page("/session/follow/by%20address")).headers.get("location")).toBe(followed);
    expect((await page("/session/follow/nothing")).status).toBe(404);
    expect((await page("/session/create/list")).status).toBe(400);
  });

  it("are the session's page for those who ask for one, and else where its rooms are", async () => {
    const { json } = await create("a page");
    const path = `/session/${json["sessionId"]}`;
    const shown = await page(path);
    expect([shown.status, shown.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
    expect((await get(url, path)).json).toMatchObject({ state: "Ready", room: { slug: json["sessionId"] } });
    const unknown = await page("/session/no-session");
    expect(unknown.headers.get("content-type")).toContain("json");
    expect(unknown.headers.get("vary")?.toLowerCase()).toContain("accept");
    expect((await page("/radio")).headers.get("content-type")).toContain("text/html");
  });
});

describe("deleting [AU2]", () => {
  it("is for the maker and for operators", async () => {
    const [maker, other] = [await bearer(), await bearer()];
    const id = String((await create("mine", maker)).json["sessionId"]);
    expect((await remove(id)).status).toBe(401);
    expect((await remove(id, { authorization: "Bearer x" })).status).toBe(401);
    expect((await remove(id, other)).status).toBe(403);
    expect((await remove(id, basicAuth("operator", "wrong"))).status).toBe(401);
    expect((await info(id)).status).toBe(200);
    const deleted = await remove(id, maker);
    expect([deleted.status, deleted.json]).toEqual([200, { sessionId: id, deleted: true }]);
    expect(said(await remove(id, maker))).toEqual(notFound);
    const nobodys = String((await create("nobody's")).json["sessionId"]);
    expect((await remove(nobodys, maker)).status).toBe(403);
    expect((await remove(nobodys, basicAuth("operator", password))).status).toBe(200);
    const ended = { audit: true, who: "operator", action: "end session", room: `audio:${nobodys}`, outcome: "done" };
    await expect.poll(() => server.logs()).toContainEqual(expect.objectContaining(ended));
  });

  it("leaves the master", async () => {
    expect((await remove("master", basicAuth("operator", password))).status).toBe(403);
    expect((await info("master")).status).toBe(200);
  });
});

describe("commands by HTTP [AU2]", () => {
  const command = (session: string, name: string, body: unknown = {}) => post(url, `/session/${session}/${name}`, body);

  it("answer what will be heard, and from which frame on", async () => {
    await create("obeys");
    const { json } = await command("obeys", "direction", { direction: "darker" });
    expect(json).toMatchObject({ direction: "darker", track: { id: expect.any(String) }, frame: expect.any(Number) });
    const next = await command("obeys", "next-track");
    expect(next.status).toBe(200);
    const { id } = next.json["next"] as { id: string };
    expect(next.json["nextFrame"]).toBeGreaterThan(next.json["frame"] as number);
    expect((await command("obeys", "play", { track: id })).status).toBe(200);
    expect((await command("obeys", "back")).status).toBe(200);
    expect((await command("obeys", "back", { step: 0 })).status).toBe(200);
    expect((await command("obeys", "heard", { listener: "abc", frame: 1 })).status).toBe(204);
  });

  it.each<[string, unknown, number]>([
    ["direction", {}, 400],
    ["direction", { direction: "up" }, 400],
    ["play", { track: "x" }, 400],
    ["play", { track: "f".repeat(16) }, 404],
    ["back", { step: -1 }, 400],
    ["heard", { listener: "../..", frame: 1 }, 400],
    ["heard", { listener: "abc", frame: "x" }, 400],
    ["nothing-like-it", {}, 404],
  ])("refuse %s with %o", async (name, body, status) => {
    expect((await command("master", name, body)).status).toBe(status);
  });

  it("are slowed for who sends too many", async () => {
    const { url } = await serverOfTest();
    const answers = await Promise.all(
      Array.from({ length: 80 }, () => post(url, "/session/master/direction", { direction: "similar" })),
    );
    const slowed = answers.filter(({ status }) => status === 429);
    expect(slowed.length).toBeGreaterThan(20);
    expect(slowed[0]!.headers.get("retry-after")).toBe("1");
  });
});

describe("other sites' pages [AU2]", () => {
  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { "sec-fetch-site": "cross-site" },
    { origin: "null" },
  ];

  it.each(foreign)("change nothing: %o", async (headers) => {
    for (const [path, body] of [
      ["/api/session/create", { sessionName: "theirs" }],
      ["/api/session/follow", { sessionName: "master", followerName: "theirs" }],
      ["/create-session", {}],
      ["/session/master/next-track", {}],
    ] as const) {
      expect(said(await post(url, path, body, headers)).slice(0, 1), path).toEqual([403]);
    }
    expect((await remove("master", { ...headers, ...basicAuth("operator", password) })).json["code"]).toBe(
      "CROSS_SITE",
    );
    expect((await get(url, "/session/create/theirs", { headers })).status).toBe(403);
    expect((await info("theirs")).status).toBe(404);
  });

  it("may link to a session, and listen", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await ask(url, "/session/create/linked", headers)).status).toBe(303);
    const stream = new Listening(`${url}/stream/master`, { origin: "https://elsewhere.example" });
    await stream.answered;
    expect(stream.status).toBe(200);
    expect(["*", "https://elsewhere.example"]).toContain(stream.headers["access-control-allow-origin"]);
    stream.leave();
  });

  it("may do so where ALLOWED_ORIGINS names them", async () => {
    const { url } = await serverOfTest({
      env: { ALLOWED_ORIGINS: "https://pieces.example, https://other.example:81" },
    });
    const asked = (origin: string) => post(url, "/api/session/create", { sessionName: "x" }, { origin });
    expect((await asked("https://pieces.example")).status).toBe(201);
    expect((await asked("https://other.example:81")).status).toBe(200);
    expect((await asked("https://other.example")).status).toBe(403);
  });
});

describe("limits and rights [AU2]", () => {
  it("only makers command named sessions where AUDIO_COMMANDS says so; the master obeys all", async () => {
    const { url } = await serverOfTest({ env: { AUDIO_COMMANDS: "owner" } });
    const tokens = await Promise.all([newGuest(url), newGuest(url)]);
    const [maker, other] = tokens.map(({ token }) => ({ authorization: `Bearer ${token}` }));
    expect((await post(url, "/api/session/create", { sessionName: "mine" })).status).toBe(401);
    expect((await post(url, "/api/session/create", { sessionName: "mine" }, maker)).status).toBe(201);
    const next = (session: string, headers = {}) => post(url, `/session/${session}/next-track`, {}, headers);
    expect((await next("mine")).status).toBe(403);
    expect((await next("mine", other)).status).toBe(403);
    expect((await next("mine", maker)).status).toBe(200);
    expect((await next("master")).status).toBe(200);
    const allowed = async (headers = {}) => (await get(url, "/api/session/mine", { headers })).json["allowCommands"];
    expect([await allowed(), await allowed(other), await allowed(maker)]).toEqual([false, false, true]);
  });

  it("there are so many sessions, so many of one maker, and so many who listen", async () => {
    const env = { AUDIO_SESSIONS: "4", AUDIO_SESSIONS_EACH: "2", AUDIO_LISTENERS: "2" };
    const { url } = await serverOfTest({ env });
    const make = async (name: string, token?: string) =>
      (await post(url, "/api/session/create", { sessionName: name }, token ? { authorization: `Bearer ${token}` } : {}))
        .status;
    expect([await make("a"), await make("b"), await make("c"), await make("a")]).toEqual([201, 201, 503, 200]);
    expect([await make("c", (await newGuest(url)).token), await make("d", (await newGuest(url)).token)]).toEqual([
      201, 503,
    ]);
    const listening = [new Listening(`${url}/stream`), new Listening(`${url}/events`)];
    await Promise.all(listening.map(({ answered }) => answered));
    const refused = await get(url, "/stream");
    expect([refused.status, refused.json["code"]]).toEqual([503, "LISTENERS_FULL"]);
    expect((await get(url, "/events")).text).toBe('data: {"type":"error","message":"session_unavailable"}\n\n');
    for (const one of listening) one.leave();
  });
});

expectCleanLog(() => server, [password]);
