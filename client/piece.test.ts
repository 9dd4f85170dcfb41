/** What a piece shows, apart from the props of people. */
import { describe, expect, it } from "vitest";
import { keyOfField, pieceOwner } from "../schema/piece.ts";
import { PieceView } from "./piece.ts";

type Fields = { value: string; owner: string };
const of = (fields: Record<string, unknown>): [string, Fields][] =>
  Object.entries(fields).map(([name, value]) => [
    keyOfField(name),
    { value: JSON.stringify(value), owner: pieceOwner },
  ]);

describe("[WO3] a piece's state in the SDK", () => {
  it("is another object when a field came, changed or went, and the same while nothing did", () => {
    const view = new PieceView();
    expect(view.sync(of({ count: 1, it: null }))).toEqual(["count", "it"]);
    const first = view.fields;
    expect(first).toEqual({ count: 1, it: null });
    expect(view.sync(of({ count: 1, it: null }))).toEqual([]);
    expect(view.fields).toBe(first);
    expect(view.sync(of({ count: 2 }))).toEqual(["count", "it"]);
    expect([view.fields, first]).toEqual([{ count: 2 }, { count: 1, it: null }]);
  });

  it("has nothing of what people set, whatever they call it", () => {
    const view = new PieceView();
    const props: [string, Fields][] = [
      [keyOfField("count"), { value: "7", owner: "ada" }],
      ["lamp", { value: "true", owner: pieceOwner }],
    ];
    expect(view.sync(props)).toEqual([]);
    expect(view.sync(of({ ["__proto__"]: 2 }))).toEqual(["__proto__"]);
    expect(Object.keys(view.fields)).toEqual(["__proto__"]);
  });
});
