/** Times by what they are of, as the table that every report begins with. */
import { type Histogram, percentiles } from "./histogram.ts";
import { type Cell, figure } from "./table.ts";

export function timesTable(rows: Readonly<Record<string, Histogram>>, title = "ms"): Cell[][] {
  const body = Object.entries(rows).map(([name, histogram]): Cell[] => {
    const { count, p50, p95, p99, max } = percentiles(histogram);
    return [name, count, ...[p50, p95, p99, max].map((value) => figure(value, 1))];
  });
  return [[title, "count", "p50", "p95", "p99", "max"], ...body];
}
