/** The report as a page: it needs no network, shows what was measured, and takes no text for markup. */
import { describe, expect, it } from "vitest";
import { createHistogram, record } from "../histogram.ts";
import { thisMachine } from "../machine.ts";
import { text } from "../options.ts";
import type { Sample } from "../sample.ts";
import { binsOf } from "./bins.ts";
import { htmlOf, type Page } from "./page.ts";
import { short, ticksOf } from "./scale.ts";

const sample = (at: number, more: Partial<Sample>): Sample => ({
  at,
  isMeasured: at > 1,
  people: 3,
  serverCpu: 5,
  serverMb: 80,
  generatorCpu: 2,
  generatorDelay: 1,
  ...more,
});

function pageOf(report: Partial<Page["report"]>, more: Partial<Page> = {}): string {
  const histogram = createHistogram();
  for (const ms of [1, 2, 2, 90]) record(histogram, ms);
  return htmlOf({
    scenario: "world",
    summary: "people who walk",
    times: "Age of poses",
    at: new Date(0),
    report: {
      figures: { p99: 90, cpu: Number.NaN },
      tables: [[["server", "CPU 5 %"]]],
      histograms: { "age of poses": histogram },
      failures: [],
      limit: undefined,
      interrupted: false,
      detail: {},
      ...report,
    },
    failures: report.failures ?? [],
    samples: [sample(1, { p50: 10, p95: 20, p99: 30 }), sample(2, { p50: 10, p95: Number.NaN, p99: 30 })],
    machine: thisMachine(),
    spec: { slug: text("slug", "the world", "load") },
    options: { slug: "load" },
    ...more,
  });
}

describe("[LT1] the HTML report", () => {
  it("loads nothing: no address, script or import", () => {
    expect(pageOf({})).not.toMatch(/https?:|src=|href=|url\(|@import|<script/);
  });

  it("says its verdict first", () => {
    expect(pageOf({})).toContain("<strong>All well</strong>");
    expect(pageOf({ failures: ["2 lines were missed"] })).toContain("<li>Failed: 2 lines were missed.</li>");
    expect(pageOf({ limit: "a thread was busy" })).toContain("The load generator was the limit");
    expect(pageOf({ interrupted: true })).toContain("Stopped early");
  });

  it("plots what is known and leaves gaps for what is not", () => {
    const page = pageOf({});
    expect(page).toContain("Age of poses in ms");
    expect(page).not.toContain("player's buffer");
    expect(page).not.toContain("NaN");
    expect(pageOf({ histograms: {} }, { samples: [] })).toContain("It ended before there was a second to show.");
  });

  it("takes no text for markup", () => {
    const page = pageOf({ tables: [[["lost", "<script>alert('1')</script>"]]] }, { options: { slug: '"><b>' } });
    expect(page).not.toMatch(/<script|<b>/);
  });
});

describe("[LT1] axes", () => {
  it.each([
    [0, [0, 1]],
    [57, [0, 20, 40, 60]],
    [100, [0, 25, 50, 75, 100]],
    [0.3, [0, 0.1, 0.2, 0.3]],
  ])("up to %d have round numbers", (max, ticks) => {
    expect(ticksOf(max)).toEqual(ticks);
  });

  it.each([
    [0, "0"],
    [2.5, "2.5"],
    [12_500, "12.5k"],
    [3_200_000, "3.2M"],
  ])("write %d as %s", (value, text) => {
    expect(short(value)).toBe(text);
  });

  it("leave no time out: what is beyond the bars is counted", () => {
    const histogram = createHistogram();
    for (let i = 0; i < 9999; i++) record(histogram, i % 40);
    record(histogram, 4000);
    const { bins, beyond } = binsOf(histogram);
    expect(bins.reduce((sum, count) => sum + count, 0) + beyond).toBe(10_000);
    expect(beyond).toBe(1);
  });
});
