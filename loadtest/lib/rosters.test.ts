/** What the churn scenario calls wrong: rosters that are not exact, and lines that someone did not hear once, in order. */
import { describe, expect, it } from "vitest";
import { gapsIn } from "./gaps.ts";
import { compareRosters, isExact } from "./rosters.ts";
import { habitAt } from "./wanderer.ts";

const view = (id: string, piece: string, seen: string[], online = 3, isIn = true) => ({
  ...{ id, piece, seen, chat: "talk", online, isIn },
});

describe("[LT2] rosters", () => {
  it("are exact if everyone sees those who are with them, and nobody else", () => {
    const views = [view("a", "x", ["a", "b"]), view("b", "x", ["b", "a"]), view("c", "y", ["c"])];
    expect(isExact(compareRosters(views, false))).toBe(true);
  });

  it("are not, if someone is missing, strange, away or not counted", () => {
    const views = [view("a", "x", ["a"]), view("b", "x", ["b", "a", "z"], 2), view("c", "y", ["c"], 3, false)];
    expect(compareRosters(views, false)).toEqual({ missing: 1, strangers: 1, wrongCounts: 1, away: 1 });
  });

  it("may hold others on a server that others use", () => {
    const views = [view("a", "x", ["a", "z"], 9)];
    expect(isExact(compareRosters(views, true))).toBe(true);
    expect(compareRosters([view("a", "x", ["a"], 0)], true).wrongCounts).toBe(1);
  });
});

describe("[LT2] lines", () => {
  it.each([
    [[], 0],
    [[7], 0],
    [[7, 8, 9], 0],
    [[7, 9], 1],
    [[7, 7, 8], 1],
    [[8, 7], 2],
  ])("heard as %j have %d gaps", (heard, gaps) => {
    expect(gapsIn(heard)).toBe(gaps);
  });
});

describe("[LT1] habits", () => {
  it("are all found, and nothing else", () => {
    const found = new Set(Array.from({ length: 100 }, (_, i) => habitAt(i / 100)));
    expect([...found].sort()).toEqual(["goForGood", "listen", "reload", "talk", "travel"]);
    expect(habitAt(1)).toBe("talk");
  });
});
