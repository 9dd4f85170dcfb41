/** What happened in words: with the names of the time, each in its kind. */
import { describe, expect, it } from "vitest";
import { person } from "../../schema/capsule/testing/make.ts";
import type { CapsuleEvent } from "../../schema/capsule.ts";
import { clockOf, linesOf } from "./wording.ts";

const textsOf = (...events: CapsuleEvent[]) => linesOf(events).map(({ name, text, is }) => [name, text, is]);
const guest = person("guest-1", 0, { name: "Guest", color: "red" });

describe("[SE2] what happened", () => {
  it("is told with the names that people had at the time", () => {
    const lines = linesOf([
      { t: 0, type: "present", person: guest },
      { t: 1, type: "say", id: "guest-1", text: "hi", sayMs: 1 },
      { t: 2, type: "update", id: "ann", was: "guest-1", changes: { id: "ann", name: "Ann", guest: false } },
      { t: 3, type: "emote", id: "ann", emote: "♥" },
      { t: 4, type: "leave", id: "ann", reason: "kicked" },
    ]);
    expect(lines).toEqual([
      { t: 1, id: "guest-1", name: "Guest", color: "red", text: "“hi”", is: "words" },
      { t: 2, id: "ann", name: "Ann", color: "red", text: "signed in", is: "people" },
      { t: 3, id: "ann", name: "Ann", color: "red", text: "♥", is: "words" },
      { t: 4, id: "ann", name: "Ann", color: "red", text: "left (kicked)", is: "people" },
    ]);
  });

  it("leaves out what nobody would look for", () => {
    expect(textsOf({ t: 0, type: "update", id: "ann", changes: { attention: "hidden" } })).toEqual([]);
    expect(textsOf({ t: 0, type: "ghost", id: "ann", changes: { status: "ghost", to: "pond" } })).toEqual([
      ["", "went to pond", "people"],
    ]);
    expect(textsOf({ t: 0, type: "prop", key: "lamp" }, { t: 0, type: "prop", key: "lamp", value: "1" })).toEqual([
      ["", "took away lamp", "things"],
      ["", "set lamp: 1", "things"],
    ]);
    expect(textsOf({ t: 0, type: "piece", id: "ann", name: "piece:dig", data: { deep: 2 } })[0]).toEqual([
      "",
      'piece:dig {"deep":2}',
      "things",
    ]);
  });

  it("has times as a player shows them", () => {
    expect([0, 59_999, 75_000, 3_599_000].map((ms) => clockOf(ms))).toEqual(["0:00", "0:59", "1:15", "59:59"]);
    expect([clockOf(3_600_000), clockOf(1000, true)]).toEqual(["1:00:00", "0:00:01"]);
  });
});
