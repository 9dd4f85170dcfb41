/** What is left of a capsule without one of its people. */
import { describe, expect, it } from "vitest";
import { readCapsule } from "./capsule.ts";
import { redact } from "./redact.ts";
import { capsuleOf, person } from "./testing/make.ts";

const recorded = () =>
  capsuleOf([
    {
      first: 0,
      keys: [
        [0, 0, 100, 100, 7, 0],
        [0, 1, 200, 200, 7, 0],
      ],
      events: [
        { t: 0, type: "present", person: person("guest-1", 0) },
        { t: 0, type: "present", person: person("bob", 1) },
        { t: 10, type: "prop", key: "diary", value: '"dear diary"', by: "guest-1" },
        { t: 20, type: "prop", key: "lamp", value: "true", by: "bob" },
        { t: 30, type: "say", id: "guest-1", text: "my secret", sayMs: 1000 },
        { t: 40, type: "update", id: "ann", was: "guest-1", changes: { id: "ann", name: "Ann" } },
      ],
      moves: [
        [50, 0, 120, 100, 7, 3],
        [50, 1, 210, 200, 7, 0],
        [100, 1, 220, 200, 7, 0],
      ],
    },
    {
      first: 10_000,
      keys: [
        [10_000, 0, 120, 100, 7, 3],
        [10_000, 1, 220, 200, 7, 0],
      ],
      events: [
        { t: 10_000, type: "emote", id: "ann", emote: "♥" },
        { t: 10_100, type: "leave", id: "ann", reason: "left" },
        { t: 16_000, type: "join", person: person("cat", 0) },
        { t: 17_000, type: "end", reason: "closed" },
      ],
      moves: [
        [10_050, 0, 500, 500, 7, 3],
        [16_050, 0, 50, 60, 7, 9],
      ],
    },
  ]);

describe("redact", () => {
  it("[ID5] leaves nothing of a person, whichever of their ids is given, and all of the others", async () => {
    const before = await recorded();
    for (const id of ["ann", "guest-1"]) {
      const after = (await redact(before, id))!;
      const [was, { capsule, problem }] = [await readCapsule(before), await readCapsule(after)];
      expect(problem).toBeUndefined();
      expect(JSON.stringify(capsule!.events)).not.toMatch(/ann|Ann|guest-1|secret|diary/);
      for (const t of [0, 25, 50, 100, 10_000, 10_075, 16_049, 16_050, 17_000]) {
        const others = was.capsule!.at(t).people.filter((each) => !["ann", "guest-1"].includes(each.id));
        expect(capsule!.at(t).people).toEqual(others);
      }
      expect([...capsule!.at(9000).props.keys()]).toEqual(["lamp"]);
      expect(await redact(after, id)).toBeUndefined();
    }
  });

  it("[ID5] leaves no pose of theirs for a later reader of the slot", async () => {
    const after = (await redact(await recorded(), "ann"))!;
    const { capsule } = await readCapsule(after);
    capsule!.events.splice(0, 0, { t: 0, type: "present", person: person("nobody", 0) });
    expect(capsule!.at(9000).people.find(({ id }) => id === "nobody")?.pose).toBeUndefined();
  });

  it("[ID5] says of a file that it is no capsule", async () => {
    await expect(redact(new Uint8Array(10), "ann")).rejects.toThrow("not a capsule");
  });

  it("[ID5] takes out one whose coming it does not have, from its beginning", async () => {
    const bytes = await capsuleOf([
      {
        first: 0,
        keys: [
          [0, 0, 100, 100, 7, 0],
          [0, 1, 200, 200, 7, 0],
        ],
        events: [
          { t: 0, type: "present", person: person("bob", 1) },
          { t: 30, type: "update", id: "ann", changes: { name: "Ann" } },
        ],
        moves: [
          [50, 0, 120, 100, 7, 3],
          [50, 1, 210, 200, 7, 0],
        ],
      },
    ]);
    const left = (await redact(bytes, "ann"))!;
    const expected = await capsuleOf([
      {
        first: 0,
        keys: [[0, 1, 200, 200, 7, 0]],
        events: [{ t: 0, type: "present", person: person("bob", 1) }],
        moves: [[50, 1, 210, 200, 7, 0]],
      },
    ]);
    expect(Buffer.from(left)).toEqual(Buffer.from(expected));
  });
});
