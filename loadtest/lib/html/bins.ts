/** A histogram of 50,000 buckets as some 40 bars. */
import { bucketMs, type Histogram, percentile } from "../histogram.ts";

const bars = 40;
/** So many of all are within the bars; a few that came very late would make one bar of all others. */
const shown = 0.999;

/** `width` of a bar in ms. `beyond`: how many came later than the last bar. */
export type Bins = { bins: number[]; width: number; beyond: number };

export function binsOf(histogram: Histogram): Bins {
  const each = Math.max(1, Math.ceil((percentile(histogram, shown) || 0) / bucketMs / bars));
  const bins = Array.from({ length: bars }, (_, bar) =>
    histogram.counts.subarray(bar * each, (bar + 1) * each).reduce((sum, count) => sum + count, 0),
  );
  while (bins.length > 1 && bins.at(-1) === 0) bins.pop();
  return { bins, width: each * bucketMs, beyond: histogram.total - bins.reduce((sum, count) => sum + count, 0) };
}
