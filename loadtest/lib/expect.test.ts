/** Thresholds: read as they are written, and met only by figures that are known. */
import { describe, expect, it } from "vitest";
import { parseExpectations, unmet } from "./expect.ts";

const names = ["p99", "near.p99", "bytes", "cpu", "stale"];

describe("[LT1] thresholds", () => {
  it("name what was not met, and nothing else", () => {
    const expectations = parseExpectations("p99<100, near.p99<=60,bytes<11000,stale=0", names);
    expect(unmet(expectations, { p99: 99.9, "near.p99": 60, bytes: 11_000, stale: 0 })).toEqual([
      "expected bytes<11000, got 11000",
    ]);
  });

  it("are not met by a figure that is not known", () => {
    expect(unmet(parseExpectations("cpu<10", names), { cpu: Number.NaN })).toHaveLength(1);
    expect(unmet(parseExpectations("cpu<10", names), {})).toEqual(["expected cpu<10, got nothing"]);
  });

  it.each(["p99", "p99<", "p99<a", "<3", "p99!3", "p98<3", "p99<1.2.3"])("refuse %s in one line", (text) => {
    expect(() => parseExpectations(text, names)).toThrow("--expect");
  });

  it("may be none", () => {
    expect(parseExpectations("", names)).toEqual([]);
  });
});
