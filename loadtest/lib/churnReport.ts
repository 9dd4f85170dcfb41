/** The report of the churn scenario, from what its threads saw: figures by name, tables for reading, what must never be. */
import { limitOf } from "./gauge.ts";
import { addHistogram, createHistogram, type Histogram, percentiles } from "./histogram.ts";
import type { Usage } from "./prometheus.ts";
import type { RosterErrors } from "./rosters.ts";
import type { Report } from "./scenario.ts";
import { type Cell, figure } from "./table.ts";
import { timesTable } from "./timesTable.ts";
import type { WanderersOutcome } from "./wanderers.ts";

const habits = ["travel", "talk", "reload", "listen", "goForGood"] as const;

export const churnFigures: readonly string[] = [
  ...["", "stored."].flatMap((prefix) => ["count", "p50", "p95", "p99", "max"].map((name) => prefix + name)),
  ...["seconds", "acts", ...habits, "exact", "missing", "strangers", "wrong.counts", "away", "gaps"],
  ...["wrong.sessions", "wrong.frames", "failed", "cpu", "delay", "rss", "generator.cpu", "generator.delay"],
];

export type ChurnMeasured = {
  measuredMs: number;
  before: Usage | undefined;
  after: Usage | undefined;
  errors: RosterErrors;
  /** After the last change, until everyone knew everyone; NaN if that never came. */
  exactMs: number;
  outcomes: readonly WanderersOutcome[];
  interrupted: boolean;
};

export function churnReport(options: object, measured: ChurnMeasured): Report {
  const { measuredMs, before, after, errors, exactMs, outcomes, interrupted } = measured;
  const sum = (count: (one: WanderersOutcome) => number) => outcomes.reduce((total, one) => total + count(one), 0);
  const most = (value: (one: WanderersOutcome) => number) => Math.max(...outcomes.map(value));
  const [there, stored] = (["there", "stored"] as const).map((key) => merged(outcomes.map((one) => one[key])));
  const failed = outcomes.flatMap(({ failures }) => failures);
  const acts = Object.fromEntries(habits.map((habit) => [habit, sum((one) => one.acts[habit] ?? 0)]));
  const cpuSeconds = (after?.cpuSeconds ?? Number.NaN) - (before?.cpuSeconds ?? Number.NaN);
  const figures: Record<string, number> = {
    seconds: measuredMs / 1000,
    acts: Object.values(acts).reduce((total, one) => total + one, 0),
    ...acts,
    exact: exactMs,
    missing: errors.missing,
    strangers: errors.strangers,
    "wrong.counts": errors.wrongCounts,
    away: errors.away,
    gaps: sum(({ gaps }) => gaps),
    "wrong.sessions": sum(({ wrongSessions }) => wrongSessions),
    "wrong.frames": sum(({ wrongFrames }) => wrongFrames),
    failed: failed.length,
    cpu: (cpuSeconds / measuredMs) * 1e5,
    delay: after?.lagMs ?? Number.NaN,
    rss: (after?.rssBytes ?? Number.NaN) / 1e6,
    "generator.cpu": most(({ load }) => load.cpuPercent),
    "generator.delay": most(({ load }) => load.delayP99Ms),
  };
  const histograms = { "until someone is where they went": there!, "from saying to being stored": stored! };
  for (const [prefix, histogram] of [
    ["", there!],
    ["stored.", stored!],
  ] as const) {
    for (const [name, value] of Object.entries(percentiles(histogram))) figures[prefix + name] = value;
  }
  for (const [name, value] of Object.entries(figures)) figures[name] = Math.round(value * 1000) / 1000;
  const limit = outcomes.map(({ load }) => limitOf(load)).find((reason) => reason !== undefined);
  return {
    figures,
    tables: [timesTable(histograms), facts(figures)],
    histograms,
    failures: failuresOf(figures, failed),
    limit,
    interrupted,
    detail: { options, figures, failed: failed.slice(0, 20), limit, interrupted },
  };
}

function failuresOf(f: Record<string, number>, failed: readonly string[]): string[] {
  const never: [string, string][] = [
    ["missing", "people were not seen by others who are with them"],
    ["strangers", "people were seen who are not there"],
    ["wrong.counts", "people were told a wrong number of people online"],
    ["away", "people were not in again at the end"],
    ["gaps", "lines were missed, doubled or out of order"],
    ["wrong.sessions", "listeners were told another session than the one they asked for"],
    ["wrong.frames", "frames differ between listeners of one session"],
    ["failed", `things could not be done: ${failed.slice(0, 3).join("; ")}`],
  ];
  return never.filter(([name]) => f[name] !== 0).map(([name, what]) => `${f[name]} ${what}`);
}

function merged(histograms: readonly Histogram[]): Histogram {
  const all = createHistogram();
  for (const one of histograms) addHistogram(all, one);
  return all;
}

function facts(f: Record<string, number>): Cell[][] {
  const n = (name: string, digits = 0) => figure(f[name], digits);
  return [
    ["people", "with the SDK, as pages have it"],
    [
      "measured",
      `${n("seconds", 1)} s: ${n("travel")} travels, ${n("reload")} reloads, ${n("goForGood")} went for good and as many came, ${n("listen")} switched sessions, ${n("talk")} lines`,
    ],
    ["server", `CPU ${n("cpu", 1)} % of a core, event loop late by ${n("delay", 1)} ms (p99), memory ${n("rss")} MB`],
    ["generator", `CPU ${n("generator.cpu", 1)} % of a core, event loop late by ${n("generator.delay", 1)} ms (p99)`],
    [
      "at the end",
      `everyone knew everyone ${n("exact")} ms after the last change; ${n("missing")} missing, ${n("strangers")} strangers, ${n("wrong.counts")} wrong counts, ${n("away")} away`,
    ],
    [
      "all along",
      `${n("gaps")} lines missed, doubled or out of order; ${n("wrong.sessions")} wrong sessions, ${n("wrong.frames")} wrong frames, ${n("failed")} failed`,
    ],
  ];
}
