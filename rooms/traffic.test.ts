/** Rates over the last ten whole seconds, and the last refusals. */
import { describe, expect, it } from "vitest";
import { Rate, Traffic } from "./traffic.ts";

describe("[OP2] a rate", () => {
  it("is the mean of the last ten whole seconds, without the one that is not over", () => {
    const rate = new Rate();
    for (let second = 0; second < 30; second++) rate.add(20, second * 1000 + 10);
    expect(rate.perSecond(30_000)).toBe(20);
    rate.add(1000, 30_000);
    expect(rate.perSecond(30_900)).toBe(20);
    expect(rate.perSecond(31_000)).toBe(118);
  });

  it("is nothing ten seconds after the last, however long that is ago", () => {
    const rate = new Rate();
    rate.add(50, 500);
    expect(rate.perSecond(5000)).toBe(5);
    expect(rate.perSecond(11_000)).toBe(0);
    expect(rate.perSecond(1e12)).toBe(0);
    rate.add(10, 1e12);
    expect(rate.perSecond(1e12 + 1000)).toBe(1);
  });
});

describe("[OP2] recent refusals", () => {
  it("are the last fifty, the newest first", () => {
    const traffic = new Traffic();
    for (let at = 0; at < 60; at++) traffic.refused("TOO_FAST", "say", { person: "ada", handle: "Ada" }, at);
    const refusals = traffic.refusals();
    expect(refusals).toHaveLength(50);
    expect([refusals[0]!.at, refusals.at(-1)!.at]).toEqual([59, 10]);
  });
});
