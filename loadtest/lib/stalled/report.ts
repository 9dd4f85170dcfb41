/** The report on those who stop reading: phases with and without them beside each other, and the limits. */
import { addHistogram, createHistogram, type Histogram } from "../histogram.ts";
import type { Report } from "../scenario.ts";
import { type Cell, figure } from "../table.ts";
import { timesTable } from "../timesTable.ts";

export type Phase = {
  isStalled: boolean;
  p50: number;
  p99: number;
  times: Histogram;
  /** The most that the server's memory was above what it was at the beginning. */
  growthMb: number;
  /** When each was cut, from when they stopped reading. */
  cutMs: readonly number[];
  lost: readonly string[];
  limit: string | undefined;
};

export const stalledFigures: readonly string[] = [
  ...["p99", "p99.reading", "noise", "growth", "growth.reading", "cut", "uncut", "lost"],
];

const mostMb = 50;
const cutWithinMs = 5000;

type Options = { people: number; stalled: number; in: "world" | "chat" | "audio"; times: string };

export function stalledReport(options: Options, phases: readonly Phase[], interrupted: boolean): Report {
  // ended before there was anything to compare
  const most = (values: readonly number[]) => (values.length ? Math.max(...values) : Number.NaN);
  const [stalled, reading] = [phases.filter((one) => one.isStalled), phases.filter((one) => !one.isStalled)];
  const stalledP99 = stalled.map(({ p99 }) => p99);
  const readingP99 = reading.map(({ p99 }) => p99);
  const cuts = stalled.flatMap(({ cutMs }) => cutMs);
  const figures = {
    p99: middle(stalledP99),
    "p99.reading": middle(readingP99),
    noise: most([rangeOf(readingP99), rangeOf(stalledP99)]),
    growth: most(stalled.map(({ growthMb }) => growthMb)),
    "growth.reading": most(reading.map(({ growthMb }) => growthMb)),
    cut: most(cuts),
    uncut: stalled.length * options.stalled - cuts.length,
    lost: Math.max(0, ...phases.map(({ lost }) => lost.length)),
  };
  const all = { [`${options.times}, some stalled`]: stalled, [`${options.times}, all read`]: reading };
  const histograms = Object.fromEntries(
    Object.entries(all).map(([title, some]) => {
      const sum = createHistogram();
      for (const { times } of some) addHistogram(sum, times);
      return [title, sum];
    }),
  );
  const limit = phases.map((phase) => phase.limit).find((why) => why !== undefined);
  return {
    figures,
    tables: [timesTable(histograms), ...(phases.length ? [byPhase(phases)] : [])],
    histograms,
    failures: stalled.length && reading.length ? failuresOf(figures, options) : [],
    limit,
    interrupted,
    detail: { options, figures, phases: phases.map(({ times: _, ...phase }) => phase) },
  };
}

function failuresOf(figures: Record<string, number>, { in: where }: Options): string[] {
  const failures: string[] = [];
  const { p99, "p99.reading": reading, noise, growth, cut, uncut, lost } = figures as Record<string, number>;
  if (!(growth! < mostMb)) failures.push(`memory grew by ${growth!.toFixed(1)} MB: the limit is ${mostMb}`);
  // what a stalled listener is behind is the kernel's for minutes: it costs the server nothing, and has no time limit
  if (where !== "audio" && uncut! > 0) failures.push(`${uncut} were not cut`);
  if (where !== "audio" && cut! > cutWithinMs) failures.push(`the last was cut after ${cut!.toFixed(0)} ms`);
  if (p99! > reading! + noise!)
    failures.push(
      `others' p99 is ${p99!.toFixed(1)} ms, not ${reading!.toFixed(1)}: beyond the noise of ${noise!.toFixed(1)}`,
    );
  if (lost! > 0) failures.push(`${lost} of the others were lost`);
  return failures;
}

function byPhase(phases: readonly Phase[]): Cell[][] {
  const rows = phases.map(({ isStalled, p50, p99, growthMb, cutMs }): Cell[] => [
    isStalled ? "stalled" : "all read",
    ...[p50, p99, growthMb].map((value) => figure(value, 1)),
    cutMs.length,
    figure(cutMs.length ? Math.max(...cutMs) : Number.NaN),
  ]);
  return [["phase", "p50, ms", "p99, ms", "memory, MB more", "cut", "the last after, ms"], ...rows];
}

/** How far phases of the same kind lie apart. */
function rangeOf(values: readonly number[]): number {
  return values.length ? Math.max(...values) - Math.min(...values) : Number.NaN;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
