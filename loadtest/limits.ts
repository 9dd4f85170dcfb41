/**
 * What lies far beyond a usual day, each tried by itself on a server of its own: `npm run load -- limits --only joins,history`.
 * Each figure stands beside the most that it may be; above it the test fails.
 */

import { list, number, type Option, type Values } from "./lib/options.ts";
import type { commonOptions, Report, Run, Scenario } from "./lib/scenario.ts";
import { type Cell, figure } from "./lib/table.ts";
import { UsageError } from "./lib/usage.ts";
import { disk } from "./limits/disk.ts";
import { flood } from "./limits/flood.ts";
import { history } from "./limits/history.ts";
import { joins } from "./limits/joins.ts";
import type { Limit, Tried } from "./limits/lib/limit.ts";
import { rooms } from "./limits/rooms.ts";
import { sizes } from "./limits/sizes.ts";
import { tracks } from "./limits/tracks.ts";

const all: Readonly<Record<string, Limit>> = { rooms, joins, history, tracks, disk, flood, sizes };

const name: Option<string> = {
  parse(value) {
    if (!Object.hasOwn(all, value)) throw new UsageError(`must be some of ${Object.keys(all).join(",")}`);
    return value;
  },
  default: "",
  unit: "names",
  meaning: `which: some of ${Object.keys(all).join(",")}`,
};

const ownOptions = {
  only: list(name, Object.keys(all)),
  share: number(
    1,
    0.001,
    1,
    "times",
    "how much of it: 0.01 tries a hundredth; --people and the like count for nothing",
  ),
};

type LimitsOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

export const limits: Scenario<typeof ownOptions> = {
  summary:
    "far beyond a usual day: 10,000 rooms and joins, a million lines, 100,000 tracks, a full disk, floods, sizes",
  times: "-",
  options: ownOptions,
  figures: Object.entries(all).flatMap(([one, { findings }]) => Object.keys(findings).map((key) => `${one}.${key}`)),
  async run(options, run) {
    if (options.url) throw new UsageError("limits starts servers of its own: leave out --url.");
    const tried: [string, Tried][] = [];
    for (const one of options.only) {
      if (run.signal.aborted) break;
      run.progress(`${one}: ${all[one]!.summary}`);
      tried.push([one, await all[one]!.run(options.share, run)]);
    }
    return reportOf(tried, options, run);
  },
};

function reportOf(tried: readonly [string, Tried][], options: LimitsOptions, run: Run): Report {
  const figures: Record<string, number> = {};
  const failures: string[] = [];
  const tables: Cell[][][] = [];
  for (const [one, { figures: found, wrong }] of tried) {
    const rows: Cell[][] = [[one, "", "", "at most"]];
    for (const [key, { what, unit, digits = 0, most }] of Object.entries(all[one]!.findings)) {
      const value = found[key] ?? Number.NaN;
      figures[`${one}.${key}`] = value;
      rows.push([what, figure(value, digits), unit, most ?? ""]);
      if (most !== undefined && !(value <= most)) {
        failures.push(`${one}: ${what}: ${figure(value, digits)} ${unit}`.trimEnd());
      }
    }
    tables.push(rows);
    failures.push(...wrong.map((why) => `${one}: ${why}`));
  }
  const limit = tried.map(([, found]) => found.limit).find((why) => why !== undefined);
  const interrupted = run.signal.aborted;
  return {
    figures,
    tables,
    histograms: {},
    failures,
    limit,
    interrupted,
    detail: { options, figures },
  };
}
