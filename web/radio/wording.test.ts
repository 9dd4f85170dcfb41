/** What the radio page says. */
import { describe, expect, it } from "vitest";
import { audienceText, clockText, healthText, nextText, stateText } from "./wording.ts";

const track = (title: string, artist = "") => ({ id: "0", title, artist, album: "", durationMs: 1000 });

describe("the radio's words", () => {
  it("tells times as clocks do", () => {
    expect([0, 999, 59_999, 60_000, 187_400, 3_600_000, -5].map(clockText)).toEqual([
      "0:00",
      "0:00",
      "0:59",
      "1:00",
      "3:07",
      "60:00",
      "0:00",
    ]);
  });

  it("counts listeners", () => {
    expect([audienceText(0, 0), audienceText(1, 0), audienceText(3, 2)]).toEqual([
      "0 listeners",
      "1 listener",
      "3 listeners, 2 following",
    ]);
  });

  it("[AU9] shows health, audio first", () => {
    expect(healthText({ sound: "healthy", events: "open" }, "playing")).toBe("sound is well");
    expect(healthText({ sound: "healthy", events: "lost" }, "playing")).toBe("sound is well, titles reconnecting");
    expect(healthText({ sound: "dead", events: "lost" }, "recovering")).toBe("sound lost, starting anew");
    expect(stateText("blocked")).toContain("click");
  });

  it("[AU11] says what is next, and when", () => {
    const heard = { track: track("a"), positionMs: 0, direction: "similar" };
    expect(nextText({ ...heard, next: track("b", "C"), nextInMs: 61_000 })).toBe("Then in 1:01: b, C");
    expect(nextText({ ...heard, next: undefined, nextInMs: undefined })).toBe("Then: still being chosen");
  });
});
