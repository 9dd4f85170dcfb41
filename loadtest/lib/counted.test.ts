/** What perf reports is read as it is, and as not counted where it is not. */
import { expect, it } from "vitest";
import { countIn } from "./counted.ts";

it("[LT4] reads counts from perf's report, none where there are none", () => {
  const report = "1091462,,instructions:u,9130000,100.00,0.84,insn per cycle\n99,,cycles,913,100.00,,\n";
  expect([countIn(report, "instructions"), countIn(report, "cycles")]).toEqual([1_091_462, 99]);
  expect(countIn("<not supported>,,instructions,0,100.00,,\n", "instructions")).toBeNaN();
  expect(countIn("", "cycles")).toBeNaN();
});
