/** One listener, one session: over starts, pauses, cuts, deaths and impatient clicks, on a clock of its own. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { frameMs } from "../../schema/mp3Frames.ts";
import { storeKey } from "./establish.ts";
import { Broadcast, listenerOf } from "./testing/broadcast.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const track = (id: string) => ({ id, title: id, artist: "", album: "", durationMs: 60_000 });

/** Tuned and playing. */
async function listening(server = new Broadcast(), session?: string) {
  const listener = listenerOf(server);
  void listener.player.tune(session);
  await pass(10);
  void listener.player.play();
  await pass(500);
  expect(listener.player.playback).toBe("playing");
  return { server, ...listener };
}

/** What is open now is one stream and one feed of events, of one session and with one token. */
function expectOne(server: Broadcast, session: string): void {
  const [stream, ...streams] = server.open("stream");
  const [events, ...others] = server.open("events");
  expect([...streams, ...others]).toEqual([]);
  expect([stream?.session, events?.session]).toEqual([session, session]);
  expect(stream!.listener).toBe(events!.listener);
}

describe("a player", () => {
  it("[AU4] establishes its session first, then events and sound of that session", async () => {
    const { server, player } = await listening();
    expectOne(server, "master");
    expect(server.asked).toBe(1);
    expect(player.session.id).toBe("master");
    expect(server.store.get(storeKey)).toBe("master");
    expect(player.health).toEqual({ sound: "healthy", events: "open" });
  });

  it("[AU4] keeps its session over reloads, and takes another if the server does not have it any more", async () => {
    const server = new Broadcast();
    server.sessions.add("mine");
    const first = await listening(server, "mine");
    first.player.close();
    const second = await listening(server);
    expectOne(server, "mine");
    second.player.close();
    server.sessions.delete("mine");
    await listening(server);
    expectOne(server, "master");
  });

  it("[AU4] has one session id for sound and events in each of 1,000 starts, with clicks in between", async () => {
    let random = 7;
    const below = (limit: number) => {
      random = (random * 16_807) % 2_147_483_647;
      return random % limit;
    };
    for (let start = 0; start < 1000; start++) {
      const server = new Broadcast();
      server.latencyMs = () => below(400);
      for (const name of ["mine", "yours"]) server.sessions.add(name);
      if (start % 3 === 0) server.store.set(storeKey, ["mine", "gone"][start % 2]!);
      const { player } = listenerOf(server);
      const asks = [() => player.tune(), () => player.tune("mine"), () => player.tune("yours"), () => player.play()];
      await Promise.all([player.tune(), pass(1000)]);
      for (let click = below(6); click >= 0; click--) {
        if (below(5) === 0) player.pause();
        else void asks[below(4)]!();
        await pass(below(300));
      }
      void player.play();
      await pass(3000);
      expectOne(server, player.session.id);
      expect(server.store.get(storeKey)).toBe(player.session.id);
      player.close();
      expect([...server.open("stream"), ...server.open("events")]).toEqual([]);
    }
  });

  it("[AU4] answers concurrent starts with one question", async () => {
    const server = new Broadcast();
    const { player } = listenerOf(server);
    const tuned = Promise.all(Array.from({ length: 20 }, () => player.tune()));
    await pass(100);
    await tuned;
    expect(server.asked).toBe(1);
    expect(server.open("events")).toHaveLength(1);
  });

  it("[AU9] is blocked where the browser wants a click, without an error, and plays after it", async () => {
    const server = new Broadcast();
    const { player, sound } = listenerOf(server);
    void player.tune();
    await pass(10);
    sound.isAllowed = false;
    await player.play();
    expect(player.playback).toBe("blocked");
    await pass(60_000);
    expect([player.playback, player.health.sound, server.open("stream").length]).toEqual(["blocked", "off", 0]);
    sound.isAllowed = true;
    void player.play();
    await pass(500);
    expect(player.playback).toBe("playing");
    expectOne(server, "master");
  });

  it("[AU9] gives the stream back while paused, stays told, and does not die of it", async () => {
    const { server, player } = await listening();
    player.pause();
    await pass(3_600_000);
    expect([player.playback, player.health]).toEqual(["paused", { sound: "off", events: "open" }]);
    expect(server.open("stream")).toEqual([]);
    void player.play();
    await pass(500);
    expectOne(server, "master");
  });

  it("[AU9] takes the browser's own pause (a media key, headphones pulled) for a pause", async () => {
    const { server, player, sound } = await listening();
    sound.pause();
    await pass(20_000);
    expect(player.playback).toBe("paused");
    expect(server.open("stream")).toEqual([]);
  });

  it("[AU9] events cut: the same session again after 2 s, the sound untouched", async () => {
    const { server, player, sound } = await listening();
    const { src } = sound;
    server.cut("events");
    await pass(1990);
    expect([player.health.events, server.open("events").length]).toEqual(["lost", 0]);
    await pass(20);
    expectOne(server, "master");
    expect(sound.src).toBe(src);
    expect(player.heardFrame).toBeGreaterThan(0);
  });

  it.each(["ended", "error"] as const)("[AU9] sound lost by `%s`: restarted at once, same session", async (type) => {
    const { server, player, sound } = await listening();
    server.sessions.add("other");
    server.cut("stream");
    sound.fire(type);
    expect(player.playback).toBe("recovering");
    await pass(100);
    expect(player.playback).toBe("playing");
    expectOne(server, "master");
  });

  it("[AU12] a session that goes on in another process: told again after 2 s, and heard again once what it had is played", async () => {
    const { server, player, sound } = await listening();
    const { src } = sound;
    server.tell("master", { type: "moved" });
    server.cut("events");
    await pass(2100);
    expect([player.playback, player.health.events, sound.src]).toEqual(["playing", "open", src]);
    server.cut("stream", sound);
    await pass(100);
    expect(player.playback).toBe("playing");
    expectOne(server, "master");
  });

  it("[AU9] sound that stands still: struggling, then dead and restarted 12 s later", async () => {
    const { server, player, sound, seen } = await listening();
    sound.silence();
    await pass(10_000);
    expect(player.health.sound).toBe("struggling");
    await pass(4500);
    expect(player.playback).toBe("playing");
    expectOne(server, "master");
    expect(seen.filter(([type]) => type === "playback").map(([, data]) => data)).toEqual(
      ["starting", "playing", "recovering", "starting", "playing"].map((playback) => ({ playback })),
    );
  });

  it("[AU6] starts anew where the browser fetched the stream again by itself, as its place in it is not known", async () => {
    const { server, player, sound } = await listening();
    const { src } = sound;
    const { listener } = player;
    server.tell("master", { type: "joined", listener, frame: server.frame });
    expect(player.playback).toBe("recovering");
    await pass(500);
    expect(player.playback).toBe("playing");
    expect(sound.src).not.toBe(src);
    expectOne(server, "master");
  });

  it("[AU9] never keeps a dead session: what is heard comes back, from another", async () => {
    const server = new Broadcast();
    server.sessions.add("mine");
    const { player, sound } = await listening(server, "mine");
    server.sessions.delete("mine");
    server.cut("events");
    server.cut("stream", sound);
    await pass(1000);
    expectOne(server, "master");
    expect(player.playback).toBe("playing");
    expect(server.store.get(storeKey)).toBe("master");
  });

  it("[AU9] server gone for a minute: comes back by itself, in one session", async () => {
    const { server, player, sound } = await listening();
    server.isUp = false;
    server.cut("events");
    server.cut("stream", sound);
    await pass(60_000);
    expect(player.playback).toBe("recovering");
    server.isUp = true;
    await pass(12_000);
    expect(player.playback).toBe("playing");
    expectOne(server, "master");
  });

  it("[AU9] events that fall silent without an error are lost, and opened again until they tell something", async () => {
    const { server, player, seen } = await listening();
    server.isSilent = true;
    await pass(15_500);
    expect(player.health).toEqual({ sound: "healthy", events: "lost" });
    expect(player.isTold).toBe(false);
    await pass(60_000);
    expect(server.open("events").length).toBeLessThan(2);
    server.isSilent = false;
    await pass(20_000);
    expect(player.health).toEqual({ sound: "healthy", events: "open" });
    expect(player.isTold).toBe(true);
    expectOne(server, "master");
    expect(seen.filter(([type]) => type === "session")).toHaveLength(3); // never another than the one there was
    player.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("[AU6] knows what is on air although the machine's clock was set", async () => {
    const { player } = listenerOf(new Broadcast());
    void player.tune();
    await pass(10);
    const before = player.told.onAir(performance.now())!;
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(1000);
    expect((player.told.onAir(performance.now())! - before) * frameMs).toBeCloseTo(1000);
    player.close();
  });

  it("[AU9] paused while it recovers stays paused, and silent", async () => {
    const { server, player, sound } = await listening();
    server.cut("stream", sound);
    player.pause();
    await pass(5000);
    expect(player.playback).toBe("paused");
    expect(server.open("stream")).toEqual([]);
    expect(server.open("events")).toHaveLength(1);
  });

  it("[AU10] a deleted session has ended; play() then goes on with the master", async () => {
    const server = new Broadcast();
    server.sessions.add("mine");
    const { player, seen } = await listening(server, "mine");
    server.sessions.delete("mine");
    server.tell("mine", { type: "ended", reason: "deleted" });
    await pass(30_000);
    expect(player.playback).toBe("ended");
    expect(seen.at(-1)).toEqual(["ended", { reason: "deleted" }]);
    expect([...server.open("stream"), ...server.open("events")]).toEqual([]);
    void player.play();
    await pass(500);
    expectOne(server, "master");
  });

  it("[AU6] shows what is heard in its own buffer when it is heard, to within 50 ms", async () => {
    const { server, player, seen } = await listening();
    const { frame } = server;
    server.tell("master", {
      type: "track",
      frame: 0,
      track: track("a"),
      next: track("b"),
      nextFrame: frame + 400,
      direction: "similar",
    });
    const heardAt = (id: string) =>
      seen.some(([type, data]) => type === "heard" && JSON.stringify(data).includes(`"track":{"id":"${id}"`));
    expect(heardAt("a")).toBe(true);
    while (!heardAt("b")) await pass(1);
    expect(Math.abs(player.heardFrame! - (frame + 400)) * frameMs).toBeLessThan(250);
    expect(player.heard).toMatchObject({ track: { id: "b" }, next: undefined });
  });

  it("[SD1] without an <audio> it is tuned, and says why it cannot play", async () => {
    const server = new Broadcast();
    const { player } = listenerOf(server, { isSilent: true });
    void player.tune();
    await pass(10);
    expect(player.session.id).toBe("master");
    await expect(player.play()).rejects.toMatchObject({ code: "NO_SOUND" });
    player.close();
  });
});
