/** The page of what a machine holds: honest about its bounds, and grown by what is asked one by one. */
import { describe, expect, it } from "vitest";
import { capacityPage, type Held } from "./capacityPage.ts";
import type { Found } from "./search.ts";

const machine = { cores: 2, cpu: "Abacus", memoryGb: 4, system: "Linux 6", node: "v24" };

function held(title: string, found: Partial<Found>): Held {
  const figures = { cpu: 71.4, rss: 210, others: 3.2 };
  return {
    title,
    unit: "people",
    limits: "in time",
    figures,
    found: { holds: 1600, bound: "fails", above: undefined, ...found },
  };
}

describe("[LT5] the page", () => {
  it("says what holds, within what, at what cost, and what broke above", () => {
    const page = capacityPage([held("movers", { above: { size: 2400, why: "p99 is 400|frames 12" } })], machine, "");
    expect(page).toContain("2 cores of Abacus, 4 GB, Linux 6, Node v24. By `npm run capacity`.");
    expect(page).toContain("| movers | 1,600 people | in time | 71 %, 210 MB | 3 % | at 2,400: p99 is 400/frames 12 |");
  });

  it.each([
    ["unknown", { size: 2400, why: "the load generator was late" }, "at 2,400: the load generator was late"],
    ["most", undefined, "it was not asked for more"],
    ["ended", undefined, "the time was over, or it was stopped"],
  ] as const)("says at least where the bound is %s", (bound, above, reason) => {
    const page = capacityPage([held("movers", { bound, above })], machine, "");
    expect(page).toContain("at least 1,600 people");
    expect(page).toContain(reason);
  });

  it("keeps the rows of what was asked before, in the same way on the same machine", () => {
    const first = capacityPage([held("movers", {}), held("members", {})], machine, " -- --quick on");
    const second = capacityPage([held("movers", { holds: 9 })], machine, " -- --quick on", first);
    expect(second.match(/^\| (movers|members) /gm)).toEqual(["| members ", "| movers "]);
    expect(second).toContain("| 9 people |");
    expect(capacityPage([held("movers", {})], machine, "", first)).not.toContain("members");
    expect(capacityPage([held("movers", {})], { ...machine, cores: 4 }, " -- --quick on", first)).not.toContain(
      "| members",
    );
  });
});
