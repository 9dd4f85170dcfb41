/** What is drawn of what anyone may have put there. */
import { describe, expect, it } from "vitest";
import { colorCount } from "../../schema/paint.ts";
import { inkOf, inks, strokeOf } from "./inks.ts";

describe("a stroke", () => {
  it("is drawn where it is one", () => {
    const stroke = { c: 2, w: 8, p: [1, 2, 3, 4] };
    expect(strokeOf("stroke-1", stroke)).toEqual(stroke);
    expect(strokeOf("lamp", stroke)).toBeUndefined();
  });

  it.each([null, 3, "stroke", {}, { c: 99, w: 8, p: [1, 2] }, { c: 1, w: 7, p: [1, 2] }, { c: 1, w: 8, p: [1] }])(
    "is left out where it is %j",
    (value) => expect(strokeOf("stroke-1", value)).toBeUndefined(),
  );

  it("has an ink of each colour, by day and by night", () => {
    expect(inks).toHaveLength(colorCount);
    for (let color = 0; color < colorCount; color++) expect(inkOf(color, "light")).not.toBe(inkOf(color, "dark"));
  });
});
