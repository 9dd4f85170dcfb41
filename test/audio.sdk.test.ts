/** Audio in the SDK where there are no ears: in Node it is tuned, told and commands, and says why it cannot play. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts } from "../client/index.ts";
import { basicAuth } from "./lib/http.ts";
import { makeMusic } from "./lib/music.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

const password = "secret-of-the-test";

let server: TestServer;
let connections: Hereabouts[] = [];

beforeAll(async () => {
  await makeMusic();
  server = await startTestServer({ env: { MONITOR_PASSWORD: password } });
});
afterEach(async () => {
  await Promise.all(connections.map((here) => here.close()));
  connections = [];
});
afterAll(() => server?.stop());

async function connected(): Promise<Hereabouts> {
  const here = await connect(server.url);
  connections.push(here);
  return here;
}

describe("audio in the SDK", () => {
  it("[SD1] is tuned to the master, and told what is on air, what comes then and the way so far", async () => {
    const audio = await (await connected()).audio();
    expect(audio.session).toMatchObject({ name: "master", type: "master", allowCommands: true });
    expect(audio.room.state.sessionId).toBe(audio.session.id);
    expect(audio.heard).toMatchObject({ track: { title: audio.room.state.track.title } });
    const told: string[] = [];
    audio.on("heard", ({ track }) => told.push(track.title));
    expect(told).toEqual([audio.heard!.track.title]);
    expect(audio.heard!.nextInMs).toBeGreaterThan(0);
    expect(audio.journey.steps[audio.journey.at]!.track.id).toBe(audio.heard!.track.id);
    await expect(audio.play()).rejects.toMatchObject({ code: "NO_SOUND" });
  });

  it("[AU4] remembers what it is tuned to for the next visit, unless it is told not to", async () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const remembered = async (options: { remember?: boolean }) => {
      const here = await connect(server.url, { storage });
      kept.delete("audioSessionId");
      await here.audio("master", options);
      await here.close();
      return kept.get("audioSessionId");
    };
    expect(await remembered({})).toMatch(/^master-/);
    expect(await remembered({ remember: false })).toBeUndefined();
  });

  it("[AU2] makes a session and commands it, by the same player", async () => {
    const here = await connected();
    const audio = await here.audio();
    const session = await audio.create("evening", { direction: "faster" });
    expect(session).toMatchObject({ name: "evening", type: "named" });
    expect(await here.audio("evening")).toBe(audio);
    await expect.poll(() => audio.heard?.direction).toBe("faster");
    await audio.direction("calmer");
    await expect.poll(() => audio.heard?.direction).toBe("calmer");
    const { next } = audio.heard!;
    await audio.next();
    await expect.poll(() => audio.heard?.track.id, { timeout: 15_000 }).toBe(next!.id);
    await expect.poll(() => audio.journey.at).toBe(1);
    await audio.back(0);
    await expect.poll(() => audio.journey.at, { timeout: 15_000 }).toBe(0);
    expect(await (await connected()).audio("evening").then((other) => other.session.id)).toBe(session.id);
  });

  it("[AU8] opens a session where someone's journey was", async () => {
    const audio = await (await connected()).audio();
    const other = await (await connected()).audio();
    const { link } = audio.journey;
    await other.create("from a link", { link });
    expect(other.heard!.track.id).toBe(audio.journey.steps[audio.journey.at]!.track.id);
  });

  it("[AU11] a follower hears the same, and its commands are refused", async () => {
    const [audio, follower] = [await (await connected()).audio(), await (await connected()).audio()];
    const { id } = await audio.create("followed");
    expect(await follower.follow("followed", "shadow")).toMatchObject({
      type: "follower",
      allowCommands: false,
      following: { id, name: "followed" },
    });
    await expect.poll(() => follower.heard?.track.id).toBe(audio.heard!.track.id);
    await expect(follower.next()).rejects.toMatchObject({ code: "READ_ONLY" });
  });

  it("[AU10] is told when its session was deleted, and tunes to another", async () => {
    const here = await connected();
    const audio = await here.audio();
    const ended = new Promise((resolve) => audio.on("ended", resolve));
    const { id } = await audio.create("short");
    const { token } = await (await fetch(`${server.url}/auth/guest`, { method: "POST" })).json();
    const refused = await fetch(`${server.url}/api/session/${id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(refused.status).toBe(403);
    await fetch(`${server.url}/api/session/${id}`, { method: "DELETE", headers: basicAuth("operator", password) });
    expect(await ended).toEqual({ reason: "deleted" });
    expect(audio.playback).toBe("ended");
    expect((await audio.tune()).type).toBe("master");
    expect(audio.playback).toBe("paused");
  });

  it("[AU3] refuses what there is not, and listens again after leaving", async () => {
    const here = await connected();
    await expect(here.audio("nothing-of-this-name")).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
    const audio = await here.audio();
    await audio.leave();
    const again = await here.audio();
    expect(again).not.toBe(audio);
    expect(again.session.id).toBe(audio.session.id);
  });

  it("[AU9] another server at the same address: tuned to its master, and in its room, by itself", async () => {
    const first = await startTestServer();
    const here = await connect(first.url);
    connections.push(here);
    const audio = await here.audio();
    const { id } = audio.session;
    await first.stop();
    const second = await startTestServer({ env: { PORT: String(first.port) } });
    try {
      await expect.poll(() => audio.session.id, { timeout: 20_000 }).not.toBe(id);
      const isIn = () =>
        here.audio().then(
          ({ room }) => room.state.sessionId === audio.session.id,
          () => false,
        );
      await expect.poll(isIn, { timeout: 20_000 }).toBe(true);
      await audio.next();
    } finally {
      await second.stop();
    }
  });
});
