/** What a capsule gives back of what was written, whole or cut, and what it says of files that are none. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxSlots } from "../blocks.ts";
import { fromSteps } from "../geometry.ts";
import { readCapsule } from "./capsule.ts";
import { wholeLength } from "./file.ts";
import { capsuleOf, header, type Move, person } from "./testing/make.ts";

const ann = person("ann", 0);
const bob = person("bob", 3);
const walk = [
  { first: 0, keys: [[0, 0, 100, 100, 0, 0]] as Move[], events: [{ t: 0, type: "present", person: ann } as const] },
  {
    first: 1000,
    keys: [[1000, 0, 100, 100, 0, 0]] as Move[],
    events: [
      { t: 1010, type: "join", person: bob } as const,
      { t: 1100, type: "say", id: "ann", text: "hello", sayMs: 500 } as const,
      { t: 1200, type: "ghost", id: "bob", changes: { status: "ghost", to: "pond" } } as const,
      { t: 1250, type: "prop", key: "lamp-1", value: '{"on":true}', owner: "", by: "ann" } as const,
      { t: 1600, type: "end", reason: "closed" } as const,
    ],
    moves: [
      [1050, 0, 110, 90, 0, 10],
      [1050, 3, 7, 8, 9, 250],
      [1100, 0, 120, 80, 0, 10],
      [1500, 0, 500, 80, 5, 0],
    ] as Move[],
  },
];

const at = async (bytes: Uint8Array<ArrayBuffer>, t: number) => {
  const { capsule } = await readCapsule(bytes);
  const { people, props } = capsule!.at(t);
  return { people: new Map(people.map((each) => [each.id, each])), props };
};
const steps = (x: number, y: number, z: number, direction: number) =>
  fromSteps({ x, y, z, direction }, header.geometry);

describe("a capsule", () => {
  it("[SE2] has everyone at each tick exactly where the frames of that tick had them", async () => {
    const bytes = await capsuleOf(walk);
    expect((await at(bytes, 0)).people.get("ann")?.pose).toEqual(steps(100, 100, 0, 0));
    expect((await at(bytes, 1050)).people.get("ann")?.pose).toEqual(steps(110, 90, 0, 10));
    expect((await at(bytes, 1050)).people.get("bob")?.pose).toEqual(steps(7, 8, 9, 250));
    expect((await at(bytes, 1500)).people.get("ann")?.pose).toEqual(steps(500, 80, 5, 0));
  });

  it("[SE2] goes from tick to tick in between, and rests where they rested", async () => {
    const bytes = await capsuleOf(walk);
    expect((await at(bytes, 1075)).people.get("ann")?.pose).toMatchObject({ x: steps(115, 0, 0, 0).x });
    expect((await at(bytes, 1450)).people.get("ann")?.pose).toEqual(steps(120, 80, 0, 10));
    // the first pose of a chunk is walked to from the chunk before
    const next = await capsuleOf([walk[0]!, { first: 1000, tick: 950, keys: [[1000, 0, 108, 100, 0, 0]] }]);
    expect((await at(next, 975)).people.get("ann")?.pose).toEqual(steps(104, 100, 0, 0));
  });

  it("[SE2] has who was there, what they said, and what stood there", async () => {
    const bytes = await capsuleOf(walk);
    expect([...(await at(bytes, 1009)).people.keys()]).toEqual(["ann"]);
    expect((await at(bytes, 1010)).people.get("bob")).toMatchObject({ status: "here", pose: undefined });
    expect((await at(bytes, 1200)).people.get("bob")).toMatchObject({ status: "ghost", to: "pond" });
    expect((await at(bytes, 1100)).people.get("ann")?.bubble).toBe("hello");
    expect((await at(bytes, 1600)).people.get("ann")?.bubble).toBeUndefined();
    expect((await at(bytes, 1249)).props.size).toBe(0);
    expect((await at(bytes, 1250)).props.get("lamp-1")).toEqual({ value: '{"on":true}', owner: "" });
  });

  it("[SE2] answers the same whichever moment was asked for before", async () => {
    const { capsule } = await readCapsule(await capsuleOf(walk));
    const times = Array.from({ length: 33 }, (_, i) => i * 50);
    const forwards = times.map((t) => capsule!.at(t));
    const backwards = times.toReversed().map((t) => capsule!.at(t));
    expect(backwards.toReversed()).toEqual(forwards);
  });

  it("[SE2] gives nobody the pose of who had their slot before", async () => {
    const bytes = await capsuleOf([
      {
        first: 0,
        keys: [[0, 0, 9, 9, 9, 0]],
        events: [
          { t: 0, type: "present", person: ann },
          { t: 100, type: "leave", id: "ann", reason: "left" },
          { t: 6000, type: "join", person: person("cat", 0) },
        ],
        moves: [[7000, 0, 5, 5, 5, 0]],
      },
    ]);
    expect((await at(bytes, 6500)).people.get("cat")?.pose).toBeUndefined();
    expect((await at(bytes, 7000)).people.get("cat")?.pose).toEqual(steps(5, 5, 5, 0));
  });

  it("[SE2] can be read up to its last whole chunk wherever it was cut, and says so where it has no end", async () => {
    const bytes = await capsuleOf(walk);
    const lengths = [wholeLength(await capsuleOf([])), wholeLength(await capsuleOf(walk.slice(0, 1))), bytes.length];
    for (let cut = 0; cut <= bytes.length; cut++) {
      const part = bytes.slice(0, cut);
      const whole = lengths.findLast((length) => length <= cut) ?? 0;
      expect(wholeLength(part)).toBe(whole);
      const { capsule, problem } = await readCapsule(part);
      expect(capsule === undefined).toBe(whole === 0);
      expect(problem === undefined).toBe(cut === bytes.length);
    }
  });

  it("[SE2] says what is wrong with any other file, and never fails", async () => {
    expect((await readCapsule(new TextEncoder().encode("RIFF of a song"))).problem).toBe("This file is not a capsule.");
    const bytes = await capsuleOf(walk);
    const anyFile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
        const spoilt = Uint8Array.from(bytes);
        for (const [i, byte] of changes) spoilt[i] = byte;
        return spoilt;
      }),
    );
    await fc.assert(
      fc.asyncProperty(anyFile, async (file) => {
        const { capsule, problem } = await readCapsule(Uint8Array.from(file));
        if (!capsule) return void expect(problem).toMatch(/\.$/);
        for (const t of [-1, 0, 1075, 1e9]) capsule.at(t);
      }),
    );
  });

  it("[SE2] reads any chunk's content without failing but by an error, and any poses as they were written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (content) => {
        const { capsule } = await readCapsule(await capsuleOf([]));
        try {
          capsule!.add({ first: 0, last: 10 }, Uint8Array.from(content));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        capsule!.at(5);
      }),
    );
    const step = fc.nat(65_535);
    const move = fc.tuple(fc.nat(maxSlots - 1), step, step, step, fc.nat(255));
    const ticks = fc.array(fc.uniqueArray(move, { selector: ([slot]) => slot, maxLength: 5 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(ticks, async (all) => {
        const moves = all.flatMap((tick, i) => tick.sort(([a], [b]) => a - b).map((each): Move => [i * 50, ...each]));
        const slots = new Set(moves.map(([, slot]) => slot));
        const events = [...slots].map((slot) => ({ t: 0, type: "present", person: person(`p${slot}`, slot) }) as const);
        const { capsule } = await readCapsule(await capsuleOf([{ first: 0, events, moves }]));
        for (const [t, slot, x, y, z, direction] of moves) {
          expect(capsule!.at(t).people.find(({ id }) => id === `p${slot}`)?.pose).toEqual(steps(x, y, z, direction));
        }
      }),
    );
  });
});
