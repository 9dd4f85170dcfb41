/** What a load test is: options of its own beside the common ones, a run, and a report that can be judged. */

import type { Histogram } from "./histogram.ts";
import { number, type Options, text, type Values, whole } from "./options.ts";
import type { Sample } from "./sample.ts";
import type { Cell } from "./table.ts";
import { UsageError } from "./usage.ts";

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
  html: text("file", "where to write the report as one HTML file with plots"),
} as const satisfies Options;

/** What several scenarios take. */
export const warmupOption = number(1, 0, 600, "s", "how long the load lasts before it is measured");
export const instructionsOption = number(
  0,
  0,
  600,
  "s",
  "count the server's instructions and cycles for so long afterwards, by perf; 0: do not",
);
export const sdkOption = whole(
  0,
  0,
  8000,
  "people",
  "of them have the SDK, as pages do; the others are light: the protocol without it, for a fraction of its cost",
);
export const instanceOption = text("name", "the chat", "load");

/** Throws a UsageError for what only light clients can have, or know, in a load test of people with the SDK. */
export function mustSuitSdk(options: { sdk: number; weather: object | undefined; baseline?: string }): void {
  if (options.sdk > 0 && (options.baseline || options.weather))
    throw new UsageError("--sdk goes without --baseline and --weather: those are of light clients.");
}

/** The core that --server-core names. */
export const coreOf = ({ serverCore }: { serverCore: number }) => (serverCore < 0 ? undefined : serverCore);

/** How a scenario tells what happens, and is told to end early. */
export type Run = {
  readonly signal: AbortSignal;
  progress(line: string): void;
  /** One for each second, in their order. */
  readonly samples: Sample[];
};

export type Report = {
  /** By the names that --expect takes. NaN where not known. */
  figures: Record<string, number>;
  /** Figures for reading. */
  tables: Cell[][][];
  /** Times by what they are of, for plots of their spread. */
  histograms: Record<string, Histogram>;
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
  /** What the times are of that it shows each second. */
  readonly times: string;
  readonly options: O;
  readonly figures: readonly string[];
  /** Options of others that it does not take, and why. */
  readonly absent?: Readonly<Record<string, string>>;
  run(options: Values<O> & Values<typeof commonOptions>, run: Run): Promise<Report>;
};
