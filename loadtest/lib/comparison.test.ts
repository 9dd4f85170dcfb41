/** Two sides measured in turns are compared round by round, disturbed rounds left out. */
import { describe, expect, it } from "vitest";
import { calmRounds, compare, type Pair, spreadOf } from "./comparison.ts";

describe("[LT4] a comparison", () => {
  const pairs: Pair[] = [
    [
      { cpu: 4, others: 0 },
      { cpu: 5, others: 3 },
    ],
    [
      { cpu: 9, others: 80 },
      { cpu: 5, others: 3 },
    ],
    [
      { cpu: 3, others: 10 },
      { cpu: 6, others: 3 },
    ],
  ];

  it("shows middles, ratios by round with their spread, and the noise", () => {
    expect(compare(pairs.slice(0, 1), ["a", "b"], [["cpu", "CPU", 1]])).toEqual([
      ["", "a", "b", "a / b", "noise"],
      ["CPU", "4 (4..4)", "5 (5..5)", "0.8 (0.8..0.8)", "0 % and 0 %"],
    ]);
    const [, row] = compare(pairs, ["a", "b"], [["cpu", "CPU", 1]]);
    expect(row).toEqual(["CPU", "4 (3..9)", "5 (5..6)", "0.8 (0.5..1.8)", "150 % and 20 %"]);
  });

  it("leaves out rounds that others disturbed, unless they are all there is", () => {
    expect(calmRounds(pairs)).toEqual([pairs[0], pairs[2]]);
    expect(calmRounds(pairs.slice(1, 2))).toEqual([pairs[1]]);
  });

  it("takes the mean of the two in the middle", () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  });
});
