/** What a load test is: options of its own beside the common ones, a run, and a report that can be judged. */

import { number, type Options, text, type Values, whole } from "./options.ts";
import type { Cell } from "./table.ts";

/** Options that every scenario takes. */
export const commonOptions = {
  people: whole(50, 2, 8000, "people", "how many take part"),
  seconds: number(10, 1, 86_400, "s", "how long to measure, after everyone has joined"),
  ramp: number(0, 0, 3600, "s", "over how long they join; 0 takes a second for each 100"),
  url: text("address", "server that runs already; without it one is started for the test"),
  workers: whole(1, 1, 64, "threads", "threads of the load generator"),
  serverCore: whole(-1, -1, 1023, "core", "core to pin the started server to, by taskset; -1: none"),
  expect: text("list", 'thresholds such as "p99<100,bytes<11000,cpu<10": exit code 1 if one is not met'),
  json: text("file", "where to write the report as JSON"),
} as const satisfies Options;

/** How a scenario tells what happens, and is told to end early. */
export type Run = { readonly signal: AbortSignal; progress(line: string): void };

export type Report = {
  /** By the names that --expect takes. NaN where not known. */
  figures: Record<string, number>;
  /** Figures for reading. */
  tables: Cell[][][];
  /** What must never be: exit code 1. */
  failures: string[];
  /** Why the load generator was the limit, if it was: exit code 2, and the figures are worth nothing. */
  limit: string | undefined;
  /** True if it was ended early: the report covers what was measured until then. */
  interrupted: boolean;
  /** Everything, for the JSON file. */
  detail: object;
};

export type Scenario<O extends Options = Options> = {
  readonly summary: string;
  readonly options: O;
  readonly figures: readonly string[];
  run(options: Values<O> & Values<typeof commonOptions>, run: Run): Promise<Report>;
};
