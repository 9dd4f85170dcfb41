/** The library over folders as people have them: every format, broken files, links that loop, names of all kinds. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LibraryCache } from "./cache.ts";
import { Library, type LibraryOptions, type Progress } from "./library.ts";
import { beats, flac, garbage, mp3, opus, vorbis, wav } from "./testing/files.ts";

const root = mkdtempSync(join(tmpdir(), "hereabouts-library-"));
const music = join(root, "music");
const open: Library[] = [];
afterAll(async () => {
  await Promise.all(open.map((library) => library.close()));
  rmSync(root, { recursive: true, force: true });
});

function newLibrary(options: Partial<LibraryOptions> = {}): Library {
  const library = new Library({ dir: ":memory:", ...options });
  open.push(library);
  return library;
}

const put = (name: string, bytes: Uint8Array) => {
  const path = join(music, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};
const song = beats({ bpm: 120, seconds: 12 });

beforeAll(async () => {
  put("one.mp3", await mp3(song));
  put("deep/er/two.flac", flac(song));
  put("three.ogg", await vorbis(song));
  put("four.opus", opus(4));
  put("five.WAV", wav(song));
});

describe("scanning a folder", () => {
  it("[AU7] gives every format with its duration, loudness and features", async () => {
    const library = newLibrary();
    const report = await library.scan(music);
    expect(report).toMatchObject({ found: 5, done: 5, skipped: 0, cached: 0 });
    const tracks = new Map([...library.tracks.values()].map((track) => [track.tags.title, track]));
    expect([...tracks].map(([title, { format }]) => `${title} ${format}`).sort()).toEqual([
      "five wav",
      "four opus",
      "one mp3",
      "three vorbis",
      "two flac",
    ]);
    for (const title of ["one", "two", "three", "five"]) {
      const { sound } = tracks.get(title)!;
      expect(sound.durationS, title).toBeGreaterThan(11.9);
      expect(sound.durationS, title).toBeLessThan(12.1);
      expect(Math.abs(sound.features.tempoBpm - 120), title).toBeLessThan(1.5);
      expect(Math.abs(sound.loudnessLufs - tracks.get("five")!.sound.loudnessLufs), title).toBeLessThan(1);
      expect([sound.features.key, sound.features.majorness > 0], title).toEqual([9, true]);
    }
    expect(tracks.get("four")!.sound).toMatchObject({ sampleRate: 48_000, durationS: 4 });
  });

  it("[AU7] tells its progress and each track as it is done", async () => {
    const steps: Progress[] = [];
    const heard: string[] = [];
    await newLibrary({ onProgress: (step) => steps.push(step), onTrack: ({ id }) => heard.push(id) }).scan(music);
    expect(steps.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(steps.map(({ current }) => current)).size).toBe(5);
    expect(heard).toHaveLength(5);
  });

  it("[AU7] reports and skips what is broken, and goes on", async () => {
    const dir = join(root, "broken");
    const good = readFileSync(join(music, "one.mp3"));
    mkdirSync(dir);
    const files: Record<string, Uint8Array> = {
      "empty.mp3": Buffer.alloc(0),
      "text.mp3": Buffer.from("I am a letter.".repeat(1000)),
      "garbage.flac": Buffer.concat([Buffer.from("fLaC"), garbage(50_000, 1)]),
      "garbage.ogg": Buffer.concat([readFileSync(join(music, "three.ogg")).subarray(0, 40), garbage(50_000, 2)]),
      "garbage.opus": Buffer.concat([readFileSync(join(music, "four.opus")).subarray(0, 80), garbage(50_000, 3)]),
      "short.wav": wav(song.subarray(0, 4000)),
      "bits.wav": Buffer.from(wav(song)).fill(13, 34, 36),
      "head.wav": wav(song).subarray(0, 30),
      "cover.jpg": garbage(1000, 4),
      "wrong-extension.flac": good,
      "cut.mp3": await mp3(beats({ bpm: 90, seconds: 6 })).then((bytes) => bytes.subarray(0, 50_001)),
      "middle.mp3": Buffer.concat([garbage(3000, 5), good.subarray(10_000, 90_000), garbage(3000, 6)]),
      "🎷 日本 \n.mp3": await mp3(beats({ bpm: 100, seconds: 3 })),
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes);
    symlinkSync(dir, join(dir, "loop"));
    symlinkSync(join(dir, "nowhere"), join(dir, "dangling.mp3"));
    const skipped = new Map<string, string>();
    const library = newLibrary({ onSkipped: (path, reason) => skipped.set(basename(path), reason) });
    await library.scan(dir);
    expect([...skipped.keys()].sort()).toEqual([
      ...["bits.wav", "dangling.mp3", "empty.mp3", "garbage.flac", "garbage.ogg", "garbage.opus"],
      ...["head.wav", "short.wav", "text.mp3"],
    ]);
    expect(skipped.get("empty.mp3")).toBe("It is empty.");
    expect(skipped.get("short.wav")).toBe("It holds less than a second of sound.");
    const titles = [...library.tracks.values()].map(({ tags, format }) => `${tags.title} ${format}`).sort();
    expect(titles).toEqual(["cut mp3", "middle mp3", "wrong-extension mp3", "🎷 日本 mp3"].sort());
  });

  it("[AU7] follows files that move and lets go of those that are gone", async () => {
    const dir = join(root, "moving");
    mkdirSync(dir);
    writeFileSync(join(dir, "a.wav"), wav(song));
    writeFileSync(join(dir, "b.wav"), wav(song.subarray(44_100)));
    const gone: string[] = [];
    const library = newLibrary({ onGone: ({ tags }) => gone.push(tags.title) });
    await library.scan(dir);
    renameSync(join(dir, "a.wav"), join(dir, "c.wav"));
    rmSync(join(dir, "b.wav"));
    await library.scan(dir);
    expect([...library.tracks.values()].map(({ path }) => path)).toEqual([join(dir, "c.wav")]);
    expect(gone).toEqual(["b"]);
  });

  it("[AU7] survives a folder that is not there", async () => {
    const skipped: string[] = [];
    const report = await newLibrary({ onSkipped: (path) => skipped.push(path) }).scan(join(root, "none"));
    expect(report.found).toBe(0);
    expect(skipped).toEqual([join(root, "none")]);
  });
});

describe("the cache", () => {
  it("[AU7] knows a content again: moved, copied, or broken", async () => {
    const dir = join(root, "cached");
    const songs = join(dir, "songs");
    mkdirSync(songs, { recursive: true });
    const path = join(songs, "a.wav");
    writeFileSync(path, wav(song));
    writeFileSync(join(songs, "b.wav"), "RIFF");
    const first = newLibrary({ dir });
    expect(await first.scan(songs)).toMatchObject({ found: 2, cached: 0, skipped: 1 });
    const [track] = first.tracks.values();
    await first.close();

    renameSync(path, join(songs, "c.wav"));
    copyFileSync(join(songs, "c.wav"), join(songs, "d.wav"));
    const second = newLibrary({ dir });
    expect(await second.scan(songs)).toMatchObject({ found: 3, cached: 3, skipped: 1 });
    expect([...second.tracks.keys()]).toEqual([track!.id]);
    expect(second.tracks.get(track!.id)!.sound).toEqual(track!.sound);
  });

  it("[AU7] keeps through kill -9 whatever was kept before", async () => {
    const dir = join(root, "killed");
    const program = new URL("./testing/killed.ts", import.meta.url).pathname;
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, [program, dir, `${round}`], { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      child.stdout.on("data", (text: Buffer) => {
        said += text;
        if (said.length > 200 * (round + 1)) child.kill("SIGKILL");
      });
      await once(child, "close");
      expect(child.signalCode).toBe("SIGKILL");
      const cache = new LibraryCache(dir);
      const kept = said.split("\n").slice(0, -1);
      expect(kept.length).toBeGreaterThan(10);
      for (const hash of kept) expect(cache.known(hash)).toEqual({ broken: hash });
      cache.close();
    }
  }, 20_000);

  it("[AU7] is made anew when it cannot be read", async () => {
    const dir = join(root, "ruined");
    mkdirSync(dir);
    writeFileSync(join(dir, "library.db"), garbage(8192, 9));
    expect(await newLibrary({ dir }).add(join(music, "five.WAV"))).toMatchObject({ format: "wav" });
  });

  it("[AU7] keeps nothing where it cannot, and the music is there all the same", async () => {
    const noFolder = join(root, "no-folder");
    writeFileSync(noFolder, "a file");
    const noFile = join(root, "no-file");
    mkdirSync(join(noFile, "library.db"), { recursive: true });
    const foreign = join(root, "foreign");
    mkdirSync(foreign);
    const db = new DatabaseSync(join(foreign, "library.db"));
    db.exec("CREATE TABLE files (other TEXT); CREATE TABLE contents (other TEXT);");
    db.close();
    for (const dir of [noFolder, noFile, foreign]) {
      expect(await newLibrary({ dir }).scan(music)).toMatchObject({ skipped: 0, cached: 0 });
    }
  });
});

it("[AU7] closing ends the work and settles what waited", async () => {
  const library = newLibrary();
  const scan = library.scan(music);
  await library.close();
  await scan;
  expect(library.tracks.size).toBe(0);
});
