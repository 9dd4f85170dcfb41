/** Reading what perf prints. */
import { expect, it } from "vitest";
import { instructionsIn } from "./instructions.ts";

it("reads the count that perf reports, and NaN where it could not count", () => {
  expect(instructionsIn("1091462,,instructions:u,9130000,100.00,0.84,insn per cycle\n")).toBe(1_091_462);
  expect(instructionsIn("<not supported>,,instructions,0,100.00,,\n")).toBeNaN();
  expect(instructionsIn("")).toBeNaN();
});
