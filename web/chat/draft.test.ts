/** [CH4] What may be said, told before it is asked. */
import { describe, expect, it } from "vitest";
import { lastOwn, leftOf, maxChars, problemOf, sentText } from "./draft.ts";
import { lineOf } from "./sample.ts";

describe("a draft", () => {
  it("is sent as one line without blanks around it", () => {
    expect(sentText("  two\n lines \r\n and more ")).toBe("two lines and more");
  });

  it("counts characters as people do, and only near the end", () => {
    expect(leftOf("short")).toBeUndefined();
    expect(leftOf("🦉".repeat(maxChars))).toBe(0);
    expect(leftOf("x".repeat(maxChars + 3))).toBe(-3);
  });

  it("says what is wrong", () => {
    expect(problemOf(" \n ")).toMatch(/nothing/);
    expect(problemOf("x".repeat(maxChars + 1))).toMatch(/1 too long/);
    expect(problemOf("x".repeat(maxChars))).toBeUndefined();
  });

  it("finds one's last line that is still there", () => {
    const mine = { isMine: true };
    const lines = [lineOf({ seq: 1, ...mine }), lineOf({ seq: 2, ...mine, gone: true }), lineOf({ seq: 3 })];
    expect(lastOwn(lines)?.seq).toBe(1);
    expect(lastOwn([])).toBeUndefined();
  });
});
