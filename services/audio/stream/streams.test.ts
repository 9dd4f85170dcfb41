/** Streams over a folder, with real workers: what they are opened with, and files that vanish. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { beats, mp3 } from "../library/testing/files.ts";
import { createStreams, type StreamsOptions } from "./streams.ts";
import { handStreams, KeepingSink } from "./testing/render.ts";

const root = mkdtempSync(join(tmpdir(), "hereabouts-streams-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => {
  const dir = join(root, String(folders++));
  mkdirSync(dir);
  return dir;
};
const song = (bpm: number) => mp3(beats({ bpm, seconds: 8 }));
const quiet = (more: Pick<StreamsOptions, "musicDir"> & Partial<StreamsOptions>): StreamsOptions => ({
  dataDir: newFolder(),
  onSkipped: () => {},
  ...more,
});

describe("streams", () => {
  it("[AU7] have music within two seconds of the first start, without a folder", { timeout: 20_000 }, async () => {
    const streams = createStreams(quiet({ musicDir: "", only: ["first-light"] }));
    expect(() => streams.open()).toThrow(expect.objectContaining({ code: "NO_MUSIC" }));
    await streams.ready;
    const sink = new KeepingSink();
    const session = streams.open();
    session.listen({ sink, icy: false });
    expect(sink.parts.length).toBeGreaterThan(3);
    expect(session.onAir().track).toMatchObject({ title: "First Light", artist: "Mill Pond" });
    expect(streams.figures).toMatchObject({ streams: 1, rendering: 1, listeners: 1, late: 0, tracks: 1, skipped: 0 });
    await streams.close();
    expect(sink.state).toBe("ended");
    expect(streams.figures).toMatchObject({ streams: 0, rendering: 0 });
  });

  it("[AU8] begin with a track or a shared journey, and refuse what is not here", { timeout: 20_000 }, async () => {
    const musicDir = newFolder();
    for (const bpm of [80, 100, 120]) writeFileSync(join(musicDir, `${bpm}.mp3`), await song(bpm));
    const { streams, clock } = handStreams(quiet({ musicDir }));
    await vi.waitFor(() => expect(streams.figures.tracks).toBe(3), { timeout: 10_000 });
    const chosen = [...streams.collection.tracks.keys()][1]!;
    const session = streams.open({ startingTrack: chosen, direction: "faster" });
    expect(session.onAir()).toMatchObject({ track: { id: chosen }, direction: "faster" });
    clock.turn(20_000);
    const { link, steps, at } = session.journey();
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.every(({ x, y }) => Math.abs(x) <= 1 && Math.abs(y) <= 1)).toBe(true);
    const shared = streams.open({ link });
    expect(shared.onAir().track).toEqual(steps[at]!.track);
    expect(shared.journey().steps).toEqual(steps);
    expect(() => streams.open({ link: "nonsense" })).toThrow(expect.objectContaining({ code: "BAD_JOURNEY" }));
    const gone = { startingTrack: "0123456789abcdef" };
    expect(() => streams.open(gone)).toThrow(expect.objectContaining({ code: "TRACK_GONE" }));
    await streams.close();
  });

  it("[AU7] are without music, and tell so, where the built-in set cannot be kept", async () => {
    const dataDir = join(root, "no-folder");
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, "audio"), "a file");
    const onSkipped = vi.fn();
    const streams = createStreams({ musicDir: "", dataDir, onSkipped });
    expect(onSkipped).toHaveBeenCalledOnce();
    expect(() => streams.open()).toThrow(expect.objectContaining({ code: "NO_MUSIC" }));
    await streams.close();
  });

  it("[AU7] go on without a file that vanished, and tell it once", { timeout: 20_000 }, async () => {
    const musicDir = newFolder();
    for (const bpm of [70, 100, 130]) writeFileSync(join(musicDir, `${bpm}.mp3`), await song(bpm));
    const skipped: string[] = [];
    const { streams, clock, settle } = handStreams(quiet({ musicDir, onSkipped: (path) => skipped.push(path) }));
    await vi.waitFor(() => expect(streams.figures.tracks).toBe(3), { timeout: 10_000 });
    await settle();
    const tracks = [...streams.collection.tracks.values()];
    const [first, second] = [tracks[0]!, tracks[1]!];
    rmSync(second.path);
    const sink = new KeepingSink();
    const session = streams.open({ startingTrack: second.id });
    session.listen({ sink, icy: false });
    for (let i = 0; i < 240; i++) {
      await settle();
      clock.turn(250);
    }
    expect(session.onAir().track.id).not.toBe(second.id);
    expect(skipped).toEqual([second.path]);
    expect(() => session.play(second.id)).toThrow(expect.objectContaining({ code: "TRACK_GONE" }));
    expect(session.play(first.id).track.id).toBe(first.id);
    expect(streams.figures.late).toBe(0);
    await streams.close();
  });
});
