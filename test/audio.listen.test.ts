/** Hearing and watching an audio session of a running server: sound, events, and how each of them ends. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frameMs } from "../schema/audio.ts";
import { countFrames, Listening } from "./lib/audio.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get, post } from "./lib/fetch.ts";
import { sleep } from "./lib/pace.ts";
import { newGuest, until } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

let server: TestServer;
let url: string;

beforeAll(async () => {
  server = await startTestServer();
  url = server.url;
  await get(url, "/api/session/master");
});
afterAll(() => server?.stop());

const listen = (path: string, headers: Record<string, string> = {}) => new Listening(url + path, headers);
const head = async (path: string, headers: Record<string, string> = {}) => {
  const asked = new Listening(url + path, headers, "HEAD");
  await asked.ended();
  return asked;
};
const create = async (sessionName: string, headers: Record<string, string> = {}) =>
  String((await post(url, "/api/session/create", { sessionName }, headers)).json["sessionId"]);
/** Bytes without the metadata that stands among them. */
function withoutMetadata(bytes: Buffer, interval: number): { music: Buffer; titles: string[] } {
  const music: Buffer[] = [];
  const titles: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    music.push(bytes.subarray(at, at + interval));
    at += interval;
    const length = (bytes[at] ?? 0) * 16;
    if (length > 0) titles.push(bytes.toString("utf8", at + 1, at + 1 + length).replace(/\0+$/, ""));
    at += 1 + length;
  }
  return { music: Buffer.concat(music), titles };
}

describe("the stream [AU2] [AU5]", () => {
  it("is an MP3 from its first byte on, four seconds at once and then as it is heard", async () => {
    const stream = listen("/stream/master");
    await stream.answered;
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      "content-type": "audio/mpeg",
      "cache-control": "no-store",
      "accept-ranges": "none",
      connection: "close",
    });
    expect(stream.headers["transfer-encoding"]).toBeUndefined();
    expect(stream.headers["content-length"]).toBeUndefined();
    await until(() => stream.chunks.length > 0);
    await sleep(200);
    const burst = countFrames(stream.bytes) * frameMs;
    expect(burst).toBeGreaterThan(3500);
    await sleep(3000);
    const later = countFrames(stream.bytes) * frameMs;
    stream.leave();
    expect(later - burst).toBeGreaterThan(1000);
    expect(later - burst).toBeLessThan(5000);
  });

  it.each(["/stream", "/stream?session=master", "/stream/MASTER"])("is the master's at %s", async (path) => {
    const stream = listen(path);
    await stream.answered;
    expect([stream.status, stream.headers["icy-name"]]).toEqual([200, "master"]);
    stream.leave();
  });

  it("is answered for HEAD, and nobody is counted for it", async () => {
    const before = await server.metric("hereabouts_audio_listeners");
    const asked = await head("/stream/master", { "icy-metadata": "1" });
    expect([asked.status, asked.headers["content-type"], asked.bytes.length]).toEqual([200, "audio/mpeg", 0]);
    expect(asked.headers["icy-metaint"]).toBe("16000");
    expect((await head("/stream/nothing")).status).toBe(404);
    expect(await server.metric("hereabouts_audio_listeners")).toBe(before);
  });

  it.each(["bytes=0-", "bytes=0-1", "bytes=5000-", "bytes=-1", "nonsense"])("is whole for Range: %s", async (range) => {
    const stream = listen("/stream", { range });
    await stream.answered;
    expect([stream.status, stream.headers["accept-ranges"], stream.headers["content-range"]]).toEqual([
      200,
      "none",
      undefined,
    ]);
    stream.leave();
  });

  it("has metadata for who asks for it, and none for who does not", async () => {
    const sessionId = await create("Naïve Radio");
    const [plain, icy] = [listen(`/stream/${sessionId}`), listen(`/stream/${sessionId}`, { "icy-metadata": "1" })];
    await Promise.all([plain.answered, icy.answered]);
    expect(plain.headers["icy-metaint"]).toBeUndefined();
    expect(Buffer.from(String(icy.headers["icy-name"]), "latin1").toString()).toBe("Naïve Radio");
    const interval = Number(icy.headers["icy-metaint"]);
    await until(() => icy.bytes.length > 3 * interval);
    const { music, titles } = withoutMetadata(icy.bytes, interval);
    expect(countFrames(music.subarray(0, 3 * interval))).toBeGreaterThan(50);
    expect(titles[0]).toMatch(/^StreamTitle='.+';$/);
    expect(countFrames(plain.bytes)).toBeGreaterThan(50);
    for (const one of [plain, icy]) one.leave();
  });

  it("has its first byte within 20 ms where the session exists, and within 100 ms where it was just made", async () => {
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const stream = listen("/stream/master");
      await until(() => stream.chunks.length > 0);
      times.push(stream.firstByteMs);
      stream.leave();
    }
    times.sort((a, b) => a - b);
    expect(times[10]).toBeLessThan(20);
    const fresh = listen(`/stream/${await create("just made")}`);
    await until(() => fresh.chunks.length > 0);
    expect(fresh.firstByteMs).toBeLessThan(100);
    fresh.leave();
  });

  it("is none for an unknown session, as JSON", async () => {
    const { status, json, headers } = await get(url, "/stream/nothing");
    expect([status, json["error"]]).toEqual([404, "Session not found"]);
    expect(headers.get("content-type")).toContain("application/json");
    expect((await get(url, "/stream?listener=../..")).status).toBe(400);
  });

  it("forgets who is gone", async () => {
    const before = await server.metric("hereabouts_audio_attached");
    const streams = Array.from({ length: 20 }, () => listen("/stream"));
    await Promise.all(streams.map(({ answered }) => answered));
    expect(await server.metric("hereabouts_audio_attached")).toBe(before + 20);
    for (const stream of streams) stream.leave();
    const hasty = Array.from({ length: 40 }, (_, i) => listen(i % 2 ? "/events" : "/stream"));
    await sleep(2);
    for (const one of hasty) one.leave();
    expect(await until(async () => (await server.metric("hereabouts_audio_attached")) === before)).toBe(true);
    expect(await until(async () => (await server.metric("hereabouts_audio_listeners")) === 0)).toBe(true);
  });
});

describe("events [AU2]", () => {
  it("begin with connected, then what plays, the journey and who listens; then heartbeats", async () => {
    const sessionId = await create("eventful");
    const events = listen(`/events/${sessionId}`);
    await events.answered;
    expect(events.status).toBe(200);
    expect(events.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(events.headers["cache-control"]).toBe("no-store");
    await events.event("listeners");
    expect(events.text).toMatch(/^retry: \d+\n\n/);
    expect(events.events.map(({ type }) => type)).toEqual(["connected", "track", "journey", "listeners"]);
    expect(events.events[0]).toMatchObject({ sessionId, name: "eventful", sessionType: "named", allowCommands: true });
    const beat = (await events.event("heartbeat"))!;
    const { epochMs } = (await events.event("connected"))!;
    expect(Math.abs(epochMs + beat.frame * frameMs - beat.at)).toBeLessThan(2 * frameMs);
    expect(Math.abs(beat.at - Date.now())).toBeLessThan(1000);
    events.leave();
  });

  it.each(["/events", "/events?session=master", "/events/master"])("are the master's at %s", async (path) => {
    const events = listen(path);
    expect(await events.event("connected")).toMatchObject({ sessionType: "master" });
    events.leave();
  });

  it("tell each change: the track, its direction, the journey, and who listens", async () => {
    const sessionId = await create("changing");
    const events = listen(`/events/${sessionId}`);
    await events.event("listeners");
    await post(url, `/session/${sessionId}/direction`, { direction: "calmer" });
    expect(await events.event("track", ({ direction }) => direction === "calmer")).toBeDefined();
    const { json } = await post(url, `/session/${sessionId}/next-track`, {});
    const next = (json["next"] as { id: string }).id;
    expect(await events.event("track", (event) => next === (event.next ?? event.track).id)).toBeDefined();
    const stream = listen(`/stream/${sessionId}`);
    expect(await events.event("listeners", ({ listeners }) => listeners === 1)).toBeDefined();
    stream.leave();
    expect(await events.event("journey", ({ at }) => at === 1, 15_000)).toBeDefined();
    events.leave();
  });

  it("tell a follower's people what their target does", async () => {
    await create("leader");
    const { json } = await post(url, "/api/session/follow", { sessionName: "leader" });
    const events = listen(`/events/${json["sessionId"]}`);
    expect(await events.event("connected")).toMatchObject({
      sessionId: json["sessionId"],
      sessionType: "follower",
      followingSession: json["followingSession"],
      allowCommands: false,
    });
    await post(url, "/session/leader/direction", { direction: "darker" });
    expect(await events.event("track", ({ direction }) => direction === "darker")).toBeDefined();
    const stream = listen(`/stream/${json["sessionId"]}`);
    expect(await events.event("listeners", ({ followers }) => followers === 1)).toMatchObject({ listeners: 1 });
    for (const one of [stream, events]) one.leave();
  });

  it("tell a listener the frame its stream begins with, whichever was there first", async () => {
    const before = listen("/events/master?listener=one");
    await before.event("connected");
    const stream = listen("/stream/master?listener=one");
    const joined = await before.event("joined");
    expect(joined).toMatchObject({ listener: "one" });
    const after = listen("/events/master?listener=one");
    expect(await after.event("joined")).toEqual(joined);
    const other = listen("/events/master?listener=two");
    await other.event("listeners");
    const air = await other.event("connected");
    expect(air!.frame - joined!.frame).toBeLessThan(5000 / frameMs);
    expect(other.events.some(({ type }) => type === "joined")).toBe(false);
    for (const one of [before, stream, after, other]) one.leave();
  });

  it("say that a session is unknown, and end", async () => {
    const events = listen("/events/nothing");
    expect(await events.ended()).toBe(true);
    expect(events.status).toBe(200);
    expect(events.events).toEqual([{ type: "error", message: "session_not_found" }]);
    expect((await get(url, "/events?session=nothing")).text).toContain("session_not_found");
    expect((await get(url, "/events/master?listener=%00")).status).toBe(400);
  });

  it("are answered for HEAD, and other methods are not", async () => {
    const asked = await head("/events/master");
    expect([asked.status, asked.headers["content-type"]]).toEqual([200, expect.stringMatching(/^text\/event-stream/)]);
    expect((await post(url, "/events/master", {})).status).toBe(404);
    expect((await post(url, "/stream/master", {})).status).toBe(404);
  });

  it("go on for the others where one stops reading", async () => {
    const sessionId = await create("stalled");
    const { hostname, port } = new URL(url);
    const stalled = connect(Number(port), hostname).on("error", () => {});
    stalled.write(`GET /events/${sessionId} HTTP/1.1\r\nHost: x\r\n\r\n`);
    stalled.pause();
    const events = listen(`/events/${sessionId}`);
    await events.event("listeners");
    for (const direction of ["calmer", "darker", "faster"] as const) {
      await post(url, `/session/${sessionId}/direction`, { direction });
      expect(await events.event("track", (event) => event.direction === direction)).toBeDefined();
    }
    const attached = await server.metric("hereabouts_audio_attached");
    stalled.destroy();
    expect(await until(async () => (await server.metric("hereabouts_audio_attached")) < attached)).toBe(true);
    events.leave();
  });
});

describe("the end of a session [AU2] [AU10]", () => {
  it("is told, and those who hear and watch are let go", async () => {
    const headers = { authorization: `Bearer ${(await newGuest(url)).token}` };
    const sessionId = await create("ending", headers);
    const [stream, events] = [listen(`/stream/${sessionId}`), listen(`/events/${sessionId}`)];
    await events.event("listeners");
    await until(() => stream.chunks.length > 0);
    await get(url, `/api/session/${sessionId}`, { method: "DELETE", headers });
    expect(await events.event("ended")).toEqual({ type: "ended", reason: "deleted" });
    expect(await events.ended()).toBe(true);
    expect(await stream.ended()).toBe(true);
    expect([stream.isEnded, events.isEnded]).toEqual([true, true]);
    expect(countFrames(stream.bytes)).toBeGreaterThan(100);
  });

  it("comes in order when the server goes", async () => {
    const going = await serverOfTest();
    const [stream, events] = [new Listening(`${going.url}/stream`), new Listening(`${going.url}/events`)];
    await events.event("listeners");
    await until(() => stream.chunks.length > 0);
    const exit = going.stop();
    expect(await events.event("ended")).toEqual({ type: "ended", reason: "closing" });
    expect(await stream.ended()).toBe(true);
    expect([stream.isEnded, events.isEnded]).toEqual([true, true]);
    expect((await exit).code).toBe(0);
  });
});

expectCleanLog(() => server);
