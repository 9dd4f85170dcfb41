/** Staleness is what a viewer sees, between arrivals too. */
import { describe, expect, it } from "vitest";
import { createHistogram, percentile } from "./histogram.ts";
import { Staleness } from "./staleness.ts";

/** A pose each 100 ms, 50 ms on the way, those left out lost. */
function watch(arriving: number[], until: number) {
  const ages = createHistogram();
  const staleness = new Staleness(ages, 0, 50);
  for (const n of arriving) staleness.arrived(n * 100, n * 100 + 50);
  staleness.look(until);
  return ages;
}

describe("Staleness", () => {
  it("grows from the delay to the delay and one gap where all arrive", () => {
    const ages = watch([1, 2, 3, 4, 5, 6, 7, 8, 9], 1049);
    expect(ages.total).toBe(1000);
    expect(percentile(ages, 0.5)).toBeCloseTo(100, 0);
    expect(ages.max).toBe(150);
  });

  it("counts the wait for what was lost for as long as it lasts", () => {
    const ages = watch([1, 2, 3, 6, 7, 8, 9], 1049);
    expect(ages.max).toBe(350);
    expect(percentile(ages, 0.79)).toBeLessThan(152);
    expect(percentile(ages, 0.82)).toBeGreaterThan(152);
  });

  it("takes nothing from a pose that was overtaken", () => {
    const ages = createHistogram();
    const staleness = new Staleness(ages, 0, 0);
    staleness.arrived(100, 100);
    staleness.arrived(50, 110);
    staleness.look(120);
    expect(ages.max).toBe(100);
    expect(ages.counts[650]).toBe(1);
  });
});
