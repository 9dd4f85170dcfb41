/**
 * Audio sessions under load: listeners who join over some time and stay, each with its events and its stream. Measures how
 * soon sound begins and whether it would ever have paused, and compares what all listeners of a session got.
 */

import { Agreement } from "./agreement.ts";
import { now, pause } from "./clock.ts";
import { type Counted, count } from "./counted.ts";
import { gauge, type Load, limitOf } from "./gauge.ts";
import { createHistogram, type Histogram, record } from "./histogram.ts";
import { inTurn } from "./inTurn.ts";
import type { Station } from "./listener.ts";
import { Listener, type ListenerBench } from "./listener.ts";
import { otherCpuMs } from "./neighbours.ts";
import type { Usage } from "./prometheus.ts";
import type { Run } from "./scenario.ts";
import type { Target } from "./target.ts";

export type AudioLoad = { people: number; seconds: number; ramp: number; warmup: number; instructions: number };

export type AudioMeasured = {
  firstByte: Histogram;
  bytes: number;
  measuredMs: number;
  usage: { empty: Usage | undefined; before: Usage | undefined; after: Usage | undefined };
  othersMs: number;
  counted: Counted;
  load: Load;
  limit: string | undefined;
  leastBufferedMs: number;
  /** Listeners whose player would have fallen silent. */
  paused: number;
  strayBytes: number;
  /** Streams whose first frame needs what came before it. */
  orphaned: number;
  /** Frames, and tracks, that differ from what another listener of the session got in their place. */
  wrongFrames: number;
  wrongTracks: number;
  /** Listeners who were told another session's id, or more than one. */
  wrongSessions: number;
  lost: string[];
  interrupted: boolean;
};

/** About a minute of frames, and more tracks than are played in a test. */
const rememberedFrames = 2400;
const rememberedTracks = 1000;

export async function runAudio(
  target: Target,
  stations: readonly Station[],
  options: AudioLoad,
  run: Run,
): Promise<AudioMeasured> {
  const firstByte = createHistogram();
  const frames = new Agreement(rememberedFrames);
  const tracks = new Agreement(rememberedTracks);
  const bench: ListenerBench = {
    onFirstByte: (ms) => record(firstByte, ms),
    onFrame: (session, frame, fingerprint) => frames.tell(session, frame, fingerprint),
    onTrack: (session, frame, track) => tracks.tell(session, frame, track),
  };
  const { people, seconds } = options;
  await pause(options.warmup * 1000, run.signal);
  const empty = await target.usage();
  run.progress(`${people} people listen to ${stations.length} sessions at ${target.url}`);
  const joined = gauge();
  const refused: string[] = [];
  const take = async (i: number) => {
    const station = stations[i % stations.length]!;
    return Listener.join(station, `load-${process.pid}-${i}`, bench).catch((error: unknown) => {
      refused.push(String(error));
    });
  };
  const listeners = (await inTurn(people, take, (options.ramp || people / 100) * 1000)).filter(
    (one) => one !== undefined,
  );
  const joining = joined();

  for (const listener of listeners) listener.countAnew();
  const loadOf = gauge();
  const othersBefore = otherCpuMs();
  const before = await target.usage();
  const from = now();
  for (let second = 1; second <= seconds && !run.signal.aborted; second++) {
    await pause(from + second * 1000 - now(), run.signal);
    for (const listener of listeners) listener.look();
    const least = leastOf(listeners);
    run.progress(`${String(second).padStart(4)} s  least in a player's buffer ${(least / 1000).toFixed(1)} s`);
  }
  const measuredMs = now() - from;
  const after = await target.usage();
  const serverMs = before && after ? (after.cpuSeconds - before.cpuSeconds) * 1000 : Number.NaN;
  const othersMs = otherCpuMs() - othersBefore - serverMs;
  const load = loadOf();
  const bytes = listeners.reduce((sum, listener) => sum + listener.bytes, 0);
  const counted = await count(target.pid, run.signal.aborted ? 0 : options.instructions);
  const lost = [...refused, ...listeners.flatMap((listener) => listener.lost ?? [])];
  const countWhere = (is: (listener: Listener) => boolean) => listeners.filter(is).length;
  const measured = {
    firstByte,
    bytes,
    measuredMs,
    usage: { empty, before, after },
    othersMs,
    counted,
    load,
    limit: limitOf(load) ?? limitOf(joining),
    leastBufferedMs: leastOf(listeners),
    paused: countWhere(({ leastBufferedMs }) => leastBufferedMs < 0),
    strayBytes: listeners.reduce((sum, { reader }) => sum + reader.strayBytes, 0),
    orphaned: countWhere(({ reader }) => reader.isOrphaned),
    wrongFrames: frames.differences,
    wrongTracks: tracks.differences,
    wrongSessions: countWhere(
      ({ station, sessions }) => station.events !== undefined && !isOne(sessions, station.session),
    ),
    lost,
    interrupted: run.signal.aborted,
  };
  for (const listener of listeners) listener.leave();
  return measured;
}

function leastOf(listeners: readonly Listener[]): number {
  return listeners.reduce((least, { leastBufferedMs }) => Math.min(least, leastBufferedMs), Number.POSITIVE_INFINITY);
}

const isOne = (ids: ReadonlySet<string>, id: string) => ids.size === 1 && ids.has(id);
