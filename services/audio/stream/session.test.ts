/** Sessions by a clock that the test turns, over tracks and fades that come when the test says so. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { frameMs } from "../../../schema/audio.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import { decode, encode } from "../crossfade/codec.ts";
import { cutFadeJob, makeFade } from "../crossfade/fade.ts";
import { startJourney } from "../explorer/journey.ts";
import { buildSpace } from "../explorer/space.ts";
import { madeUpPoints } from "../explorer/testing/points.ts";
import type { Track as LibraryTrack } from "../library/track.ts";
import { frameSamples, readHeader } from "../mp3/header.ts";
import type { Track } from "../mp3/track.ts";
import { seededRandom } from "../random.ts";
import { music, trackOf } from "../testing/music.ts";
import { metaint } from "./icy.ts";
import { Session, type SessionDeps } from "./session.ts";
import { shapeOf } from "./shape.ts";
import type { Resume, SavedStream, StreamChange } from "./stream.ts";
import { HandClock, KeepingSink } from "./testing/render.ts";
import { Tracks } from "./tracks.ts";

const seconds = 40;
const id = (index: number) => index.toString(16).padStart(16, "0");
let sound: Track;

beforeAll(async () => {
  sound = trackOf(await encode(music(seconds), { bitrate: 128 }));
});

/** A server of six tracks. `slow` ones are prepared when the test calls `arrive`; `broken` ones never. */
function newServer({ slow = [], broken = [] }: { slow?: number[]; broken?: number[] } = {}) {
  const clock = new HandClock();
  const points = madeUpPoints(6, 3);
  const library = new Map<string, LibraryTrack>(
    points.map(({ sound: { features } }, index) => [
      id(index),
      {
        ...{ id: id(index), path: `/music/${index}`, format: "mp3" },
        tags: { title: `Song ${index}`, artist: "It's", album: "", track: null },
        sound: {
          ...{ durationS: seconds, sampleRate: 44_100, channels: 2, loudnessLufs: -16, peakDbfs: -1 },
          ...{ soundFromS: 0, soundToS: seconds, quietFromS: seconds, features },
        },
      },
    ]),
  );
  const gone: string[] = [];
  const find = (track: string) => (gone.includes(track) ? undefined : library.get(track));
  const waiting: (() => void)[] = [];
  const fades: Promise<unknown>[] = [];
  const state = { late: 0, fadesCome: true };
  const tracks = new Tracks({
    find,
    ...{ dir: "/nowhere", bitrate: 128, maxBytes: 1 << 24 },
    crossfades: {
      prepare: async ({ path }) => {
        const index = Number(path.split("/").at(-1));
        if (broken.includes(index)) throw new HereaboutsError("BAD_AUDIO", "It is noise.");
        if (slow.includes(index)) await new Promise<void>((resolve) => waiting.push(resolve));
        return sound;
      },
    },
    onBroken: (track) => gone.push(track.id),
  });
  const space = buildSpace(points.map((point, index) => ({ ...point, id: id(index) })));
  const ticking = new Map<Session, () => void>();
  const deps: SessionDeps = {
    now: () => clock.now(),
    collection: {
      find,
      space,
      shapeOf: (track) => library.get(track) && shapeOf(library.get(track)!),
      infoOf: (track) => ({ ...library.get(track)!.tags, id: track, durationMs: seconds * 1000 }),
      placeOf: () => ({ x: 0, y: 0 }),
    },
    tracks,
    crossfades: {
      fade: (a, b, frames) => {
        const made = state.fadesCome ? makeFade(cutFadeJob({ a, b, frames })) : new Promise<never>(() => {});
        if (state.fadesCome) fades.push(made);
        return made;
      },
    },
    fadeFrames: 96,
    onLate: (count) => {
      state.late += count;
    },
    onBehind: () => {},
    onRendering: (session, isRendering) => {
      ticking.get(session)?.();
      ticking.delete(session);
      if (isRendering)
        ticking.set(
          session,
          clock.every(250, () => session.tick()),
        );
    },
    onClosed: () => {},
    onError: (error) => {
      throw error;
    },
  };
  /** Lets everything that is under way come. */
  const settle = async () => {
    await Promise.all(fades.splice(0));
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  const turn = async (ms: number) => {
    for (let at = 0; at < ms; at += 250) {
      clock.turn(250);
      await settle();
    }
  };
  const open = (first = 0, saved?: SavedStream) => new Session(deps, startJourney(5, id(first)), "similar", saved);
  return { clock, tracks, state, gone, settle, turn, open, arrive: () => waiting.splice(0).forEach((go) => void go()) };
}

const listenTo = (session: Session, icy = false, resume?: Resume) => {
  const sink = new KeepingSink();
  const listener = session.listen({ sink, icy, resume });
  return { sink, listener };
};
const bytesOf = ({ parts }: KeepingSink) => Buffer.concat(parts);
const framesOf = async (sink: KeepingSink) => (await decode(bytesOf(sink)))[0].length / frameSamples;
const framesIn = (ms: number) => ms / frameMs;

let server: ReturnType<typeof newServer>;
beforeEach(() => {
  server = newServer();
});

describe("who listens", () => {
  it("[AU5] gets four seconds and more before listen() returns, where the track is at hand", async () => {
    await server.tracks.load(id(0), 0);
    const { sink, listener } = listenTo(server.open());
    expect(listener.frame).toBe(0);
    expect(await framesOf(sink)).toBeGreaterThanOrEqual(framesIn(4000));
  });

  it("[AU5] gets the track from the frame on air on, once it is prepared", async () => {
    const session = server.open();
    server.clock.turn(10_000);
    const { sink, listener } = listenTo(session);
    expect(listener.frame).toBe(Math.floor(framesIn(10_000)));
    expect(sink.parts).toEqual([]);
    await server.settle();
    expect(await framesOf(sink)).toBeGreaterThanOrEqual(framesIn(4000));
  });

  it("[AU6] joins what all hear: the same bytes at the same frame, with a burst", async () => {
    const session = server.open();
    const first = listenTo(session);
    await server.turn(20_000);
    const second = listenTo(session);
    await server.turn(10_000);
    const [all, late] = [bytesOf(first.sink), bytesOf(second.sink)];
    expect(all.subarray(all.length - late.length).equals(late)).toBe(true);
    const onAir = Math.floor(framesIn(20_000));
    expect(second.listener.frame).toBeGreaterThan(onAir - 50);
    expect(second.listener.frame).toBeLessThanOrEqual(onAir);
    expect(await framesOf(second.sink)).toBe((await framesOf(first.sink)) - second.listener.frame);
  });

  it("[AU5] is skipped forward when it does not read, then cut, and slows nobody", async () => {
    const session = server.open();
    const [good, bad] = [listenTo(session), listenTo(session)];
    await server.turn(5000);
    bad.sink.pendingBytes = 1 << 20;
    const before = bad.sink.parts.length;
    await server.turn(5000);
    expect(bad.sink.parts.length).toBe(before);
    expect(bad.listener.frame).toBeGreaterThan(good.listener.frame + 150);
    bad.sink.pendingBytes = 0;
    await server.turn(2000);
    expect(bad.sink.parts.length).toBeGreaterThan(before);
    bad.sink.pendingBytes = 1 << 20;
    await server.turn(20_000);
    expect(bad.sink.state).toBe("destroyed");
    expect(session.listeners).toBe(1);
    expect(await framesOf(good.sink)).toBeGreaterThan(framesIn(32_000));
  });

  it("[AU5] is cut when it hears what was on air long ago", async () => {
    const session = server.open();
    const { sink, listener } = listenTo(session);
    await server.turn(30_000);
    listener.heard(Math.floor(framesIn(15_000)));
    expect(sink.state).toBe("open");
    listener.heard(Math.floor(framesIn(5000)));
    expect(sink.state).toBe("destroyed");
    expect(session.listeners).toBe(0);
    listener.leave();
  });

  it("[AU5] gets titles between the bytes if it asks for them", async () => {
    const session = server.open();
    const [plain, icy] = [listenTo(session), listenTo(session, true)];
    await server.turn(60_000);
    const bytes = bytesOf(icy.sink);
    const sounds: Buffer[] = [];
    const titles: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      sounds.push(bytes.subarray(at, at + metaint));
      at += metaint;
      const length = 16 * (bytes[at] ?? 0);
      if (length > 0) titles.push(bytes.toString("utf8", at + 1, at + 1 + length).replaceAll("\0", ""));
      at += 1 + length;
    }
    expect(Buffer.concat(sounds).equals(bytesOf(plain.sink))).toBe(true);
    expect(titles).toHaveLength(2);
    expect(titles[0]).toBe("StreamTitle='It’s - Song 0';");
  });
});

describe("a session that nobody hears", () => {
  it("[AU6] costs nothing, and is at the right place when someone comes", async () => {
    const [heard, unheard] = [server.open(), server.open()];
    expect(server.clock.isTicking).toBe(false);
    const { listener } = listenTo(heard);
    await server.turn(3 * 60_000);
    listener.leave();
    expect(server.clock.isTicking).toBe(false);
    const { track, trackFrame } = heard.onAir();
    expect(unheard.onAir()).toMatchObject({ track, trackFrame });
    server.clock.turn(24 * 3_600_000);
    const { frame } = unheard.onAir();
    expect(frame).toBe(Math.floor(framesIn(24 * 3_600_000 + 180_000)));
    expect(listenTo(unheard).listener.frame).toBe(frame);
  });

  it("[AU6] goes on to what follows for who comes within a fade", async () => {
    const session = server.open();
    const { nextFrame, next } = session.onAir();
    server.clock.turn(nextFrame! * frameMs - 500);
    const { sink } = listenTo(session);
    await server.settle();
    expect(sink.parts.length).toBeGreaterThan(3);
    server.clock.turn(1000);
    expect(session.onAir().track).toEqual(next);
  });
});

describe("commands", () => {
  it("[AU6] are heard within seven seconds, by a fade, and told with their frame", async () => {
    const session = server.open();
    const { sink } = listenTo(session);
    await server.turn(10_000);
    const told: StreamChange[] = [];
    session.subscribe((change) => told.push(change));
    const before = session.onAir();
    const { track, trackFrame } = session.next();
    expect(track).toEqual(before.next);
    expect((trackFrame - before.frame) * frameMs).toBeLessThan(7000);
    expect(told).toContainEqual(expect.objectContaining({ type: "track", frame: trackFrame, track }));
    await server.turn(8000);
    expect(session.onAir()).toMatchObject({ track, trackFrame });
    expect(told).toContainEqual({ type: "journey" });
    expect(session.journey()).toMatchObject({ at: 1, steps: [{}, { track, direction: "similar" }] });
    expect(await framesOf(sink)).toBeGreaterThan(framesIn(22_000));
    expect(server.state.late).toBe(0);
  });

  it("[AU8] play a track, go back, and refuse what is not there", async () => {
    const session = server.open();
    listenTo(session);
    await server.turn(5000);
    expect(session.play(id(4)).track.id).toBe(id(4));
    await server.turn(10_000);
    expect(session.onAir().track.id).toBe(id(4));
    expect(session.journey().steps[1]).toMatchObject({ direction: "chosen" });
    expect(session.back().track.id).toBe(id(0));
    await server.turn(10_000);
    expect(session.onAir().track.id).toBe(id(0));
    expect(session.journey()).toMatchObject({ at: 0 });
    expect(() => session.play(id(9))).toThrow(expect.objectContaining({ code: "TRACK_GONE" }));
  });

  it("[AU6] change what is next, but not what is locked", async () => {
    const session = server.open();
    listenTo(session);
    expect(session.turn("faster").direction).toBe("faster");
    await server.turn(30_000);
    const { next, nextFrame } = session.onAir();
    session.turn("slower");
    expect(session.onAir()).toMatchObject({ next, nextFrame, direction: "slower" });
  });
});

describe("any commands at any time", () => {
  const rounds = Number(process.env["FC_RUNS"] ?? 3);
  it.each(Array.from({ length: rounds }, (_, seed) => seed))(
    "[AU5] leave no gap (seed %i)",
    {
      timeout: 60_000,
    },
    async (seed) => {
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      server = newServer({ slow: seed % 3 === 1 ? [2, 3] : [], broken: seed % 3 === 2 ? [4] : [] });
      const session = server.open(0);
      const { sink, listener } = listenTo(session);
      for (let i = 0; i < 25; i++) {
        await server.turn(250 * (1 + pick(pick(3) === 0 ? 60 : 8)));
        const command = pick(6);
        if (command === 0) session.back();
        else if (command === 1) session.turn(pick(2) === 0 ? "faster" : "surprise");
        else if (command === 2 && !server.gone.includes(id(4))) session.play(id(pick(6)));
        else if (command === 3) server.arrive();
        else session.next();
        const { frame, trackFrame, nextFrame } = session.onAir();
        expect(trackFrame).toBeLessThanOrEqual(frame);
        expect(nextFrame).toBeGreaterThan(frame);
      }
      const { frame } = session.onAir();
      const pcm = await decode(bytesOf(sink));
      expect(listener.frame).toBe(0);
      expect(pcm[0].length / frameSamples).toBeGreaterThan(frame + framesIn(2000));
      for (let from = 4410; from + 4410 < pcm[0].length; from += 4410) {
        const isHeard = pcm[0].subarray(from, from + 4410).some((sample) => Math.abs(sample) > 0.02);
        if (!isHeard) throw new Error(`silence at ${(from / 44_100).toFixed(1)} s`);
      }
    },
  );
});

describe("what goes wrong", () => {
  it("[AU5] leaves no gap where a fade comes too late", async () => {
    server.state.fadesCome = false;
    const session = server.open();
    const { sink } = listenTo(session);
    await server.turn(60_000);
    expect(server.state.late).toBe(1);
    const pcm = await decode(bytesOf(sink));
    expect(pcm[0].length / frameSamples).toBeGreaterThanOrEqual(framesIn(62_500));
    const joint = Math.round(session.onAir().trackFrame);
    const loud = (frame: number) =>
      pcm[0].subarray(frame * frameSamples, (frame + 4) * frameSamples).some((sample) => Math.abs(sample) > 0.05);
    for (let frame = joint - 50; frame < joint + 50; frame += 4) expect(loud(frame)).toBe(true);
  });

  it("[AU7] passes over what cannot be read, and tells it once", async () => {
    server = newServer({ broken: [1, 2, 3] });
    const [one, two] = [server.open(1), server.open(2)];
    const listening = [listenTo(one), listenTo(two)];
    await server.turn(120_000);
    for (const { sink } of listening) expect(await framesOf(sink)).toBeGreaterThan(framesIn(120_000));
    expect(new Set(server.gone).size).toBe(server.gone.length);
    expect(server.state.late).toBe(0);
  });

  it("[AU5] plays what is at hand where the first track takes too long", async () => {
    server = newServer({ slow: [0] });
    await server.tracks.load(id(3), 0);
    const session = server.open(0);
    const { sink, listener } = listenTo(session);
    await server.turn(1000);
    expect(sink.parts.length).toBeGreaterThan(3);
    expect(listener.frame).toBe(0);
    expect(session.onAir().track.id).toBe(id(3));
    server.arrive();
    await server.turn(1000);
    expect(session.onAir().track.id).toBe(id(3));
  });

  it("[AU5] plays what is at hand where the next track does not come, without a gap", async () => {
    server = newServer({ slow: [1, 2, 3, 4, 5] });
    const session = server.open(0);
    const { sink } = listenTo(session);
    await server.turn(60_000);
    expect(session.onAir().track.id).toBe(id(0));
    expect(session.journey().steps.map(({ track }) => track.id)).toEqual([id(0), id(0)]);
    expect(server.state.late).toBe(1);
    const pcm = await decode(bytesOf(sink));
    for (let at = 1; at < 60; at += 0.1) {
      const from = Math.round(at * 44_100);
      expect(pcm[0].subarray(from, from + 4410).some((sample) => Math.abs(sample) > 0.05)).toBe(true);
    }
  });

  it("[AU5] waits with a command until its track is there, and goes on meanwhile", async () => {
    server = newServer({ slow: [5] });
    const session = server.open(0);
    const { sink } = listenTo(session);
    await server.turn(3000);
    session.play(id(5));
    await server.turn(10_000);
    expect(session.onAir().track.id).toBe(id(0));
    server.arrive();
    await server.turn(10_000);
    expect(session.onAir().track.id).toBe(id(5));
    expect(await framesOf(sink)).toBeGreaterThan(framesIn(25_500));
  });

  it("[AU5] goes on with what is on air after the process was held up", async () => {
    const session = server.open();
    const { sink, listener } = listenTo(session);
    await server.turn(5000);
    const before = await framesOf(sink);
    server.clock.turn(300_000);
    await server.turn(5000);
    expect(server.state.late).toBeGreaterThan(0);
    const after = await framesOf(sink);
    expect(listener.frame + after).toBeGreaterThan(framesIn(314_000));
    expect(after - before).toBeLessThan(framesIn(12_000));
  });

  it("[AU10] ends in order", async () => {
    const session = server.open();
    const told: StreamChange[] = [];
    session.subscribe((change) => told.push(change));
    const { sink } = listenTo(session);
    await server.turn(1000);
    session.close();
    expect(sink.state).toBe("ended");
    expect(told.at(-1)).toEqual({ type: "ended" });
    expect(server.clock.isTicking).toBe(false);
  });
});

describe("a session that goes on in another process", () => {
  /** Two servers of the same music and time: one session in both, from 50 s on. */
  const moved = async () => {
    const there = newServer();
    const session = server.open();
    const all = listenTo(session);
    await server.turn(50_000);
    const saved: SavedStream = JSON.parse(JSON.stringify(session.save()));
    there.clock.turn(50_000);
    return { there, session, all, saved, restored: there.open(5, saved) };
  };
  const firstFrames = (bytes: Buffer, frames: number) => {
    let at = 0;
    for (let i = 0; i < frames; i++) at += readHeader(bytes, at)!.bytes;
    return bytes.subarray(0, at);
  };

  it("[AU12] is at the same place of the same track, and goes on to the same", async () => {
    const { there, session, restored } = await moved();
    const { nextFrame: _, ...air } = session.onAir();
    expect(restored.onAir()).toMatchObject(air);
    expect(restored.journey()).toEqual(session.journey());
    for (let i = 0; i < 3; i++) {
      await Promise.all([server.turn(30_000), there.turn(30_000)]);
      const [that, here] = [restored.onAir(), session.onAir()];
      expect(that.track).toEqual(here.track);
      // where a track ends is known to the frame only where it is heard
      expect(Math.abs(that.trackFrame - here.trackFrame)).toBeLessThanOrEqual(2);
    }
  });

  it.each([0, 1, 17, 60])("[AU12] sounds the same to the sample to one who has %i frames less", async (missing) => {
    const { there, all, restored } = await moved();
    const before = bytesOf(all.sink);
    const from = (await framesOf(all.sink)) - missing;
    const { sink, listener } = listenTo(restored, false, { from, joined: 0 });
    await Promise.all([server.turn(50_000), there.turn(50_000)]);
    expect(listener.frame).toBe(0);
    const [[whole], [pieced]] = await Promise.all([
      decode(bytesOf(all.sink)),
      decode(Buffer.concat([firstFrames(before, from), bytesOf(sink)])),
    ]);
    const length = Math.min(whole.length, pieced.length);
    expect(length / frameSamples).toBeGreaterThan(framesIn(100_000));
    let apart = 0;
    for (let i = 0; i < length; i++) apart = Math.max(apart, Math.abs(whole[i]! - pieced[i]!));
    expect(apart).toBeLessThan(1e-6);
  });

  it("[AU12] leaves out for one who comes late what is over, and says so", async () => {
    const { there, restored } = await moved();
    await there.turn(10_000);
    const { listener } = listenTo(restored, false, { from: 2000, joined: 100 });
    await there.settle();
    const missed = restored.onAir().frame - 2000;
    expect(missed).toBeGreaterThan(100);
    expect(listener.frame).toBe(100 + missed);
  });

  it("[AU12] begins anew with what is here, where its tracks are not", async () => {
    const { there, saved } = await moved();
    for (const { track } of saved.entries) expect(track).not.toBe(id(5));
    const restored = there.open(5, { ...saved, entries: [] });
    expect(restored.epochMs).toBe(saved.epochMs);
    expect(restored.onAir()).toMatchObject({ frame: Math.floor(framesIn(50_000)), track: { id: id(5) } });
  });
});
