/** Fades by real worker threads: made once, kept, given up; the same as without a thread. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { remux } from "../mp3/remux.ts";
import { frameCount, type Track, trackBytes } from "../mp3/track.ts";
import { encodeAt, encodeMusic, trackOf } from "../testing/music.ts";
import { createCrossfades, spawnWorker } from "./crossfades.ts";
import { cutFadeJob, makeFade } from "./fade.ts";

const options = { workers: 2, maxQueue: 20, cacheBytes: 1 << 20, fadeTimeoutMs: 20_000, transcodeTimeoutMs: 20_000 };
let spawns = 0;
const crossfades = createCrossfades({
  ...options,
  spawn: () => {
    spawns++;
    return spawnWorker();
  },
});
let track: Track;
const side = (at: number, id = "song", gain = 0) => ({ id, track, at, gain });

beforeAll(async () => {
  track = trackOf(await encodeMusic({ bitrate: 192 }, 12));
});
afterAll(() => crossfades.close());

describe("crossfades", () => {
  it("[AU5] are made by a thread as they are without one, and leave the tracks as they were", async () => {
    const before = remux([{ track, from: 0, to: frameCount(track), gain: 0 }]);
    const { a, b } = { a: side(250), b: side(30, "other") };
    expect(await crossfades.fade(a, b, 96, 0)).toEqual(await makeFade(cutFadeJob({ a, b, frames: 96 })));
    expect(remux([{ track, from: 0, to: frameCount(track), gain: 0 }])).toEqual(before);
  });

  it("[AU5] are made once for all who ask at the same time or later", async () => {
    const before = spawns;
    const [one, two] = await Promise.all([0, 1].map(() => crossfades.fade(side(200), side(40), 90, 0)));
    expect(one).toBe(two);
    expect(await crossfades.fade(side(200), side(40), 90, 0)).toBe(one);
    expect(await crossfades.fade(side(200, "song", 1), side(40), 90, 0)).not.toBe(one);
    expect(spawns - before).toBeLessThan(2);
  });

  it("are forgotten when they take too much memory, the longest unused first", async () => {
    const own = createCrossfades({ ...options, workers: 1, cacheBytes: 30_000 });
    const first = await own.fade(side(200), side(40), 20, 0);
    expect(own.figures).toMatchObject({ kept: 1, keptBytes: trackBytes(first.track) });
    const second = await own.fade(side(201), side(40), 20, 0);
    await own.fade(side(200), side(40), 20, 0);
    expect(own.figures.keptBytes).toBeLessThanOrEqual(30_000);
    await own.fade(side(202), side(40), 20, 0);
    expect(own.figures.keptBytes).toBeLessThanOrEqual(30_000);
    expect(await own.fade(side(202), side(40), 20, 0)).not.toBe(second);
    await own.close();
  });

  it("are refused where a track is too short, and can be asked for again after a failure", async () => {
    await expect(crossfades.fade(side(0), side(40), 96, 0)).rejects.toMatchObject({ code: "AUDIO_FAILED" });
    const hasty = createCrossfades({ ...options, workers: 1, fadeTimeoutMs: 1 });
    await expect(hasty.fade(side(200), side(40), 96, 0)).rejects.toMatchObject({ code: "AUDIO_FAILED" });
    await expect(hasty.fade(side(200), side(40), 96, 0)).rejects.toMatchObject({ code: "AUDIO_FAILED" });
    await hasty.close();
  });

  it("[AU5] share their threads with transcodes", async () => {
    const file = await encodeAt(48_000);
    const made = await crossfades.transcode({ mp3: file });
    expect(frameCount(made)).toBeGreaterThan(30);
    expect(file.length).toBeGreaterThan(0);
    const mono = new Float32Array(44_100);
    const both = crossfades.transcode({ channels: [mono, mono], sampleHz: 44_100 });
    expect(frameCount(await both)).toBeGreaterThan(37);
    await expect(crossfades.transcode({ mp3: new Uint8Array(100) })).rejects.toMatchObject({ code: "BAD_AUDIO" });
  });
});
