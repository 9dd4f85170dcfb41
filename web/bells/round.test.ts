/** Rounds that all hear in step. */
import { describe, expect, it } from "vitest";
import { beatMs, beats } from "../../schema/bells.ts";
import { beatAt, beatsBetween, offsetOf } from "./round.ts";

describe("the round", () => {
  it("takes the server's time from the fastest answer", () => {
    const slow = { sentAt: 0, answeredAt: 400, serverNow: 5000 };
    const fast = { sentAt: 1000, answeredAt: 1020, serverNow: 6110 };
    expect(offsetOf([slow, fast])).toBe(5100);
    expect(offsetOf([])).toBe(0);
  });

  it("has each beat once, however it is asked for", () => {
    const asked = [0, 10, beatMs, beatMs + 1, 3 * beatMs, 3 * beatMs + 7];
    const found = asked.slice(1).flatMap((to, i) => beatsBetween(asked[i]!, to));
    expect(found.map(({ at }) => at)).toEqual([0, beatMs, 2 * beatMs, 3 * beatMs]);
    expect(beatsBetween(beats * beatMs, beats * beatMs + 1)).toEqual([{ beat: 0, at: beats * beatMs }]);
    expect(beatAt(beats * beatMs + beatMs * 2.5)).toBe(2);
  });
});
