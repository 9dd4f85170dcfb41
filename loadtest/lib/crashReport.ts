/** The report of the crash scenario, from what its threads saw: figures by name, a table for reading, what must never be. */
import type { Heard, Outcome } from "./companions.ts";
import { spreadOf } from "./comparison.ts";
import type { Percentiles } from "./histogram.ts";
import type { Report } from "./scenario.ts";
import { type Cell, figure } from "./table.ts";

export const crashFigures: readonly string[] = [
  ...["back.", "silence."].flatMap((prefix) => ["p50", "p95", "p99", "max", "count"].map((name) => prefix + name)),
  ...["exact", "seats", "leaves", "lines", "lost", "doubled", "unsaid", "generator.cpu", "generator.delay"],
];

export type Crash = {
  how: "kill" | "drain";
  /** When it was done. */
  at: number;
  /** That the process had which ended. */
  seats: number;
  /** Until everyone saw everyone again; NaN if that never came. */
  healedMs: number;
  outcomes: readonly Outcome[];
  heard: readonly Heard[];
  interrupted: boolean;
};

/** What is promised: PR6, SV4. */
const backMs = 5000;

export function crashReport(options: object, crash: Crash): Report {
  const { how, at, seats, healedMs, outcomes, heard, interrupted } = crash;
  const back = percentilesOf(outcomes.flatMap(({ backAt }) => backAt.map((one) => one - at)));
  const silence = percentilesOf(outcomes.flatMap(({ silences }) => silences));
  const sum = <T>(all: readonly T[], count: (one: T) => number) => all.reduce((total, one) => total + count(one), 0);
  const figures: Record<string, number> = {
    exact: Math.round(healedMs),
    seats,
    leaves: sum(outcomes, ({ leaves }) => leaves),
    lines: sum(outcomes, ({ acked }) => acked.length),
    unsaid: sum(outcomes, ({ unsaid }) => unsaid),
    lost: sum(heard, ({ missed }) => missed),
    doubled: sum(heard, ({ doubled }) => doubled),
    "generator.cpu": spreadOf(outcomes.map(({ load }) => load.cpuPercent)).max,
    "generator.delay": spreadOf(outcomes.map(({ load }) => load.delayP99Ms)).max,
  };
  for (const [prefix, times] of Object.entries({ "back.": back, "silence.": silence })) {
    for (const [name, value] of Object.entries(times)) figures[prefix + name] = value;
  }
  return {
    figures,
    tables: [times({ "until a person is back": back, "others stood still": silence }), facts(figures)],
    histograms: {},
    failures: interrupted ? [] : failuresOf(how, figures),
    limit: undefined,
    interrupted,
    detail: { options, figures },
  };
}

function failuresOf(how: Crash["how"], f: Record<string, number>): string[] {
  const never: [boolean, string][] = [
    [f["back.count"] === 0, "nobody had to come back"],
    [f["back.max"]! > backMs, `someone was back after more than ${backMs} ms`],
    [Number.isNaN(f["exact"]), "lists or counts were not exact again in time"],
    [f["lost"]! > 0, `${f["lost"]} times, a line that was answered was not heard`],
    [f["doubled"]! > 0, `${f["doubled"]} lines were doubled or out of order`],
    [f["unsaid"]! > 0, `${f["unsaid"]} lines were never answered or refused`],
    [how === "drain" && f["leaves"]! > 0, `${f["leaves"]} leaves were seen`],
  ];
  return never.filter(([isSo]) => isSo).map(([, what]) => what);
}

/** Exact: there are few, and those that matter are beyond what a histogram tells apart. */
function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN);
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function times(rows: Record<string, Percentiles>): Cell[][] {
  const body = Object.entries(rows).map(([title, { count, p50, p95, p99, max }]): Cell[] => {
    return [title, count, ...[p50, p95, p99, max].map((value) => figure(value))];
  });
  return [["ms", "count", "p50", "p95", "p99", "max"], ...body];
}

function facts(f: Record<string, number>): Cell[][] {
  return [
    ["seats", `${f["seats"]} at the process that ended`],
    ["exact", `everyone saw everyone again after ${figure(f["exact"])} ms; ${f["leaves"]} leaves seen`],
    ["lines", `${f["lines"]} answered, ${f["lost"]} times not heard, ${f["doubled"]} doubled or out of order`],
    ["", `${f["unsaid"]} never answered, or refused`],
    [
      "generator",
      `CPU ${figure(f["generator.cpu"], 1)} % of a core, event loop late by ${figure(f["generator.delay"], 1)} ms (p99)`,
    ],
  ];
}
