/** Schedules: the same for the same seed, within bounds, and of all kinds. */
import { expect, it } from "vitest";
import { endOf, scheduleOf } from "./schedule.ts";

const many = Array.from({ length: 200 }, (_, i) => scheduleOf(i, 3));

it("draws the same faults for the same seed", () => {
  expect(scheduleOf(17, 3)).toEqual(scheduleOf(17, 3));
  expect(scheduleOf(17, 3)).not.toEqual(scheduleOf(18, 3));
});

it("draws at least two faults, of all kinds, that are over within 16 s", () => {
  for (const schedule of many) {
    expect(schedule.faults.length).toBeGreaterThanOrEqual(2);
    expect(endOf(schedule.faults)).toBeLessThanOrEqual(16_000);
  }
  const kinds = new Set(many.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  expect([...kinds].sort()).toEqual([
    "drain",
    "kill",
    "partition",
    "redis-empty",
    "redis-restart",
    "redis-stop",
    "stop",
  ]);
  expect(scheduleOf(1, 1).faults.every(({ kind }) => kind !== "partition")).toBe(true);
});

it("does one thing at a time to a process, and lets some overlap", () => {
  let overlapping = 0;
  for (const { faults } of many) {
    faults.forEach((a, i) => {
      for (const b of faults.slice(i + 1)) {
        const isApart = b.atMs > a.atMs + a.forMs;
        const isSame = ("process" in a ? a.process : -1) === ("process" in b ? b.process : -1);
        if (isSame) expect(isApart).toBe(true);
        else if (!isApart) overlapping++;
      }
    });
  }
  expect(overlapping).toBeGreaterThan(50);
});
