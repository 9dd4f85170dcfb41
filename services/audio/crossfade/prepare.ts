/**
 * A file of music as a track of the stream: an MP3 of its shape as it is, anything else encoded once and kept on disk.
 * Slow: for worker threads.
 */
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { deserialize, serialize } from "node:v8";
import { HereaboutsError } from "../../../schema/errors.ts";
import { decodeFile } from "../library/decode.ts";
import type { Format } from "../library/track.ts";
import { parse } from "../mp3/parse.ts";
import { frameCount, sliceTrack, type Track } from "../mp3/track.ts";
import type { Bitrate } from "./codec.ts";
import { TrackEncoder } from "./transcode.ts";

/** `keptAt` is where what was encoded is kept: another path for another content, bitrate or version of this. */
export type PrepareJob = { path: string; format: Format; keptAt: string; bitrate: Bitrate };

/** Files are read whole. */
const maxBytes = 1 << 28;

export async function prepare({ path, format, keptAt, bitrate }: PrepareJob): Promise<Track> {
  const kept = await readKept(keptAt);
  if (kept) return kept;
  try {
    const { size } = await stat(path);
    if (format === "mp3" && size <= maxBytes) {
      const parsed = parse(await readFile(path));
      if (parsed.kind === "refused") throw parsed.error;
      if (parsed.kind === "track") return parsed.track;
    }
  } catch (error) {
    if (error instanceof HereaboutsError) throw error;
    throw new HereaboutsError("TRACK_GONE", error instanceof Error ? error.message : String(error));
  }
  const encoder = new TrackEncoder(bitrate);
  await decodeFile(path, async ({ channelData: [left, right = left], sampleRate }) => {
    if (left && right && left.length > 0) await encoder.push({ pcm: [left, right], sampleHz: sampleRate });
  });
  const track = encoder.finish();
  // where it cannot be kept it is encoded again at the next start
  await keep(keptAt, track).catch(() => {});
  return track;
}

async function readKept(path: string): Promise<Track | undefined> {
  try {
    const track = deserialize(await readFile(path)) as Track;
    // arrays of their own: what is read shares one buffer, which could not be handed over
    return { ...sliceTrack(track, 0, frameCount(track)), musicFrom: track.musicFrom, musicTo: track.musicTo };
  } catch {
    return undefined;
  }
}

async function keep(path: string, track: Track): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // a reader, or the next start after a crash, finds the whole file or none
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, serialize(track));
  await rename(partial, path);
}
