/**
 * Crossfades and transcodes by worker threads. The same fade is made once, however many ask for it, and kept while it
 * is among those used last. Ask well before a fade is heard: it takes some 100 ms once a worker is free.
 */
import { Worker } from "node:worker_threads";
import { HereaboutsError } from "../../../schema/errors.ts";
import { buffersOf, type Track, trackBytes } from "../mp3/track.ts";
import { Pool, type PoolWorker } from "../pool.ts";
import type { Bitrate } from "./codec.ts";
import { type Clip, canFade, cutFadeJob, type FadeSide } from "./fade.ts";
import type { PrepareJob } from "./prepare.ts";
import type { Source } from "./transcode.ts";
import type { Job, Result } from "./worker.ts";

/** `id` is the same for the same frames, and for no others: of the track's content, not of its name. */
export type NamedSide = FadeSide & { id: string };

export type CrossfadeOptions = {
  workers: number;
  maxQueue: number;
  /** Memory for fades that may be used again. */
  cacheBytes: number;
  fadeTimeoutMs: number;
  transcodeTimeoutMs: number;
  spawn?(): PoolWorker<Job, Result>;
};

/** A job that eats memory without end is stopped with its worker. */
const maxHeapMb = 256;

export const spawnWorker = (): Worker =>
  new Worker(new URL("./worker.ts", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } });

export function createCrossfades({ spawn = spawnWorker, cacheBytes, ...options }: CrossfadeOptions) {
  const pool = new Pool<Job, Result>({ spawn, workers: options.workers, maxQueue: options.maxQueue });
  /** Those used last come last. */
  const kept = new Map<string, Clip>();
  const underWay = new Map<string, Promise<Clip>>();
  let keptBytes = 0;

  const keep = (key: string, clip: Clip) => {
    kept.set(key, clip);
    keptBytes += trackBytes(clip.track);
    for (const [oldest, { track }] of kept) {
      if (keptBytes <= cacheBytes) break;
      kept.delete(oldest);
      keptBytes -= trackBytes(track);
    }
  };

  const make = async (key: string, a: FadeSide, b: FadeSide, frames: number, neededAt: number): Promise<Clip> => {
    if (!canFade({ a, b, frames }))
      throw new HereaboutsError("AUDIO_FAILED", "The tracks are too short for this fade.");
    const job: Job = { kind: "fade", ...cutFadeJob({ a, b, frames }) };
    const transfer = [...buffersOf(job.a.track), ...buffersOf(job.b.track)];
    const clip = await pool.run(job, { neededAt, timeoutMs: options.fadeTimeoutMs, isBackground: false, transfer });
    keep(key, clip);
    return clip;
  };

  return {
    /** `neededAt` orders those that wait: when the fade will be heard, in ms of one clock for all. */
    async fade(a: NamedSide, b: NamedSide, frames: number, neededAt: number): Promise<Clip> {
      const key = JSON.stringify([a.id, a.at, a.gain, b.id, b.at, b.gain, frames]);
      const clip = kept.get(key);
      if (clip) {
        kept.delete(key);
        kept.set(key, clip);
        return clip;
      }
      const made = underWay.get(key) ?? make(key, a, b, frames, neededAt).finally(() => underWay.delete(key));
      underWay.set(key, made);
      return made;
    },

    /** Takes over the memory of PCM given to it; an MP3 file is copied. */
    async transcode(source: Source, bitrate: Bitrate = 128, neededAt = 0): Promise<Track> {
      const buffers = "mp3" in source ? [] : source.channels.map(({ buffer }) => buffer);
      const transfer = [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
      const ask = { neededAt, timeoutMs: options.transcodeTimeoutMs, isBackground: true, transfer };
      return (await pool.run({ kind: "transcode", source, bitrate }, ask)).track;
    },

    /** Reads a file of music, and keeps on disk what had to be encoded. */
    async prepare(job: PrepareJob, neededAt: number): Promise<Track> {
      // once more if its worker is lost: whoever fails here is not played again
      const ask = { neededAt, timeoutMs: options.transcodeTimeoutMs, isBackground: true, attempts: 2 };
      return (await pool.run({ kind: "prepare", ...job }, ask)).track;
    },

    get figures() {
      return { waiting: pool.waiting, kept: kept.size, keptBytes };
    },

    close: () => pool.close(),
  };
}

export type Crossfades = ReturnType<typeof createCrossfades>;
