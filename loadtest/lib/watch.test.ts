/** Progress: what is said each second, and what it is made of. */
import { describe, expect, it } from "vitest";
import { usageOfStat } from "./glance.ts";
import { createHistogram, percentile, Recent, record } from "./histogram.ts";
import { gained, lineOf } from "./watch.ts";

describe("[LT1] progress", () => {
  it("tells what is known in one line", () => {
    const use = { serverCpu: 12.4, serverMb: 90, generatorCpu: Number.NaN, generatorDelay: 1 };
    expect(lineOf({ at: 3, isMeasured: true, people: 5, p50: 20, p95: 30, p99: 41.25, lost: 0, ...use })).toBe(
      "   3 s  measured  5 in  p50 20.0 ms  p99 41.3 ms  lost 0  server 12 %  90 MB",
    );
  });

  it("goes on when counting begins anew", () => {
    expect([gained(10, 4), gained(3, 10), gained(3)]).toEqual([6, 3, 3]);
  });

  it("shows the times of the last second only", () => {
    const recent = new Recent();
    const histogram = createHistogram();
    record(histogram, 100);
    expect(percentile(recent.look(histogram), 1)).toBeCloseTo(100);
    record(histogram, 5);
    expect(recent.look(histogram).total).toBe(1);
    expect(recent.look(histogram).total).toBe(0);
    const anew = createHistogram();
    record(anew, 7);
    expect(percentile(recent.look(anew), 1)).toBeLessThanOrEqual(7.1);
  });

  it("reads a process's CPU and memory, whatever its name", () => {
    const fields = Array.from({ length: 50 }, (_, i) => String(i + 3));
    fields[11] = "150";
    fields[12] = "50";
    fields[21] = "1000";
    expect(usageOfStat(`42 (no) de) ${fields.join(" ")}`)).toEqual({ cpuSeconds: 2, rssBytes: 4_096_000 });
  });
});
