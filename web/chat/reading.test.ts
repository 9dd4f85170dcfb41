/** What is unread, and from where on it was new when one came to look. */
import { describe, expect, it } from "vitest";
import { Reading } from "./reading.ts";
import { lineOf } from "./sample.ts";

const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => lineOf({ seq: from + i }));

describe("reading", () => {
  it("what was said before one came for the first time is not unread", () => {
    const reading = new Reading(undefined);
    reading.begin(50);
    expect(reading.unread(lines(1, 50)).count).toBe(0);
    expect(reading.unread(lines(1, 53))).toEqual({ count: 3, isMore: false });
  });

  it("goes on where one stopped at the last visit, and says if there may be more", () => {
    const reading = new Reading(40);
    reading.begin(60);
    expect(reading.unread(lines(30, 60))).toEqual({ count: 20, isMore: false });
    expect(reading.unread(lines(51, 60))).toEqual({ count: 10, isMore: true });
  });

  it("does not count one's own lines nor those that are gone", () => {
    const reading = new Reading(1);
    const all = [lineOf({ seq: 2, isMine: true }), lineOf({ seq: 3, gone: true }), lineOf({ seq: 4 })];
    expect(reading.unread(all).count).toBe(1);
  });

  it("marks where it was new for as long as one looks", () => {
    const reading = new Reading(3);
    reading.look(lines(1, 5));
    expect(reading.newAfter).toBe(3);
    expect(reading.saw(5)).toBe(true);
    expect(reading.saw(5)).toBe(false);
    expect(reading.newAfter).toBe(3);
    reading.away();
    reading.look(lines(1, 5));
    expect(reading.newAfter).toBeUndefined();
  });

  it("starts again with a log that begins anew", () => {
    const reading = new Reading(900);
    reading.begin(2);
    expect(reading.unread(lines(1, 4)).count).toBe(2);
  });
});
