/**
 * Times in ms, counted in buckets of 0.1 ms up to 5 s, so that millions of them cost nothing to keep and to merge.
 * A percentile is the upper edge of its bucket: never better than the truth, at most 0.1 ms worse. The largest is exact.
 * Plain data: it travels between threads as it is.
 */
export type Histogram = { counts: Uint32Array; total: number; max: number };

export type Percentiles = { count: number; p50: number; p95: number; p99: number; max: number };

export const bucketMs = 0.1;
const buckets = 50_001;

export function createHistogram(): Histogram {
  return { counts: new Uint32Array(buckets), total: 0, max: 0 };
}

export function record(histogram: Histogram, ms: number): void {
  const bucket = ms <= 0 ? 0 : Math.min(Math.floor(ms / bucketMs), buckets - 1);
  histogram.counts[bucket]! += 1;
  histogram.total++;
  if (ms > histogram.max) histogram.max = ms;
}

/** The time that `share` (0 to 1) of all are at or below. NaN if there are none. */
export function percentile(histogram: Histogram, share: number): number {
  if (histogram.total === 0) return Number.NaN;
  const rank = Math.max(1, Math.ceil(share * histogram.total));
  let seen = 0;
  for (let bucket = 0; bucket < buckets - 1; bucket++) {
    seen += histogram.counts[bucket]!;
    if (seen >= rank) return Math.min((bucket + 1) * bucketMs, histogram.max);
  }
  return histogram.max;
}

export function percentiles(histogram: Histogram): Percentiles {
  const at = (share: number) => round(percentile(histogram, share));
  return {
    count: histogram.total,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: histogram.total ? round(histogram.max) : Number.NaN,
  };
}

export function addHistogram(into: Histogram, from: Histogram): void {
  for (let bucket = 0; bucket < buckets; bucket++) into.counts[bucket]! += from.counts[bucket]!;
  into.total += from.total;
  into.max = Math.max(into.max, from.max);
}

/** What a histogram got since the last look at it: all of it if it is another one. The largest is to the bucket. */
export class Recent {
  #last: Histogram | undefined;
  #counts = new Uint32Array(buckets);

  look(histogram: Histogram): Histogram {
    const { counts } = histogram;
    const recent = createHistogram();
    const isSame = histogram === this.#last;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const count = counts[bucket]! - (isSame ? this.#counts[bucket]! : 0);
      if (count === 0) continue;
      recent.counts[bucket] = count;
      recent.total += count;
      recent.max = (bucket + 1) * bucketMs;
    }
    if (recent.max > histogram.max) recent.max = histogram.max;
    this.#counts.set(counts);
    this.#last = histogram;
    return recent;
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
