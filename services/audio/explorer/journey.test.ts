/** Journeys and their links: what goes in comes out, what is not a link is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directions } from "../../../schema/directions.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import { currentId, goBack, goOn, goTo, type Journey, startJourney } from "./journey.ts";
import { fromLink, keepKnown, toLink } from "./link.ts";

const anyId = fc.stringMatching(/^[0-9a-f]{16}$/);
const anyJourney: fc.Arbitrary<Journey> = fc
  .record({
    seed: fc.nat(0xffffffff),
    first: anyId,
    moves: fc.array(fc.tuple(anyId, fc.constantFrom(...directions), fc.nat(9)), { maxLength: 90 }),
  })
  .map(({ seed, first, moves }) =>
    moves.reduce(
      (journey, [id, direction, back]) => (back === 0 ? goBack(journey) : goOn(journey, id, direction)),
      startJourney(seed, first),
    ),
  );

describe("a journey", () => {
  const [a, b, c] = ["a", "b", "c"].map((sign) => sign.repeat(16)) as [string, string, string];

  it("[AU8] is gone back in, and what lay ahead is forgotten when it goes on", () => {
    const there = goOn(goOn(startJourney(1, a), b, "faster"), c, "calmer");
    const back = goBack(there);
    expect(currentId(back)).toBe(b);
    expect(back.steps).toEqual(there.steps);
    expect(currentId(goTo(back, 2))).toBe(c);
    const elsewhere = goOn(back, a, "similar");
    expect(elsewhere.steps.map(({ id }) => id)).toEqual([a, b, a]);
    expect(elsewhere.heard).toEqual([a, b, c, b, a]);
    expect(goBack(goBack(goBack(goBack(there))))).toMatchObject({ at: 0 });
    expect(goTo(there, 99)).toBe(there);
  });

  it("[AU8] is bounded however long it goes on", () => {
    let journey = startJourney(1, a);
    for (let i = 0; i < 2000; i++) journey = goOn(journey, b, "similar");
    expect(journey.steps).toHaveLength(500);
    expect(journey.heard).toHaveLength(200);
    expect(toLink(journey).length).toBeLessThan(800);
  });
});

describe("a journey's link", () => {
  it("[AU8] gives back the journey: its last 64 steps, or those from its position on", () => {
    fc.assert(
      fc.property(anyJourney, (journey) => {
        const link = toLink(journey);
        expect(link).toMatch(/^[\w-]+$/);
        const read = fromLink(link);
        expect(read.seed).toBe(journey.seed);
        expect(currentId(read)).toBe(currentId(journey));
        const from = Math.max(0, Math.min(journey.at, journey.steps.length - 64));
        expect(read.steps).toEqual(journey.steps.slice(from, from + 64));
        expect(toLink(read)).toBe(link);
      }),
    );
  });

  it("[AU8] is refused with BAD_JOURNEY when anything in it changed", () => {
    fc.assert(
      fc.property(anyJourney, fc.nat(), fc.constantFrom(..."Aaz09_-"), (journey, where, sign) => {
        const link = toLink(journey);
        const at = where % link.length;
        const changed = link.slice(0, at) + sign + link.slice(at + 1);
        if (changed !== link) expect(codeOf(() => fromLink(changed))).toBe("BAD_JOURNEY");
        expect(codeOf(() => fromLink(link.slice(0, -1)))).toBe("BAD_JOURNEY");
      }),
    );
  });

  it("[AU8] is refused with BAD_JOURNEY for any other text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(codeOf(() => fromLink(text))).toBe("BAD_JOURNEY");
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        expect(codeOf(() => fromLink(Buffer.from(bytes).toString("base64url")))).toBe("BAD_JOURNEY");
      }),
    );
  });

  it("[AU8] can be opened where some of its music is missing", () => {
    const ids = ["1", "2", "3", "4"].map((sign) => sign.repeat(16));
    const journey = goBack(ids.slice(1).reduce((on, id) => goOn(on, id, "faster"), startJourney(1, ids[0]!)));
    const known = keepKnown(journey, (id) => id !== ids[2])!;
    expect(known.steps.map(({ id }) => id)).toEqual([ids[0], ids[1], ids[3]]);
    expect(currentId(known)).toBe(ids[1]);
    expect(keepKnown(journey, () => false)).toBeUndefined();
  });
});

function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof HereaboutsError ? error.code : String(error);
  }
}
