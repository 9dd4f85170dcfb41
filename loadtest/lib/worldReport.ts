/** The report of the world scenario, from what was measured: figures by name, tables for reading, what must never be. */
import type { Counted } from "./counted.ts";
import type { Load } from "./gauge.ts";
import { type Histogram, percentiles } from "./histogram.ts";
import type { Report } from "./scenario.ts";
import { type Cell, figure } from "./table.ts";
import type { Tally } from "./tally.ts";
import { nearUnits } from "./view.ts";
import type { Check, Recovery } from "./walkers.ts";

/** Server's CPU in percent of one core while it was measured, memory at the end, and what it counted. */
export type ServerUse = {
  cpuPercent: number;
  delayP99Ms: number | undefined;
  rssBytes: number;
  refused: number;
  dropped: number;
  /** Of the process that carries datagrams. */
  carrier: { cpuPercent: number; rssBytes: number; dropped: number } | undefined;
};

export type Measured = {
  tally: Tally;
  checks: readonly Check[];
  /** After what carries datagrams was killed; none if it was not. */
  recoveries: readonly Recovery[];
  loads: readonly Load[];
  measuredMs: number;
  server: ServerUse | undefined;
  /** CPU that others used of this machine, in percent of one core; NaN if not known: the server runs elsewhere, or the generator in more than this process. */
  othersPercent: number;
  /** Of all cores of this machine, what anything used of them. */
  machinePercent: number;
  /** Instructions that the server executed per second; NaN if they were not counted. */
  counted: Counted;
  limit: string | undefined;
  interrupted: boolean;
};

const ages = {
  "": ["age", "poses in frames"],
  "near.": ["nearAge", `poses in frames, within ${nearUnits} units`],
  "known.": ["known", "newest known of everyone, at each frame"],
  "known.near.": ["nearKnown", `newest known of those within ${nearUnits} units`],
} as const satisfies Record<string, readonly [keyof Tally, string]>;

/** Within this everyone is to be back on datagrams after a crash. */
const recoverMs = 10_000;

const others = [
  ...["seconds", "frames", "delivered", "lost", "late", "movers", "movers.min", "near.movers", "near.all", "frame.max"],
  ...[
    "bytes",
    "bytes.payload",
    "up",
    "cpu",
    "instructions",
    "cycles",
    "delay",
    "rss",
    "generator.cpu",
    "generator.delay",
    "others",
    "machine",
  ],
  ...["datagrams", "datagrams.down.lost", "datagrams.up.lost", "datagrams.dropped", "carrier.cpu", "carrier.rss"],
  ...["crash.down", "crash.back"],
  ...["backward", "offpath", "stale", "missing", "strangers", "closed", "corrected", "refused", "dropped"],
];

/** Names that --expect takes. */
export const figureNames: readonly string[] = [
  ...Object.keys(ages).flatMap((prefix) => ["p50", "p95", "p99", "max"].map((name) => prefix + name)),
  ...others,
];

export function reportOf(options: { people: number; url: string }, measured: Measured): Report {
  const { tally, checks, recoveries, loads, server, measuredMs, limit, interrupted } = measured;
  const eachSecond = (total: number) => (total / options.people / measuredMs) * 1000;
  const eachFrame = (total: number) => total / tally.frames;
  const found = (key: "stale" | "missing" | "strangers") => checks.reduce((sum, check) => sum + check[key], 0);
  const always = (key: "backward" | "offPath" | "late" | "corrected") =>
    checks.reduce((sum, check) => sum + check.tally[key], tally[key]);
  const refused = mergeCounts([tally, ...checks.map((check) => check.tally)].map(({ refused }) => refused));
  const lost = checks.flatMap((check) => check.lost);
  const sum = (key: "onDatagrams" | "lossDown" | "lossUp") => checks.reduce((total, check) => total + check[key], 0);
  const onDatagrams = sum("onDatagrams");
  const isCrashed = recoveries.length > 0;
  const latest = (key: keyof Recovery) => (isCrashed ? Math.max(...recoveries.map((one) => one[key])) : Number.NaN);
  const figures: Record<string, number> = {
    seconds: measuredMs / 1000,
    frames: eachSecond(tally.frames),
    delivered: tally.frames,
    lost: tally.lost,
    late: always("late"),
    movers: eachFrame(tally.poses),
    "movers.min": tally.fewestPoses,
    "near.movers": eachFrame(tally.nearPoses),
    "near.all": eachFrame(tally.near),
    "frame.max": tally.largestFrame,
    bytes: eachSecond(tally.wireDown),
    "bytes.payload": eachSecond(tally.payloadDown),
    up: eachSecond(tally.wireUp),
    cpu: server?.cpuPercent ?? Number.NaN,
    delay: server?.delayP99Ms ?? Number.NaN,
    instructions: measured.counted.instructions / 1e6,
    cycles: measured.counted.cycles / 1e6,
    rss: (server?.rssBytes ?? Number.NaN) / 1e6,
    "generator.cpu": Math.max(...loads.map(({ cpuPercent }) => cpuPercent)),
    "generator.delay": Math.max(...loads.map(({ delayP99Ms }) => delayP99Ms)),
    others: measured.othersPercent,
    machine: measured.machinePercent,
    datagrams: onDatagrams,
    "datagrams.down.lost": (sum("lossDown") / onDatagrams) * 100,
    "datagrams.up.lost": (sum("lossUp") / onDatagrams) * 100,
    "datagrams.dropped": server?.carrier?.dropped ?? Number.NaN,
    "carrier.cpu": server?.carrier?.cpuPercent ?? Number.NaN,
    "carrier.rss": (server?.carrier?.rssBytes ?? Number.NaN) / 1e6,
    "crash.down": latest("downMs"),
    "crash.back": latest("backMs"),
    backward: always("backward"),
    offpath: always("offPath"),
    stale: found("stale"),
    missing: found("missing"),
    strangers: found("strangers"),
    closed: lost.length,
    corrected: always("corrected"),
    refused: server?.refused ?? Object.values(refused).reduce((sum, count) => sum + count, 0),
    dropped: server?.dropped ?? Number.NaN,
  };
  for (const [prefix, [key]] of Object.entries(ages)) {
    for (const [name, value] of Object.entries(percentiles(tally[key]))) figures[prefix + name] = value;
  }
  for (const [name, value] of Object.entries(figures)) figures[name] = Math.round(value * 1000) / 1000;
  return {
    figures,
    tables: [ageTable(tally), factTable(figures, refused, lost)],
    histograms: Object.fromEntries(Object.values(ages).map(([key, title]) => [`age of ${title}`, tally[key]])),
    failures: failuresOf(figures, options.url !== "", isCrashed),
    limit,
    interrupted,
    detail: { options, figures, refused, lost, loads, limit, interrupted },
  };
}

function ageTable(tally: Tally): Cell[][] {
  const rows = Object.values(ages).map(([key, title]): Cell[] => {
    const { count, p50, p95, p99, max } = percentiles(tally[key] as Histogram);
    return [title, count, ...[p50, p95, p99, max].map((value) => figure(value, 1))];
  });
  return [["age in ms", "count", "p50", "p95", "p99", "max"], ...rows];
}

function factTable(f: Record<string, number>, refused: Record<string, number>, lost: readonly string[]): Cell[][] {
  const n = (name: string, digits = 0) => figure(f[name], digits);
  const codes = Object.entries(refused).map(([code, count]) => ` ${code} ${count}`);
  return [
    ["measured", `${n("seconds", 1)} s`],
    [
      "frames",
      `${n("delivered")} delivered (${n("frames", 1)}/s each), ${n("lost")} lost, ${n("dropped")} left out by the server, ${n("late")} late and not applied`,
    ],
    [
      "movers a frame",
      `${n("movers", 1)} on average, ${n("movers.min")} at least, largest frame ${n("frame.max")} bytes`,
    ],
    [
      "carriers",
      `${n("datagrams")} on datagrams at the end, which lost ${n("datagrams.down.lost", 1)} % down and ${n("datagrams.up.lost", 1)} % up; ${n("datagrams.dropped")} dropped by the server; its carrier: CPU ${n("carrier.cpu", 1)} % of a core, memory ${n("carrier.rss", 1)} MB`,
    ],
    ...(Number.isNaN(f["crash.down"])
      ? []
      : [
          [
            "crash",
            `all on the WebSocket ${n("crash.down")} ms after it, all on datagrams again after ${n("crash.back")} ms`,
          ],
        ]),
    ["near a frame", `${n("near.movers", 1)} on average, of ${n("near.all", 1)} within ${nearUnits} units`],
    [
      "down each",
      `${n("bytes")} bytes/s with headers of WebSockets or channels, ${n("bytes.payload")} without (those below not counted)`,
    ],
    ["up each", `${n("up")} bytes/s with those headers`],
    [
      "server",
      `CPU ${n("cpu", 1)} % of a core, event loop late by ${n("delay", 1)} ms (p99), memory ${n("rss")} MB, ${n("instructions", 1)} million instructions a second`,
    ],
    [
      "generator",
      `CPU ${n("generator.cpu", 1)} % of a core (busiest thread), event loop late by ${n("generator.delay", 1)} ms (p99)`,
    ],
    [
      "others",
      `CPU ${n("others", 1)} % of a core: what else ran on this machine, of which ${n("machine")} % was busy in all`,
    ],
    [
      "at the end",
      `${n("stale")} stale poses, ${n("missing")} missing in rosters, ${n("strangers")} strangers, ${n("closed")} connections lost ${lost.slice(0, 3).join("; ")}`,
    ],
    [
      "all along",
      `${n("backward")} poses older than known, ${n("offpath")} never sent, ${n("corrected")} corrected, ${n("refused")} refused${codes}`,
    ],
  ];
}

/** Others may be in a world of a server that runs already: they are no failure. */
function failuresOf(f: Record<string, number>, isShared: boolean, isCrashed: boolean): string[] {
  const never: [string, string][] = [
    ["backward", "poses were older than what their receiver knew"],
    ["stale", "poses were still stale at the end"],
    ["missing", "people were missing in a roster at the end"],
    ["closed", "connections were lost"],
  ];
  if (!isShared)
    never.push(["offpath", "poses were never sent by anyone"], ["strangers", "unknown people were in a roster"]);
  const failures = never.filter(([name]) => f[name] !== 0).map(([name, what]) => `${f[name]} ${what}`);
  if (isCrashed && !(f["crash.back"]! <= recoverMs))
    failures.push(`not everyone was back on datagrams ${recoverMs / 1000} s after the crash`);
  if (f["delivered"] === 0) failures.push("not one frame was delivered");
  return failures;
}

function mergeCounts(counts: readonly Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const count of counts) for (const [key, value] of Object.entries(count)) sum[key] = (sum[key] ?? 0) + value;
  return sum;
}
