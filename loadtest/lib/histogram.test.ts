/** Percentiles that are never better than the truth. */
import { describe, expect, it } from "vitest";
import { addHistogram, createHistogram, percentile, percentiles, record } from "./histogram.ts";

describe("[LT1] percentiles", () => {
  it("equal those of the sorted values within a bucket, never below them", () => {
    const histogram = createHistogram();
    const values = Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 10_000) / 50);
    for (const value of values) record(histogram, value);
    values.sort((a, b) => a - b);
    for (const share of [0.01, 0.5, 0.95, 0.99, 1]) {
      const exact = values[Math.ceil(share * values.length) - 1]!;
      expect(percentile(histogram, share)).toBeGreaterThanOrEqual(exact - 1e-9);
      expect(percentile(histogram, share)).toBeLessThanOrEqual(exact + 0.1 + 1e-9);
    }
  });

  it("keep the largest exactly, also beyond the last bucket", () => {
    const histogram = createHistogram();
    record(histogram, 1);
    record(histogram, 12_345.6);
    expect(percentiles(histogram)).toEqual({ count: 2, p50: 1.1, p95: 12_345.6, p99: 12_345.6, max: 12_345.6 });
  });

  it("of two threads together are those of one that saw both", () => {
    const [a, b, both] = [createHistogram(), createHistogram(), createHistogram()];
    for (let i = 0; i < 500; i++) {
      record(i % 2 ? a : b, i / 3);
      record(both, i / 3);
    }
    addHistogram(a, b);
    expect(percentiles(a)).toEqual(percentiles(both));
  });

  it("of nothing are NaN, not zero", () => {
    expect(percentiles(createHistogram()).p99).toBeNaN();
  });
});
