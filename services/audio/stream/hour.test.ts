/**
 * A session's sound from sources of every kind, faster than real time: five minutes here, an hour with
 * `AUDIO_MINUTES=60` (`npm run test:long`). What is sent is decoded by two decoders and compared with the originals.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { decode, type Stereo } from "../crossfade/codec.ts";
import { startJourney } from "../explorer/journey.ts";
import { toLink } from "../explorer/link.ts";
import { frameSamples } from "../mp3/header.ts";
import { parse } from "../mp3/parse.ts";
import { remux } from "../mp3/remux.ts";
import { frameCount } from "../mp3/track.ts";
import { type Comparison, compare, type Original } from "./testing/compare.ts";
import { handStreams, type Rendered, render } from "./testing/render.ts";
import { writeSources } from "./testing/sources.ts";
import { gainOf } from "./tracks.ts";

const minutes = Number(process.env["AUDIO_MINUTES"] ?? 5);
const fadesAnHour = 120;
const dir = mkdtempSync(join(tmpdir(), "hereabouts-hour-"));
const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;

let rendered: Rendered;
let comparison: Comparison;
let renderedMs = 0;
let firstFrame = 0;
const heard = new Set<string>();

beforeAll(async () => {
  const [music, data] = [join(dir, "music"), join(dir, "data")];
  for (const one of [music, data]) mkdirSync(one);
  await writeSources(music, 26);
  const skipped: string[] = [];
  const hand = handStreams({ musicDir: music, dataDir: data, onSkipped: (path) => skipped.push(path) });
  const { streams } = hand;
  await vi.waitFor(() => expect(streams.figures.tracks).toBe(11), { timeout: 60_000 });
  await streams.ready;
  const first = [...streams.collection.tracks.values()].find(({ path }) => path.endsWith("sine128.mp3"))!.id;
  const session = streams.open({ direction: "surprise", link: toLink(startJourney(7, first)) });
  const since = performance.now();
  rendered = await render(hand, session, minutes);
  renderedMs = performance.now() - since;
  expect(skipped).toEqual([]);

  const originals = new Map<string, Original>();
  /** As the file is decoded where it was passed through, else as what was encoded of it is. */
  const original = async (id: string): Promise<Original> => {
    const known = originals.get(id);
    if (known) return known;
    const { path, sound } = streams.collection.find(id)!;
    const gain = gainOf(sound);
    const file = readFileSync(path);
    const parsed = path.endsWith(".mp3") ? parse(file) : undefined;
    let pcm: Stereo;
    if (parsed?.kind === "track") {
      const factor = 2 ** (gain / 4);
      const [left, right] = await decode(file);
      pcm = [left.map((sample) => sample * factor), right.map((sample) => sample * factor)];
      expect(left.length).toBe(frameCount(parsed.track) * frameSamples);
    } else {
      const track = hand.preparedOf(path)!;
      pcm = await decode(remux([{ track, from: 0, to: frameCount(track), gain }]));
    }
    heard.add(basename(path));
    const one = { pcm, isSine: basename(path).startsWith("sine") };
    originals.set(id, one);
    return one;
  };
  const start = rendered.joined[0]!;
  firstFrame = start.aAt - start.start;
  comparison = await compare(rendered.bytes, rendered.joined, { id: first, from: firstFrame }, original);
  await streams.close();
}, 1_200_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe(`${minutes} minutes of a session`, () => {
  it("[AU5] are rendered faster than they are heard, with nothing late", () => {
    const { joined, late } = rendered;
    const worst = Math.max(...comparison.seamsDb);
    console.log(
      `${minutes} min in ${(renderedMs / 1000).toFixed(1)} s, ${joined.length} fades over ${heard.size} sources, late ${late}; ` +
        `outside ${comparison.outsideDb.toFixed(1)} dBFS, seams of sines ${worst.toFixed(1)} dBFS at most ` +
        `(${comparison.seamsDb.length}), level ${comparison.levelDb.toFixed(2)} dB`,
    );
    expect(late).toBe(0);
    expect(renderedMs).toBeLessThan(minutes * 60_000);
    expect(joined.length).toBeGreaterThanOrEqual((fadesAnHour * minutes) / 60);
    expect(heard.size).toBeGreaterThanOrEqual(minutes < 60 ? 7 : 11);
  });

  it("[AU5] are decoded to exactly as many samples as their frames have", () => {
    const frames = comparison.samples / frameSamples;
    expect(Number.isInteger(frames)).toBe(true);
    // up to what is ahead of what is on air
    expect(frames).toBeGreaterThanOrEqual(rendered.frames + 150);
    expect(frames).toBeLessThan(rendered.frames + 220);
  });

  it("[AU5] are the originals outside fades, sample by sample", () => {
    expect(comparison.outsideDb).toBeLessThan(-110);
  });

  it("[AU5] have no seam that could be heard, and keep the level through fades", () => {
    expect(comparison.seamsDb.length).toBeGreaterThan(0);
    expect(Math.max(...comparison.seamsDb)).toBeLessThan(-95);
    expect(comparison.levelDb).toBeLessThan(0.5);
  });

  it.skipIf(!hasFfmpeg)(
    "[AU5] are decoded by a second decoder without a complaint (ffmpeg, if it is installed)",
    { timeout: 120_000 },
    () => {
      const file = join(dir, "stream.mp3");
      writeFileSync(file, rendered.bytes);
      const args = ["-v", "warning", "-i", file, "-f", "s16le", "-ac", "1", join(dir, "stream.pcm")];
      const { status, stderr } = spawnSync("ffmpeg", args, { encoding: "utf8" });
      expect(status).toBe(0);
      // said of any stream without a length in its first frame
      expect(stderr.split("\n").filter((line) => line && !line.includes("Estimating duration"))).toEqual([]);
      expect(readFileSync(join(dir, "stream.pcm")).length / 2).toBe(comparison.samples);
    },
  );
});
