/** All audio streams of a process: one collection of music, one pool of workers, one timer while anybody listens. */
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { frameMs } from "../../../schema/audio.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import { apart } from "../../context.ts";
import type { Bitrate } from "../crossfade/codec.ts";
import { type CrossfadeOptions, type Crossfades, createCrossfades } from "../crossfade/crossfades.ts";
import { chooseStart } from "../explorer/choose.ts";
import { type Journey, startJourney } from "../explorer/journey.ts";
import { fromLink, keepKnown } from "../explorer/link.ts";
import { Collection, type CollectionOptions } from "./collection.ts";
import { Session, type SessionDeps } from "./session.ts";
import type { OpenStream, SavedStream, Streams } from "./stream.ts";
import { Tracks } from "./tracks.ts";

export type StreamsOptions = CollectionOptions & {
  fadeMs?: number;
  /** Of what has to be encoded. */
  bitrate?: Bitrate;
  /** Threads that decode and encode. */
  workers?: number;
  /** Memory for tracks, beside those in use. */
  maxBytes?: number;
  clock?: Clock;
  /** A session that failed, and ended its listeners: a mistake of the server. */
  onError?(error: unknown): void;
  /** Made and closed here unless given. */
  crossfades?: Pick<Crossfades, "fade" | "prepare" | "close">;
};

/** Ms since the epoch that never go back, and something to be done every so often. */
export type Clock = { now(): number; every(ms: number, run: () => void): () => void };

const tickMs = 250;

const steadyClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  every(ms, run) {
    const timer = apart(() => setInterval(run, ms)); // of all sessions
    return () => clearInterval(timer);
  },
};

export const crossfadeOptions = (workers = Math.max(2, Math.min(4, availableParallelism()))): CrossfadeOptions => ({
  // two at least: one that encodes a whole track must not keep a fade waiting
  workers,
  maxQueue: 2000,
  cacheBytes: 1 << 24,
  fadeTimeoutMs: 10_000,
  transcodeTimeoutMs: 120_000,
});

export function createStreams(options: StreamsOptions): Streams & { readonly collection: Collection } {
  const { fadeMs = 2500, bitrate = 128, maxBytes = 1 << 27, clock = steadyClock } = options;
  const collection = new Collection(options);
  const crossfades = options.crossfades ?? createCrossfades(crossfadeOptions(options.workers));
  const tracks = new Tracks({
    find: (id) => collection.find(id),
    crossfades,
    dir: join(options.dataDir, "audio", "tracks"),
    bitrate,
    maxBytes,
    onBroken: (track, reason) => collection.remove(track, reason),
  });
  const sessions = new Set<Session>();
  const rendering = new Set<Session>();
  const counted = { late: 0, missed: 0, cut: 0 };
  let stopTicking: (() => void) | undefined;

  const deps: SessionDeps = {
    now: () => clock.now(),
    collection,
    tracks,
    crossfades,
    fadeFrames: Math.round(fadeMs / frameMs),
    onLate: (count) => {
      counted.late += count;
    },
    onBehind: (what) => void counted[what]++,
    onRendering: (session, isRendering) => {
      if (isRendering) rendering.add(session);
      else rendering.delete(session);
      if (rendering.size > 0) {
        stopTicking ??= clock.every(tickMs, () => {
          for (const one of rendering) one.tick();
        });
      } else {
        stopTicking?.();
        stopTicking = undefined;
      }
    },
    onClosed: (session) => void sessions.delete(session),
    onError: (error) => options.onError?.(error),
  };

  const isKnown = (id: string) => collection.find(id) !== undefined;

  /** Where a session begins. */
  const begin = ({ startingTrack, link }: OpenStream): Journey => {
    if (link !== undefined) {
      const journey = keepKnown(fromLink(link), isKnown);
      if (!journey) throw new HereaboutsError("BAD_JOURNEY", "None of its tracks is here.");
      return journey;
    }
    if (startingTrack !== undefined && !isKnown(startingTrack)) throw new HereaboutsError("TRACK_GONE", startingTrack);
    const seed = randomInt(2 ** 32);
    const first = startingTrack ?? chooseStart(collection.space, seed);
    if (first === undefined) throw new HereaboutsError("NO_MUSIC");
    return startJourney(seed, first);
  };

  return {
    collection,
    // a first listener finds the first track in memory, and a worker that is warm
    ready: collection.ready
      .then(({ id }) => tracks.load(id, 0))
      .then(
        () => {},
        () => {},
      ),
    open(open = {}) {
      const saved = open.saved && keepPlayable(open.saved, isKnown);
      const kept = open.saved && keepKnown(open.saved.entries.at(-1)!.journey, isKnown);
      const session = new Session(deps, kept ?? begin(open), open.direction ?? saved?.direction ?? "similar", saved);
      sessions.add(session);
      return session;
    },
    tracks: () => collection.infos(),
    get figures() {
      let listeners = 0;
      for (const session of rendering) listeners += session.listeners;
      return {
        ...{ streams: sessions.size, rendering: rendering.size, listeners, ...counted },
        ...{ tracks: collection.tracks.size, skipped: collection.skipped },
      };
    },
    async close() {
      for (const session of [...sessions]) session.close();
      stopTicking?.();
      await Promise.all([collection.close(), crossfades.close()]);
    },
  };
}

/** Up to the first track that is not here. */
function keepPlayable(saved: SavedStream, isKnown: (id: string) => boolean): SavedStream {
  const missing = saved.entries.findIndex(({ track }) => !isKnown(track));
  return missing < 0 ? saved : { ...saved, entries: saved.entries.slice(0, missing) };
}
