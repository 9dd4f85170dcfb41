/** What people are told of what was thrown. */
import { describe, expect, it } from "vitest";
import { HereaboutsError } from "../../schema/errors.ts";
import { noticeOf } from "./notice.ts";

describe("a notice", () => {
  it("has the cause and the remedy of a refusal, with times as those of the reader", () => {
    const { message, remedy } = noticeOf(new HereaboutsError("BANNED", "Until 2026-11-21T01:02:03.456Z. Reason: at 5"));
    expect(message).toContain("2026");
    expect(message).not.toContain("T01:02");
    expect(message).toContain("Reason: at 5");
    expect(remedy).toBe("Ask the moderators of this room.");
  });

  it("says when to go on, and of any other error what it says", () => {
    expect(noticeOf(new HereaboutsError("TOO_FAST", undefined, { retryAfterMs: 1200 })).remedy).toBe(
      "Go on in 2 seconds.",
    );
    expect(noticeOf(new Error("odd"))).toEqual({ message: "odd", remedy: "" });
  });
});
