/** How people are shared out among several loads, and what these measured together. */
import { describe, expect, it } from "vitest";
import { groupsOf, shareOut, together, worst } from "./mixture.ts";
import type { Sample } from "./sample.ts";

describe("[LT1] shares", () => {
  it.each([
    ["world=4,chat=3,presence=2,audio=1", 100, { world: 40, chat: 30, presence: 20, audio: 10 }],
    ["world=1", 7, { world: 7, chat: 0, presence: 0, audio: 0 }],
    ["world=1,chat=1,presence=1", 100, { world: 33, chat: 34, presence: 33, audio: 0 }],
  ])("%s of %d people", (text, people, shares) => {
    expect(shareOut(text, people)).toEqual(shares);
  });

  it.each(["", "worlds=3", "world=-1", "world", "world=0", "toString=1"])("%j is refused", (text) => {
    expect(() => shareOut(text, 10)).toThrow("--shares");
  });

  it("make groups that hold everyone", () => {
    expect(groupsOf(100, 50)).toEqual([50, 50]);
    expect(groupsOf(101, 50)).toEqual([50, 51]);
    expect(groupsOf(30, 50)).toEqual([30]);
    expect(groupsOf(1, 50)).toEqual([]);
  });
});

describe("[LT1] several loads at once", () => {
  const sample = (more: Partial<Sample>): Sample => ({
    ...{ at: 1, isMeasured: true, people: 5, serverCpu: 10, serverMb: 100, generatorCpu: 20, generatorDelay: 1 },
    ...more,
  });

  it("add up, and show the longest times", () => {
    const [first] = together([[sample({ p99: 30, lost: 1 })], [sample({ p99: 70, buffered: 2 })]]);
    expect(first).toMatchObject({ people: 10, p99: 70, lost: 1, buffered: 2, serverCpu: 10, isMeasured: true });
  });

  it("are measured once all of them are", () => {
    const both = together([
      [sample({ isMeasured: false }), sample({}), sample({})],
      [sample({}), sample({})],
    ]);
    expect(both.map(({ isMeasured }) => isMeasured)).toEqual([false, true]);
  });

  it("are judged by the worst of a kind", () => {
    expect(
      worst([
        { p99: 10, frames: 20, lost: Number.NaN, rss: Number.NaN },
        { p99: 30, frames: 15, lost: 2, rss: Number.NaN },
      ]),
    ).toEqual({ p99: 30, frames: 15, lost: 2, rss: Number.NaN });
  });
});
