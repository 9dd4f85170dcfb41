/** Tracks on demand: shared, bounded, evened out, and told once when they are broken. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HereaboutsError } from "../../../schema/errors.ts";
import { createCrossfades, spawnWorker } from "../crossfade/crossfades.ts";
import { type PrepareJob, prepare } from "../crossfade/prepare.ts";
import { wav } from "../library/testing/files.ts";
import type { Track as LibraryTrack } from "../library/track.ts";
import { frameCount, type Track, trackBytes } from "../mp3/track.ts";
import { encodeMusic, sine, trackOf } from "../testing/music.ts";
import { crossfadeOptions } from "./streams.ts";
import { gainOf, Tracks } from "./tracks.ts";

const dir = mkdtempSync(join(tmpdir(), "hereabouts-tracks-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let track: Track;
beforeAll(async () => {
  track = trackOf(await encodeMusic({ bitrate: 128 }, 2));
});

const sound = {
  ...{ durationS: 2, sampleRate: 44_100, channels: 2, loudnessLufs: -16, peakDbfs: -3 },
  ...{ soundFromS: 0, soundToS: 2, quietFromS: 2 },
};

function newTracks(maxTracks = 2) {
  const prepared: string[] = [];
  const broken: string[] = [];
  const tracks = new Tracks({
    find: (id) => {
      const known = { id, path: id, format: "mp3", tags: { title: id, artist: "", album: "", track: null }, sound };
      return id === "unknown" ? undefined : (known as LibraryTrack);
    },
    crossfades: {
      prepare: async ({ path }: PrepareJob) => {
        prepared.push(path);
        if (path === "noise") throw new HereaboutsError("BAD_AUDIO");
        if (path === "busy") throw new HereaboutsError("AUDIO_BUSY");
        return track;
      },
    },
    ...{ dir, bitrate: 128, maxBytes: maxTracks * trackBytes(track) },
    onBroken: ({ id }) => broken.push(id),
  });
  return { tracks, prepared, broken };
}

describe("tracks", () => {
  it("[AU5] are prepared once for all who ask", async () => {
    const { tracks, prepared } = newTracks();
    const [one, two] = await Promise.all([tracks.load("a", 0), tracks.load("a", 0)]);
    expect(one).toBe(two);
    expect(await tracks.load("a", 0)).toBe(one);
    expect(prepared).toEqual(["a"]);
  });

  it("[AU5] are forgotten when there are too many, those unused for longest first, but not those that are held", async () => {
    const { tracks } = newTracks();
    tracks.hold("a");
    for (const id of ["a", "b", "c"]) await tracks.load(id, 0);
    expect(["a", "b", "c"].map((id) => tracks.peek(id) !== undefined)).toEqual([true, false, true]);
    tracks.hold("c");
    await tracks.load("d", 0);
    expect(tracks.figures.bytes).toBe(2 * trackBytes(track));
    tracks.release("a");
    await tracks.load("e", 0);
    expect(["a", "c", "e"].map((id) => tracks.peek(id) !== undefined)).toEqual([false, true, true]);
    expect(tracks.atHand("e")).toBe("c");
  });

  it("[AU7] are told when they are broken, but not when the server is busy", async () => {
    const { tracks, broken } = newTracks();
    await expect(tracks.load("noise", 0)).rejects.toMatchObject({ code: "BAD_AUDIO" });
    await expect(tracks.load("busy", 0)).rejects.toMatchObject({ code: "AUDIO_BUSY" });
    await expect(tracks.load("unknown", 0)).rejects.toMatchObject({ code: "TRACK_GONE" });
    expect(broken).toEqual(["noise"]);
  });

  it("[AU5] are brought to one loudness in steps, never above full scale", () => {
    const gain = (loudnessLufs: number, peakDbfs: number) => gainOf({ ...sound, loudnessLufs, peakDbfs } as never);
    expect(gain(-16, -1)).toBe(0);
    expect(gain(-9, 0)).toBe(-5);
    expect(gain(-25, -20)).toBe(6);
    expect(gain(-25, -4)).toBe(2);
    expect(gain(-16, 0.4)).toBe(-1);
    expect(gain(-70, -90)).toBe(12);
  });
});

describe("preparing a file", () => {
  it("[AU5] encodes once what cannot be passed through, and keeps it", async () => {
    const path = join(dir, "a.wav");
    writeFileSync(path, wav(sine(2, 440)[0]));
    const job: PrepareJob = { path, format: "wav", keptAt: join(dir, "kept", "a.track"), bitrate: 128 };
    const made = await prepare(job);
    expect(made.musicTo - made.musicFrom).toBe(2 * 44_100);
    expect(readdirSync(join(dir, "kept"))).toEqual(["a.track"]);
    rmSync(path);
    expect(await prepare(job)).toEqual(made);
    writeFileSync(job.keptAt, "something else");
    await expect(prepare(job)).rejects.toMatchObject({ code: "TRACK_GONE" });
  });

  it("[AU5] goes on where nothing can be kept", async () => {
    const path = join(dir, "unkept.wav");
    writeFileSync(path, wav(sine(2, 440)[0]));
    const made = await prepare({ path, format: "wav", keptAt: join(path, "no", "folder.track"), bitrate: 128 });
    expect(made.musicTo - made.musicFrom).toBe(2 * 44_100);
  });

  it("[AU5] is tried once more where its worker is lost", async () => {
    const path = join(dir, "again.wav");
    writeFileSync(path, wav(sine(2, 440)[0]));
    let spawned = 0;
    const crossfades = createCrossfades({
      ...crossfadeOptions(1),
      spawn() {
        const worker = spawnWorker();
        if (++spawned === 1) void worker.terminate();
        return worker;
      },
    });
    const made = await crossfades.prepare({ path, format: "wav", keptAt: `${path}.track`, bitrate: 128 }, 0);
    expect([made.musicTo - made.musicFrom, spawned]).toEqual([2 * 44_100, 2]);
    await crossfades.close();
  });

  it("[AU5] takes an MP3 of the stream's shape as it is, and refuses what is none", async () => {
    const path = join(dir, "a.mp3");
    const job: PrepareJob = { path, format: "mp3", keptAt: join(dir, "b.track"), bitrate: 128 };
    writeFileSync(path, await encodeMusic({ bitrate: 128 }, 2));
    expect(frameCount(await prepare(job))).toBe(frameCount(track));
    writeFileSync(path, "no music");
    await expect(prepare(job)).rejects.toMatchObject({ code: "BAD_AUDIO" });
    rmSync(path);
    await expect(prepare(job)).rejects.toMatchObject({ code: "TRACK_GONE" });
  });
});
