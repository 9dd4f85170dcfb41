/** Columns that line up. */
import { expect, it } from "vitest";
import { figure, formatTable } from "./table.ts";

it("aligns text to the left, numbers and their heading to the right", () => {
  const rows = [
    ["server", "cpu %"],
    ["hereabouts", 9.5],
    ["plain", 12],
  ];
  expect(formatTable(rows)).toBe("server      cpu %\nhereabouts    9.5\nplain          12");
});

it("writes a dash for what is not known", () => {
  expect([figure(Number.NaN), figure(undefined), figure(1.26, 1)]).toEqual(["-", "-", 1.3]);
});
