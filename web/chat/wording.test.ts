/** The words that are put together. */
import { describe, expect, it } from "vitest";
import { lineOf } from "./sample.ts";
import { authorNote, countsText, dayText, secondsText, typingText, unreadText } from "./wording.ts";

describe("words", () => {
  it("[CH8] counts those who are here and online", () => {
    expect(countsText({ here: 3, online: 12 })).toBe("3 here, 12 online");
  });

  it("[CH9] tells who is typing, without a list of everyone", () => {
    expect(typingText([])).toBe("");
    expect(typingText(["ada"])).toBe("ada is typing");
    expect(typingText(["ada", "noor"])).toBe("ada and noor are typing");
    expect(typingText(["ada", "noor", "mia"])).toBe("ada, noor and mia are typing");
    expect(typingText(["ada", "noor", "mia", "bo"])).toBe("several people are typing");
  });

  it("[CH7] says what an author is", () => {
    const { author } = lineOf();
    expect(authorNote(author)).toBe("");
    expect(authorNote({ ...author, guest: true })).toBe("guest");
    expect(authorNote({ ...author, kind: "persona" })).toBe("persona");
    expect(authorNote({ ...author, guest: true, via: "bridge" })).toBe("via bridge");
  });

  it("names days from today", () => {
    const now = new Date(2026, 0, 1, 0, 5);
    expect(dayText(new Date(2026, 0, 1), now)).toBe("Today");
    expect(dayText(new Date(2025, 11, 31, 23, 59), now)).toBe("Yesterday");
    expect(dayText(new Date(2025, 11, 30), now)).toContain("2025");
  });

  it("says durations in their largest whole unit", () => {
    expect([600, 3600, 86_400, 604_800, 90, 1].map(secondsText)).toEqual([
      "10 minutes",
      "1 hour",
      "1 day",
      "7 days",
      "90 seconds",
      "1 second",
    ]);
  });

  it("shows unread lines as a number", () => {
    expect(unreadText({ count: 0, isMore: true })).toBe("");
    expect(unreadText({ count: 50, isMore: true })).toBe("50+");
  });
});
