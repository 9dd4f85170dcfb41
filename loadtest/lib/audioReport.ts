/** The report of the audio scenario, from what was measured: figures by name, tables for reading, what must never be. */
import type { AudioMeasured } from "./audioRun.ts";
import { percentiles } from "./histogram.ts";
import type { Report } from "./scenario.ts";
import { type Cell, figure } from "./table.ts";
import { timesTable } from "./timesTable.ts";

export const audioFigures: readonly string[] = [
  ...["p50", "p95", "p99", "max"].map((name) => `first.${name}`),
  ...["seconds", "bytes", "buffered", "cpu", "delay", "rss", "memory.each", "late", "paused", "stray", "orphaned"],
  ...["wrong.frames", "wrong.tracks", "wrong.sessions", "closed"],
  ...["generator.cpu", "generator.delay", "others", "machine", "instructions", "cycles"],
];

export function audioReport(options: { people: number; baseline: string }, measured: AudioMeasured): Report {
  const { measuredMs, usage, load, firstByte, limit, interrupted } = measured;
  const { before, after, empty } = usage;
  const cpuSeconds = (after?.cpuSeconds ?? Number.NaN) - (before?.cpuSeconds ?? Number.NaN);
  const figures: Record<string, number> = {
    seconds: measuredMs / 1000,
    bytes: (measured.bytes / options.people / measuredMs) * 1000,
    buffered: measured.leastBufferedMs,
    cpu: (cpuSeconds / measuredMs) * 1e5,
    delay: after?.lagMs ?? Number.NaN,
    rss: (after?.rssBytes ?? Number.NaN) / 1e6,
    "memory.each": ((after?.rssBytes ?? Number.NaN) - (empty?.rssBytes ?? Number.NaN)) / options.people,
    late: (after?.late ?? 0) - (before?.late ?? 0),
    paused: measured.paused,
    stray: measured.strayBytes,
    orphaned: measured.orphaned,
    "wrong.frames": measured.wrongFrames,
    "wrong.tracks": measured.wrongTracks,
    "wrong.sessions": measured.wrongSessions,
    closed: measured.lost.length,
    "generator.cpu": load.cpuPercent,
    "generator.delay": load.delayP99Ms,
    others: Math.max(0, (measured.othersMs / measuredMs) * 100),
    machine: measured.machinePercent,
    instructions: measured.counted.instructions / 1e6,
    cycles: measured.counted.cycles / 1e6,
  };
  for (const [name, value] of Object.entries(percentiles(firstByte))) figures[`first.${name}`] = value;
  for (const [name, value] of Object.entries(figures)) figures[name] = Math.round(value * 1000) / 1000;
  // Icecast lets a stream begin anywhere in a frame
  const whole: [string, string][] = [
    ["stray", "bytes belong to no frame"],
    ["orphaned", "streams begin with a frame that needs what was before it"],
  ];
  const never: [string, string][] = [
    ...(options.baseline ? [] : whole),
    ["late", "frames or crossfades were not ready in time"],
    ["paused", "listeners would have heard a pause"],
    ["wrong.frames", "frames differ between listeners of one session"],
    ["wrong.tracks", "tracks differ between listeners of one session"],
    ["wrong.sessions", "listeners were told another session than the one they asked for"],
    ["closed", "listeners were lost or refused"],
  ];
  const histograms = { "to the first byte of sound": firstByte };
  return {
    figures,
    tables: [timesTable(histograms), facts(figures)],
    histograms,
    failures: never.filter(([name]) => figures[name] !== 0).map(([name, what]) => `${figures[name]} ${what}`),
    limit,
    interrupted,
    detail: { options, figures, load, limit, interrupted, lost: measured.lost.slice(0, 20) },
  };
}

function facts(f: Record<string, number>): Cell[][] {
  const n = (name: string, digits = 0) => figure(f[name], digits);
  return [
    ["measured", `${n("seconds", 1)} s`],
    ["down each", `${n("bytes")} bytes/s of sound`],
    ["buffered", `at least ${n("buffered")} ms in each player`],
    [
      "server",
      `CPU ${n("cpu", 1)} % of a core, event loop late by ${n("delay", 1)} ms (p99), memory ${n("rss")} MB, ${n("memory.each")} bytes each`,
    ],
    [
      "others",
      `${n("others")} % of a core used by other processes on this machine, of which ${n("machine")} % was busy in all`,
    ],
    ["generator", `CPU ${n("generator.cpu", 1)} % of a core, event loop late by ${n("generator.delay", 1)} ms (p99)`],
    [
      "at the end",
      `${n("paused")} paused, ${n("wrong.frames")} wrong frames, ${n("wrong.sessions")} wrong sessions, ${n("closed")} lost`,
    ],
  ];
}
