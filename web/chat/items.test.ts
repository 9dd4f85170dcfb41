/** What a log shows: days, groups, what is gone, and where it is new. */
import { describe, expect, it } from "vitest";
import { isSameItem, itemsOf } from "./items.ts";
import { lineOf } from "./sample.ts";

const at = (hour: number, minute = 0, day = 21) => new Date(2026, 10, day, hour, minute);
const kinds = (...args: Parameters<typeof itemsOf>) =>
  itemsOf(...args).map((item) => ("isFirst" in item && item.isFirst ? `${item.kind}*` : item.kind));

describe("what a log shows", () => {
  it("[CH3] names an author once in a row, and again after another one, a pause or another day", () => {
    const lines = [
      lineOf({ seq: 1, at: at(9) }),
      lineOf({ seq: 2, at: at(9, 1) }),
      lineOf({ seq: 3, at: at(9, 2), by: "noor" }),
      lineOf({ seq: 4, at: at(9, 30), by: "noor" }),
      lineOf({ seq: 5, at: at(0, 1, 22), by: "noor" }),
    ];
    expect(kinds(lines, [])).toEqual(["day", "line*", "line", "line*", "line*", "day", "line*"]);
  });

  it("[CH7] tells who spoke through a service apart from the service's own lines", () => {
    const lines = [lineOf({ seq: 1 }), lineOf({ seq: 2, via: "bridge" })];
    expect(kinds(lines, [])).toEqual(["day", "line*", "line*"]);
  });

  it("[CH5] shows deleted lines in a row as one quiet item that keeps its key", () => {
    const gone = [1, 2, 3].map((seq) => lineOf({ seq, gone: true, text: "" }));
    const items = itemsOf([...gone, lineOf({ seq: 4 })], []);
    expect(items.map(({ kind }) => kind)).toEqual(["day", "gone", "line"]);
    expect(items[1]).toMatchObject({ key: "line 1", count: 3 });
  });

  it("draws a line where it is new, but not above everything that is known", () => {
    const lines = [lineOf({ seq: 4 }), lineOf({ seq: 5 }), lineOf({ seq: 6 })];
    expect(kinds(lines, [], 4)).toEqual(["day", "line*", "new", "line*", "line"]);
    expect(kinds(lines, [], 2)).toEqual(["day", "line*", "line", "line"]);
    expect(kinds(lines, [], 6)).toEqual(["day", "line*", "line", "line"]);
  });

  it("puts what is on its way last", () => {
    const soon = [1, 2].map((id) => ({ id, text: "soon", refusal: undefined }));
    expect(kinds([lineOf()], soon)).toEqual(["day", "line*", "pending*", "pending"]);
    expect(kinds([lineOf({ isMine: true })], soon)).toEqual(["day", "line*", "pending", "pending"]);
  });

  it("knows an item that looks as before", () => {
    const line = lineOf();
    const [before, after] = [itemsOf([line], []), itemsOf([line], [])];
    expect(isSameItem(before[1]!, after[1]!)).toBe(true);
    expect(isSameItem(before[1]!, itemsOf([{ ...line, count: 2 }], [])[1]!)).toBe(false);
  });
});
