/** The built-in set as listeners get it: decoded from its MP3s and measured. And how it is made and kept. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { MPEGDecoder } from "mpg123-decoder";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directions } from "../../../../schema/directions.ts";
import { choose } from "../../explorer/choose.ts";
import { startJourney } from "../../explorer/journey.ts";
import { buildSpace } from "../../explorer/space.ts";
import { Analyser } from "../analyse.ts";
import { Library } from "../library.ts";
import { toDb, truePeak } from "../loudness.ts";
import type { Sound } from "../track.ts";
import { makeBuiltinSet } from "./builtin.ts";
import { encode } from "./encode.ts";
import { render } from "./mixdown.ts";
import { pieces } from "./pieces.ts";

type Heard = { sound: Sound; truePeakDb: number; largestJump: number; edges: number };

/** What comes out of a decoder. */
async function hear(name: string): Promise<Heard> {
  const piece = pieces.find((one) => one.name === name)!;
  const decoder = new MPEGDecoder();
  await decoder.ready;
  const { channelData } = decoder.decode(await encode(render(piece), piece));
  decoder.free();
  const analyser = new Analyser(44_100, 2);
  analyser.push(channelData);
  let largestJump = 0;
  for (const samples of channelData) {
    for (let i = 1; i < samples.length; i++)
      largestJump = Math.max(largestJump, Math.abs(samples[i]! - samples[i - 1]!));
  }
  return {
    sound: analyser.finish(),
    truePeakDb: toDb(Math.max(...channelData.map(truePeak))),
    largestJump,
    edges: Math.max(...channelData.flatMap((samples) => [Math.abs(samples[0]!), Math.abs(samples.at(-1)!)])),
  };
}

describe("the built-in set", () => {
  const heard = new Map<string, Heard>();
  beforeAll(async () => {
    for (const { name } of pieces) heard.set(name, await hear(name));
  }, 120_000);
  const all = () => [...heard.values()];
  const features = (name: string) => heard.get(name)!.sound.features;

  it("[AU7] has at least eight pieces of 60 to 120 s", () => {
    expect(pieces.length).toBeGreaterThanOrEqual(8);
    for (const { sound } of all()) {
      expect(sound.durationS).toBeGreaterThanOrEqual(60);
      expect(sound.durationS).toBeLessThanOrEqual(120);
    }
  });

  it("[AU7] is as loud throughout, never clips and never clicks", () => {
    const loudness = all().map(({ sound }) => sound.loudnessLufs);
    expect(Math.max(...loudness) - Math.min(...loudness)).toBeLessThan(3);
    for (const [name, { truePeakDb, largestJump, edges }] of heard) {
      expect(truePeakDb, name).toBeLessThan(-1);
      expect(largestJump, name).toBeLessThan(0.8);
      expect(edges, name).toBeLessThan(0.001);
    }
  });

  it("[AU7] has the tempi it was composed at", () => {
    for (const { name, bpm } of pieces) expect(Math.abs(features(name).tempoBpm / bpm - 1), name).toBeLessThan(0.015);
  });

  it("[AU7] differs in features: tempo, brightness and energy span their ranges, and not on one line", () => {
    const span = (of: (name: string) => number) => {
      const values = pieces.map(({ name }) => of(name)).sort((a, b) => a - b);
      return values.at(-1)! / values[0]!;
    };
    expect(span((name) => features(name).tempoBpm)).toBeGreaterThan(2);
    expect(span((name) => features(name).brightnessHz)).toBeGreaterThan(4);
    expect(span((name) => features(name).energy)).toBeGreaterThan(2);
    // slow and bright, fast and dark, fast and calm, slow and driving
    expect(features("glass-garden").brightnessHz).toBeGreaterThan(1.2 * features("iron-tide").brightnessHz);
    expect(features("slow-machines").energy).toBeGreaterThan(features("quick-water").energy);
    expect(features("undertow").energy).toBe(Math.min(...pieces.map(({ name }) => features(name).energy)));
  });

  it("[AU7] [AU8] leads somewhere in every direction from all but its ends", () => {
    const space = buildSpace(pieces.map(({ name, artist }) => ({ id: name, tags: { artist }, ...heard.get(name)! })));
    for (const direction of directions) {
      const followed = pieces.filter(({ name }) => choose(space, startJourney(1, name), direction)!.followed);
      expect(followed.length, direction).toBeGreaterThanOrEqual(pieces.length - 1);
    }
  });
});

describe("making the set", () => {
  const dir = mkdtempSync(join(tmpdir(), "hereabouts-builtin-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const only = ["first-light"];
  const onError = (error: Error) => {
    throw error;
  };

  it("[AU7] makes each piece once, clears what older versions left, and is found by the library", async () => {
    writeFileSync(join(dir, "first-light-0123456789ab.mp3"), "old");
    writeFileSync(join(dir, "undertow-0123456789ab.mp3.77.partial"), "cut short");
    writeFileSync(join(dir, "mine.mp3"), "not ours");
    const made: string[] = [];
    await makeBuiltinSet({ dir, only, onError, onReady: (path) => made.push(path) }).done;
    expect(made).toHaveLength(1);
    expect(readdirSync(dir).sort()).toEqual([basename(made[0]!), "mine.mp3"]);

    const again: string[] = [];
    const { done } = makeBuiltinSet({ dir, only, onError, onReady: (path) => again.push(path) });
    expect(again).toEqual(made);
    await done;

    const library = new Library({ dir: ":memory:" });
    expect(await library.add(made[0]!)).toMatchObject({ tags: { title: "First Light", artist: "Mill Pond" } });
    await library.close();
  }, 30_000);

  it("[AU7] can be stopped, and leaves nothing half made", async () => {
    const set = makeBuiltinSet({ dir, only: ["undertow"], onError, onReady: () => {} });
    await set.stop();
    await set.done;
    expect(readdirSync(dir).filter((file) => file.startsWith("undertow"))).toEqual([]);
  });
});

it("[AU7] the same piece is the same samples each time", () => {
  const piece = { ...pieces[0]!, bars: 6 };
  expect(render(piece)).toEqual(render(piece));
});
