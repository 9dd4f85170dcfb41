/** What a soak calls growth: what surely grows, whatever the noise; and it says where it cannot tell. */
import { describe, expect, it } from "vitest";
import { randomOf } from "../../web/shared/seed.ts";
import { trendsOf } from "./soakReport.ts";
import { trendOf, verdictOf } from "./trend.ts";

const random = randomOf(1);
const line = (perHour: number, noise: number, minutes: number) =>
  Array.from({ length: minutes * 6 }, (_, i) => ({
    hours: i / 360,
    value: 20 + (perHour * i) / 360 + (random() - 0.5) * noise,
  }));

describe("[OP4] a soak", () => {
  it.each([
    [0, 1, 60, "flat"],
    [5, 1, 60, "grows"],
    [1.5, 0.2, 60, "grows"],
    [-3, 0.5, 60, "flat"],
    [0, 10, 3, "cannot tell"],
    [200, 1, 3, "grows"],
  ])("of %d an hour with noise of %d over %d minutes: %s", (perHour, noise, minutes, verdict) => {
    expect(verdictOf(trendOf(line(perHour, noise, minutes)), 1)).toBe(verdict);
  });

  it("hardly ever takes what wanders for minutes for growth, however many looks there are", () => {
    const verdicts = Array.from({ length: 100 }, () => {
      let off = 0;
      const wandering = line(0, 0, 50).map(({ hours, value }, i) => {
        if (i % 15 === 0) off = random() * 6; // for as long as a track plays
        return { hours, value: value + off };
      });
      return verdictOf(trendOf(wandering), 1);
    });
    expect(verdicts.filter((verdict) => verdict === "grows").length).toBeLessThanOrEqual(3);
  });

  it("cannot tell from two looks", () => {
    expect(verdictOf(trendOf(line(0, 0, 1).slice(0, 2)), 1)).toBe("cannot tell");
  });

  it("leaves out the beginning, and counts a handle that was not there as none", () => {
    const holdings = line(0, 0, 30).map(({ hours }, i) => ({
      hours,
      figures: { heap: hours < 0.1 ? i : 30, rss: i, ...(i > 100 ? { Timeout: i } : {}) },
    }));
    const rows = trendsOf(holdings, 0.1);
    expect(rows.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["heap", "flat"],
      ["rss", "told"],
      ["Timeout", "grows"],
    ]);
  });
});
