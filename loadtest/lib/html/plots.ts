/** Which plots a report has over time: those of which anything is known. */
import type { Sample } from "../sample.ts";
import type { Line } from "./plot.ts";

type Key = Exclude<keyof Sample, "isMeasured">;

/** What the plots are called, and their lines: what was sampled, and its name. */
const plots: readonly (readonly [title: string, lines: readonly (readonly [Key, string])[]])[] = [
  [
    "TIMES in ms",
    [
      ["p50", "p50"],
      ["p95", "p95"],
      ["p99", "p99"],
    ],
  ],
  [
    "CPU, % of a core",
    [
      ["serverCpu", "server"],
      ["generatorCpu", "generator"],
    ],
  ],
  [
    "Delivered a second, and lost",
    [
      ["delivered", "delivered"],
      ["lost", "lost"],
    ],
  ],
  ["Memory of the server, MB", [["serverMb", "resident"]]],
  ["Bytes a second down to each", [["bytes", "bytes"]]],
  [
    "People",
    [
      ["people", "in"],
      ["away", "away"],
      ["wrong", "lists or counts not exact"],
    ],
  ],
  ["Least in a player's buffer, s", [["buffered", "buffered"]]],
  ["Event loop of the generator late by, ms", [["generatorDelay", "worst of the second"]]],
];

export function plotsOf(samples: readonly Sample[], times: string): { title: string; lines: Line[] }[] {
  return plots.flatMap(([title, lines]) => {
    const known = lines
      .map(([key, label]): Line => ({ label, values: samples.map((sample) => sample[key] ?? Number.NaN) }))
      .filter(({ values }) => values.some(Number.isFinite));
    return known.length > 0 ? [{ title: title.replace("TIMES", times), lines: known }] : [];
  });
}
