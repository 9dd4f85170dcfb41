/** The room of an audio session: joined by id or name, its state, its commands, and how it closes. */
import { Client, type Room } from "colyseus.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AudioState, frameMs } from "../schema/audio.ts";
import { closeOf } from "../schema/errors.ts";
import type { RoomSummary } from "../schema/operations.ts";
import { Listening } from "./lib/audio.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get, post } from "./lib/fetch.ts";
import { basicAuth } from "./lib/http.ts";
import { sleep } from "./lib/pace.ts";
import { newGuest, until } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

type AudioRoom = Room<unknown, AudioState> & { closed?: { code: number; reason: string } };

const password = "let me in";
let server: TestServer;
let url: string;
const joined: AudioRoom[] = [];

beforeAll(async () => {
  server = await startTestServer({ env: { MONITOR_PASSWORD: password } });
  url = server.url;
  await get(url, "/api/session/master");
});
afterEach(async () => {
  for (const room of joined.splice(0)) if (!room.closed) await room.leave();
});
afterAll(() => server?.stop());

async function join(session: unknown, options: Record<string, unknown> = {}, token?: string, at = url) {
  const client = new Client(at);
  client.auth.token = token ?? (await newGuest(at)).token;
  const room = (await client.joinOrCreate("audio", { session, ...options }, AudioState)) as unknown as AudioRoom;
  room.reconnection.enabled = false;
  room.onMessage("*", () => {});
  room.onLeave((code, reason) => {
    room.closed = { code, reason: reason ?? "" };
  });
  joined.push(room);
  await until(() => room.state?.sessionId);
  return room;
}

const create = async (sessionName: string, headers: Record<string, string> = {}, at = url) =>
  String((await post(at, "/api/session/create", { sessionName }, headers)).json["sessionId"]);
const request = (room: AudioRoom, type: string, message?: unknown) => room.request(type, message);
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => "taken",
    (error: { code?: unknown; message?: string }) => String(/[A-Z_]{5,}/.exec(JSON.stringify(error) + error.message)),
  );

describe("joining an audio session [AU2] [AU3]", () => {
  it("is by id or name, case-folded, into one room", async () => {
    const sessionId = await create("Joined Room");
    const rooms = await Promise.all([sessionId, "joined room", sessionId.toUpperCase()].map((key) => join(key)));
    expect(new Set(rooms.map(({ roomId }) => roomId)).size).toBe(1);
    expect(rooms[0]!.state).toMatchObject({
      sessionId,
      name: "Joined Room",
      sessionType: "named",
      followingSession: "",
      allowCommands: true,
      listeners: 0,
    });
  });

  it.each<[string, unknown, string]>([
    ["an unknown id", `x-${"a".repeat(26)}`, "SESSION_NOT_FOUND"],
    ["an unknown name", "nobody made this", "SESSION_NOT_FOUND"],
    ["none", undefined, "BAD_BODY"],
    ["something else", { id: 1 }, "BAD_BODY"],
  ])("is refused with %s, and makes none", async (_, session, code) => {
    const before = (await get(url, "/api/session/list")).text;
    await expect(join(session)).rejects.toThrow(code);
    expect((await get(url, "/api/session/list")).text).toBe(before);
  });

  it("shows what is on air, as the routes do", async () => {
    const room = await join("master");
    const { json } = await get(url, "/api/session/master");
    const { state } = room;
    expect(state.track.id).toBe((json["track"] as { id: string }).id);
    expect(state.next.id).toBe((json["next"] as { id: string }).id);
    expect([state.frame, state.nextFrame, state.epochMs]).toEqual([
      json["trackFrame"],
      json["nextFrame"],
      json["epochMs"],
    ]);
    expect(state.journey.length).toBeGreaterThan(state.step);
    expect(state.journey[state.step]!.track.id).toBe(state.track.id);
    expect(Math.abs((Date.now() - state.epochMs) / frameMs - (json["frame"] as number))).toBeLessThan(100);
  });

  it("shows who listens, and counts one who hears and watches once", async () => {
    const sessionId = await create("counted");
    const room = await join(sessionId, { listener: "tok" });
    const told: unknown[] = [];
    room.onMessage("joined", (message) => told.push(message));
    const [stream, events] = [
      new Listening(`${url}/stream/${sessionId}?listener=tok`),
      new Listening(`${url}/events/${sessionId}?listener=tok`),
    ];
    expect(await until(() => room.state.listeners === 1)).toBe(true);
    expect(told).toEqual([{ listener: "tok", frame: (await events.event("joined"))!.frame }]);
    expect((await get(url, `/api/session/${sessionId}`)).json).toMatchObject({ clients: 1, listeners: 1 });
    for (const one of [stream, events]) one.leave();
    expect(await until(() => room.state.listeners === 0)).toBe(true);
  });
});

describe("commands of a room [AU2] [AU8]", () => {
  it("are answered with what will be heard, and shown to everyone", async () => {
    const sessionId = await create("commanded");
    const [room, other] = [await join(sessionId), await join(sessionId)];
    expect(await request(room, "direction", { direction: "calmer" })).toMatchObject({ direction: "calmer" });
    expect(await until(() => other.state.direction === "calmer")).toBe(true);
    const first = room.state.track.id;
    const air = (await request(room, "next")) as { track: { id: string }; trackFrame: number };
    expect(await until(() => other.state.track.id === air.track.id || other.state.next.id === air.track.id)).toBe(true);
    expect(await until(() => other.state.track.id !== first, 15_000)).toBe(true);
    expect(other.state.journey.length).toBe(2);
    const chosen = (await get(url, "/api/audio/tracks")).json["tracks"] as { id: string }[];
    const track = chosen.find(({ id }) => id !== other.state.track.id && id !== first)!.id;
    await request(room, "play", { track });
    expect(await until(() => other.state.track.id === track, 15_000)).toBe(true);
    expect(other.state.journey.at(-1)).toMatchObject({ direction: "chosen" });
    await request(room, "back", { step: 0 });
    expect(await until(() => other.state.track.id === first && other.state.step === 0, 15_000)).toBe(true);
    expect(await request(room, "heard", { listener: "nobody", frame: 0 })).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ["direction", { direction: "up" }, "BAD_MESSAGE"],
    ["direction", undefined, "BAD_MESSAGE"],
    ["play", { track: "../.." }, "BAD_MESSAGE"],
    ["play", { track: "f".repeat(16) }, "TRACK_GONE"],
    ["back", { step: -1 }, "BAD_MESSAGE"],
    ["heard", { listener: "", frame: 0 }, "BAD_MESSAGE"],
    ["create", { sessionName: "x" }, "UNKNOWN_MESSAGE"],
  ])("refuse %s %o", async (type, message, code) => {
    const room = await join("master");
    expect(await codeOf(request(room, type, message))).toBe(code);
  });

  it("are refused for followers, who see what their target does", async () => {
    const sessionId = await create("shown");
    await post(url, "/api/session/follow", { sessionName: "shown", followerName: "watching" });
    const room = await join("watching");
    expect(room.state).toMatchObject({ sessionType: "follower", followingSession: sessionId, allowCommands: false });
    for (const [type, message] of [
      ["next"],
      ["direction", { direction: "calmer" }],
      ["play", { track: "0".repeat(16) }],
      ["back"],
    ] as const) {
      expect(await codeOf(request(room, type, message)), type).toBe("READ_ONLY");
    }
    await post(url, `/session/${sessionId}/direction`, { direction: "darker" });
    expect(await until(() => room.state.direction === "darker")).toBe(true);
  });

  it("are slowed, and the seat is kept", async () => {
    const room = await join("master");
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => codeOf(request(room, "direction", { direction: "similar" }))),
    );
    expect(new Set(answers)).toEqual(new Set(["taken", "TOO_FAST"]));
    expect(room.closed).toBeUndefined();
  });

  it("are the maker's where AUDIO_COMMANDS says so", async () => {
    const { url } = await serverOfTest({ env: { AUDIO_COMMANDS: "owner" } });
    const maker = await newGuest(url);
    await create("mine", { authorization: `Bearer ${maker.token}` }, url);
    const [own, other] = [await join("mine", {}, maker.token, url), await join("mine", {}, undefined, url)];
    expect(await codeOf(request(own, "next"))).toBe("taken");
    expect(await codeOf(request(other, "next"))).toBe("FORBIDDEN");
  });
});

describe("the end of a room [AU10]", () => {
  it("comes with its session: told why, closed for good, and gone from presence", async () => {
    const headers = { authorization: `Bearer ${(await newGuest(url)).token}` };
    const sessionId = await create("ends", headers);
    await post(url, "/api/session/follow", { sessionName: "ends", followerName: "ends too" });
    const [room, follower] = [await join(sessionId), await join("ends too")];
    const told: unknown[] = [];
    for (const one of [room, follower]) one.onMessage("ended", (message) => told.push(message));
    await get(url, `/api/session/${sessionId}`, { method: "DELETE", headers });
    expect(await until(() => room.closed && follower.closed)).toBeTruthy();
    expect(told).toContainEqual({ reason: "deleted" });
    expect(told).toContainEqual({ reason: "target_gone" });
    expect(room.closed!.code).toBe(closeOf("SESSION_ENDED"));
    await expect(join(sessionId)).rejects.toThrow("SESSION_NOT_FOUND");
    await expect(join("ends too")).rejects.toThrow("SESSION_NOT_FOUND");
    expect(await until(async () => (await server.metric("hereabouts_people", 'kind="audio"')) === 0)).toBe(true);
  });

  it("counts who is in it as attending: nobody else is needed", async () => {
    const sessionId = await create("attended");
    await join(sessionId);
    expect((await get(url, `/api/session/${sessionId}`)).json).toMatchObject({ clients: 1, listeners: 0 });
    joined.splice(0).forEach((room) => void room.leave());
    const clients = async () => (await get(url, `/api/session/${sessionId}`)).json["clients"];
    expect(await until(async () => (await clients()) === 0)).toBe(true);
  });
});

describe("what operators see [OP1]", () => {
  it("is the session in the monitor, and its figures", async () => {
    const sessionId = await create("monitored");
    await join(sessionId);
    const stream = new Listening(`${url}/stream/${sessionId}`);
    const headers = { ...basicAuth("operator", password), "sec-fetch-site": "same-origin" };
    const shown = async () => {
      const { json } = await get(url, "/monitor/api", { headers });
      const rooms = json["rooms"] as { metadata: Record<string, unknown> }[];
      return rooms.find(({ metadata }) => metadata["label"] === "monitored")?.metadata;
    };
    expect(await until(async () => (await shown())?.["listeners"] === 1)).toBe(true);
    expect(await shown()).toMatchObject({ kind: "audio", people: 1 });
    expect(await server.metric("hereabouts_audio_sessions", 'type="named"')).toBeGreaterThan(0);
    expect(await server.metric("hereabouts_audio_listeners")).toBe(1);
    expect(await server.metric("hereabouts_audio_tracks")).toBeGreaterThanOrEqual(8);
    stream.leave();
  });
});

describe("the tracks [AU8]", () => {
  it("are listed by page and found by words", async () => {
    const { json } = await get(url, "/api/audio/tracks");
    const tracks = json["tracks"] as { id: string; title: string }[];
    expect(json["total"]).toBe(tracks.length);
    expect((await get(url, "/api/audio/tracks?offset=1&limit=2")).json["tracks"]).toEqual(tracks.slice(1, 3));
    const { title, id } = tracks[0]!;
    const found = await get(url, `/api/audio/tracks?query=${encodeURIComponent(title.toUpperCase())}`);
    expect((found.json["tracks"] as { id: string }[]).map((track) => track.id)).toContain(id);
    expect((await get(url, "/api/audio/tracks?query=no+such+words")).json).toEqual({ tracks: [], total: 0 });
    for (const query of ["limit=101", "limit=x", "offset=-1", `query=${"x".repeat(201)}`, "query=a&query=b"]) {
      expect((await get(url, `/api/audio/tracks?${query}`)).status, query).toBe(400);
    }
  });
});

it("waits for nobody: a session goes on while its room is empty", async () => {
  const sessionId = await create("goes on");
  const frame = async () => (await get(url, `/api/session/${sessionId}`)).json["frame"] as number;
  const before = await frame();
  await sleep(500);
  expect(await frame()).toBeGreaterThan(before + 15);
});

it("[OP1] is listed for operators, and opens live, where it is heard by HTTP alone", async () => {
  const session = await create("Вечер");
  const room = `audio:${session}`;
  const operator = basicAuth("operator", password) as { authorization: string };
  const listed = async () =>
    ((await get(url, "/ops/rooms", { headers: operator })).json as unknown as RoomSummary[]).find(
      (one) => one.room === room,
    );
  const nobody = { people: 0, connections: 0, guests: 0, invisible: 0 };
  const process = expect.any(String) as string;
  expect(await listed()).toEqual({ room, process, name: "Вечер", ...nobody, listeners: 0 });
  const sound = new Listening(`${url}/stream/${session}`);
  await expect.poll(listed).toMatchObject({ ...nobody, listeners: 1 });
  const live = async () => (await get(url, `/ops/rooms/${room}`, { headers: operator })).json;
  expect(await live()).toMatchObject({ room, roomId: "", process, counts: nobody, people: [] });
  expect(await live()).toMatchObject({ audio: { name: "Вечер", listeners: 1, clients: 1 }, folder: process });
  const seated = await join(session);
  expect(await live()).toMatchObject({ roomId: seated.roomId, counts: { people: 1 }, audio: { listeners: 1 } });
  expect(await listed()).toMatchObject({ name: "Вечер", people: 1, listeners: 1 });
  sound.leave();
  await get(url, `/api/session/${session}`, { method: "DELETE", headers: operator });
  await expect.poll(async () => (await live())["code"]).toBe("NOT_FOUND");
  expect(await listed()).toBeUndefined();
});

describe("[OP2] operators in an audio session", () => {
  it("see what plays and who is there, end a seat, and keep its person out until they lift it", async () => {
    const session = await create("Watched");
    const key = `audio:${session}`;
    const guest = await newGuest(url);
    const room = await join(session, {}, guest.token);
    const operator = basicAuth("operator", password) as { authorization: string };
    const live = await get(url, `/ops/rooms/${key}`, { headers: operator });
    expect(live.json).toMatchObject({ people: [{ person: guest.id }], audio: { name: "Watched", listeners: 0 } });
    expect(live.json["counts"]).toEqual({ people: 1, connections: 1, guests: 1, invisible: 0 });
    expect(live.json["audio"]).toMatchObject({ track: expect.stringContaining(room.state.track.title) as string });
    const order = (action: string) =>
      post(url, `/ops/people/${guest.id}/${action}`, { room: key, reason: "test" }, operator);
    expect((await order("ban")).json).toMatchObject({ rooms: [{ room: key, seats: 1 }], until: null });
    expect((await until(() => room.closed))?.code).toBe(closeOf("BANNED"));
    expect(await codeOf(join(session, {}, guest.token))).toBe("BANNED");
    expect((await order("unban")).status).toBe(200);
    await join(session, {}, guest.token);
  });
});

expectCleanLog(() => server, [password]);
