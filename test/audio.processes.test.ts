/** Audio sessions of several processes that share a Redis: heard through another process, whatever becomes of their own. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { frameMs, type SessionInfo } from "../schema/audio.ts";
import type { RoomSummary } from "../schema/operations.ts";
import { decode } from "../services/audio/crossfade/codec.ts";
import { frameSamples } from "../services/audio/mp3/header.ts";
import { hasRedis, noRedis } from "../services/chatlog/testing/redisServer.ts";
import { countFrames, Listening } from "./lib/audio.ts";
import { startCluster, type TestCluster } from "./lib/cluster.ts";
import { get, post } from "./lib/fetch.ts";
import { basicAuth } from "./lib/http.ts";
import type { TestServer } from "./lib/server.ts";
import { pause, until } from "./lib/until.ts";

const password = "open sesame";
let cluster: TestCluster;
let heard: Heard[] = [];

/** A player that begins with its first byte and plays on: by how much its buffer was ahead at the least, in ms. */
class Heard extends Listening {
  leastMs = Number.POSITIVE_INFINITY;
  readonly #timer: NodeJS.Timeout;
  #since = 0;

  constructor(url: string) {
    super(url);
    heard.push(this);
    this.#timer = setInterval(() => this.#look(), 50);
  }

  get frames(): number {
    return countFrames(this.bytes);
  }

  #look(): void {
    if (this.chunks.length === 0) return;
    this.#since ||= performance.now();
    this.leastMs = Math.min(this.leastMs, this.frames * frameMs - (performance.now() - this.#since));
  }

  override leave(): void {
    clearInterval(this.#timer);
    super.leave();
  }
}

async function sessionOn(server: TestServer): Promise<string> {
  const { json } = await post(server.url, "/api/session/create", { sessionName: "Beach" });
  return String(json["sessionId"]);
}
const infoOf = async ({ url }: TestServer, key: string) =>
  (await get(url, `/api/session/${key}`)).json as unknown as SessionInfo;

describe.skipIf(!hasRedis)(hasRedis ? "[AU12] a session of another process" : noRedis, () => {
  beforeEach(async () => {
    cluster = await startCluster(3, { MONITOR_PASSWORD: password });
  }, 60_000);
  afterEach(async () => {
    for (const one of heard) one.leave();
    heard = [];
    await cluster?.stop();
  });

  it("is one, and one is the master, whichever process is asked", async () => {
    const [a, b, c] = cluster.servers as [TestServer, TestServer, TestServer];
    const made = await Promise.all([a, b, c, a, b, c].map(sessionOn));
    expect(new Set(made).size).toBe(1);
    const masters = await Promise.all([a, b, c].map((server) => infoOf(server, "master")));
    expect(new Set(masters.map(({ sessionId }) => sessionId)).size).toBe(1);
    const lists = await Promise.all([a, b, c].map(async ({ url }) => (await get(url, "/api/session/list")).json));
    for (const { sessions } of lists) expect(sessions).toHaveLength(2);
  });

  it("[OP1] is listed once and opens live for operators of any, also where nobody holds a seat", async () => {
    const [owner] = cluster.servers as [TestServer];
    const room = `audio:${await sessionOn(owner)}`;
    const sound = new Heard(`${owner.url}/stream/beach`);
    await until(() => sound.frames > 0, "sound");
    const headers = { ...basicAuth("operator", password) };
    for (const { url } of cluster.servers) {
      // who tells of theirs too late is left out
      const listed = async () => {
        const rooms = (await get(url, "/ops/rooms", { headers })).json as unknown as RoomSummary[];
        return rooms.filter((one) => one.room === room);
      };
      await expect.poll(listed).toMatchObject([{ name: "Beach", people: 0, listeners: 1 }]);
      const live = await get(url, `/ops/rooms/${room}`, { headers });
      expect(live.json).toMatchObject({ room, roomId: "", audio: { name: "Beach", listeners: 1 } });
    }
  });

  it.each(["SIGKILL", "SIGTERM", "SIGSTOP"] as const)(
    "is heard on without a gap on the same connection, after %s to its own",
    async (signal) => {
      const [owner, other, third] = cluster.servers as [TestServer, TestServer, TestServer];
      const id = await sessionOn(owner);
      const sound = new Heard(`${other.url}/stream/beach?listener=ear`);
      const direct = new Heard(`${owner.url}/stream/beach`);
      const events = new Listening(`${other.url}/events/beach?listener=ear`);
      const joined = await events.event("joined");
      await pause(2000);
      const before = await infoOf(third, id);
      const at = performance.now();
      process.kill(owner.pid, signal);
      await until(() => events.isEnded || events.isCut, "the events' end", 9000);
      await until(() => sound.frames * frameMs > 4000 + 2000 + 9000, "sound for 9 s more", 20_000);
      const after = await infoOf(third, id);
      const passed = performance.now() - at;
      expect(after).toMatchObject({ sessionId: id, name: "Beach", epochMs: before.epochMs, track: before.track });
      expect(Math.abs((after.frame - before.frame) * frameMs - passed)).toBeLessThan(500);
      expect(sound.isEnded || sound.isCut).toBe(false);
      // one that stands still is known for it after 5 s, when the 4 s that were ahead have been played
      expect(sound.leastMs).toBeGreaterThan(signal === "SIGSTOP" ? -2500 : 0);
      const again = new Listening(`${other.url}/events/beach?listener=ear`);
      const missed = (await again.event("joined"))!.frame - joined!.frame;
      again.leave();
      expect(missed * frameMs).toBeLessThanOrEqual(Math.max(0, -sound.leastMs) + 500);
      if (signal !== "SIGSTOP") expect(missed).toBe(0);
      const { bytes } = sound;
      const [left] = await decode(bytes);
      expect(left.length / frameSamples).toBe(countFrames(bytes));
      if (signal !== "SIGSTOP") expect(direct.isEnded || direct.isCut).toBe(true);
      else process.kill(owner.pid, "SIGCONT");
    },
    45_000,
  );
});
