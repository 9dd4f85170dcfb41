/**
 * Audio sessions under load: listeners who join over some time and stay, each with its events and its stream. Measures how
 * soon sound begins and whether it would ever have paused, and compares what all listeners of a session got.
 */

import { Agreement } from "./agreement.ts";
import { now, pause } from "./clock.ts";
import { type Counted, count } from "./counted.ts";
import { gauge, type Load, limitOf } from "./gauge.ts";
import { createHistogram, type Histogram, Recent, record } from "./histogram.ts";
import { inTurn } from "./inTurn.ts";
import type { Station } from "./listener.ts";
import { Listener, type ListenerBench } from "./listener.ts";
import { busyPercent, machineCpuMs, otherCpuMs } from "./neighbours.ts";
import type { Usage } from "./prometheus.ts";
import type { Run } from "./scenario.ts";
import type { Target } from "./target.ts";
import { Thinkers } from "./thinkers.ts";
import { Watch } from "./watch.ts";

export type AudioLoad = {
  people: number;
  seconds: number;
  ramp: number;
  warmup: number;
  instructions: number;
  /** Mean time in s that one hears a session before the next; 0: all stay. */
  think: number;
};

export type AudioMeasured = {
  firstByte: Histogram;
  bytes: number;
  measuredMs: number;
  usage: { empty: Usage | undefined; before: Usage | undefined; after: Usage | undefined };
  othersMs: number;
  /** Of all cores of this machine, what anything used of them. */
  machinePercent: number;
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
  const { people, seconds, think } = options;
  await pause(options.warmup * 1000, run.signal);
  const empty = await target.usage();
  run.progress(`${people} people listen to ${stations.length} sessions at ${target.url}`);
  const joined = gauge();
  const refused: string[] = [];
  // with gaps: whoever was refused, or is on the way to another session
  const listening: Listener[] = [];
  const turns: number[] = [];
  const gone: Listener[] = [];
  const take = async (i: number) => {
    const switched = turns[i] ?? 0;
    turns[i] = switched + 1;
    const station = stations[(i + switched) % stations.length]!;
    try {
      listening[i] = await Listener.join(station, `load-${process.pid}-${i}-${switched}`, bench);
    } catch (error) {
      refused.push(String(error));
    }
  };
  const switchOver = async (i: number) => {
    const old = listening[i];
    if (!old) return;
    delete listening[i];
    old.look();
    old.leave();
    gone.push(old);
    await take(i);
  };
  const all = () => [...gone, ...listening.filter((one) => one !== undefined)];
  const recent = new Recent();
  const watch = new Watch(target, run, () => {
    const heard = all();
    for (const listener of heard) listener.look();
    return {
      people: heard.length - gone.length,
      times: recent.look(firstByte),
      bytes: heard.reduce((sum, { bytes }) => sum + bytes, 0),
      buffered: heard.length ? leastOf(heard) / 1000 : undefined,
    };
  });
  await inTurn(people, take, (options.ramp || people / 100) * 1000, run.signal);
  const joining = joined();

  for (const listener of all()) listener.countAnew();
  const loadOf = gauge();
  const machineBefore = machineCpuMs();
  const othersBefore = otherCpuMs();
  const before = await target.usage();
  const from = now();
  const under: Promise<void>[] = [];
  const switching = think ? new Thinkers(people, think * 1000, (i) => under.push(switchOver(i))) : undefined;
  switching?.start();
  watch.measure();
  await pause(seconds * 1000, run.signal);
  watch.stop();
  switching?.stop();
  await Promise.all(under);
  const listeners = all();
  for (const listener of listeners) listener.look();
  const measuredMs = now() - from;
  const after = await target.usage();
  const serverMs = before && after ? (after.cpuSeconds - before.cpuSeconds) * 1000 : Number.NaN;
  const machinePercent = busyPercent(machineCpuMs() - machineBefore, measuredMs);
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
    machinePercent,
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
