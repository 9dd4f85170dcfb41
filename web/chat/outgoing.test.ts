/** [CH2] What oneself said is seen once from saying to stored, whichever comes first, the answer or the line. */
import { beforeEach, describe, expect, it } from "vitest";
import { Outgoing } from "./outgoing.ts";
import { lineOf } from "./sample.ts";

let outgoing: Outgoing;
beforeEach(() => {
  outgoing = new Outgoing();
});
const texts = () => outgoing.shown.map(({ text }) => text);

describe("what is on its way", () => {
  it("stays until the line is there, if the answer comes first", () => {
    const id = outgoing.add("hello");
    outgoing.stored(id, 7, 6);
    expect(texts()).toEqual(["hello"]);
    outgoing.seen(lineOf({ seq: 7, isMine: true }));
    expect(texts()).toEqual([]);
  });

  it("goes with the line, if that comes before the answer", () => {
    const id = outgoing.add("hello");
    outgoing.seen(lineOf({ seq: 7, isMine: true }));
    expect(texts()).toEqual([]);
    outgoing.stored(id, 7, 7);
    expect(texts()).toEqual([]);
  });

  it("takes a filtered line for the oldest that is on its way, and lines of others for none", () => {
    outgoing.add("a rude word");
    outgoing.add("another");
    outgoing.seen(lineOf({ seq: 6, text: "a rude word" }));
    outgoing.seen(lineOf({ seq: 7, text: "a **** word", isMine: true }));
    expect(texts()).toEqual(["another"]);
  });

  it("comes back with the reason when it was refused, also if it seemed to be there", () => {
    const id = outgoing.add("hello");
    outgoing.seen(lineOf({ seq: 7, isMine: true }));
    outgoing.refused(id, "Too fast.");
    expect(outgoing.shown).toEqual([{ id, text: "hello", refusal: "Too fast." }]);
    expect(outgoing.drop(id)).toBe("hello");
    expect(texts()).toEqual([]);
  });

  it("goes at once when it counted up a line that is known", () => {
    outgoing.stored(outgoing.add("ok"), 5, 5);
    expect(texts()).toEqual([]);
  });
});
