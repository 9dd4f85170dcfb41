/** The report of the processes scenario, from what was measured: figures by name, and tables for reading. */
import { type Histogram, percentiles } from "./histogram.ts";
import type { Report } from "./scenario.ts";
import { figure } from "./table.ts";
import type { Tally } from "./tally.ts";
import { timesTable } from "./timesTable.ts";

export const processesFigures: readonly string[] = [
  ...["age.", "known.", "line.", "stored."].flatMap((prefix) =>
    ["count", "p50", "p95", "p99", "max"].map((name) => prefix + name),
  ),
  ...["moves", "frames", "lines", "cpu", "busiest", "redis", "rss", "closed", "generator.cpu", "others"],
];

export type ProcessesMeasured = {
  tally: Tally;
  talk: Record<"seen" | "stored", Histogram>;
  ms: number;
  /** CPU of each process, of Redis, of the load generator, and of whatever else ran. */
  serverMs: readonly number[];
  redisMs: number;
  ownMs: number;
  othersMs: number;
  rssBytes: number;
  limit: string | undefined;
  interrupted: boolean;
};

export function processesReport(options: { people: number }, measured: ProcessesMeasured): Report {
  const { tally, talk, ms, serverMs, redisMs, ownMs, othersMs, rssBytes, limit, interrupted } = measured;
  const percent = (cpuMs: number) => (cpuMs / ms) * 100;
  const eachSecond = (count: number) => (count / ms) * 1000;
  const figures: Record<string, number> = {
    moves: eachSecond(tally.moves),
    frames: eachSecond(tally.frames) / options.people,
    lines: eachSecond(talk.stored.total),
    cpu: percent(serverMs.reduce((sum, one) => sum + one, 0)),
    busiest: percent(Math.max(...serverMs)),
    redis: percent(redisMs),
    rss: rssBytes / 1e6,
    closed: tally.closed,
    "generator.cpu": percent(ownMs),
    others: Math.max(0, percent(othersMs)),
  };
  const histograms = { "age.": tally.age, "known.": tally.known, "line.": talk.seen, "stored.": talk.stored };
  for (const [prefix, histogram] of Object.entries(histograms)) {
    for (const [name, value] of Object.entries(percentiles(histogram))) figures[prefix + name] = value;
  }
  for (const [name, value] of Object.entries(figures)) figures[name] = Math.round(value * 1000) / 1000;
  const n = (name: string, digits = 0) => figure(figures[name], digits);
  return {
    figures,
    tables: [
      timesTable({ "age of poses": tally.age, "newest known pose": tally.known, "line, until seen": talk.seen }),
      [
        ["a second", `${n("moves")} moves, ${n("lines", 1)} lines, ${n("frames", 1)} frames to each`],
        [
          "CPU",
          `${serverMs.map((one) => `${figure(percent(one), 1)} %`).join(" + ")} of a core, memory ${n("rss")} MB`,
        ],
        ["Redis", `CPU ${n("redis", 1)} % of a core`],
        ["generator", `CPU ${n("generator.cpu", 1)} % of a core; others on this machine ${n("others")} %`],
      ],
    ],
    histograms: { "age of poses": tally.age, "line, until seen": talk.seen },
    failures: tally.closed > 0 ? [`${tally.closed} connections were lost`] : [],
    limit,
    interrupted,
    detail: { options, figures, serverCpu: serverMs.map(percent), limit, interrupted },
  };
}
