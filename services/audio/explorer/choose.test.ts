/** What each direction promises, over libraries and journeys that nobody thought of. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Direction, directions } from "../../../schema/directions.ts";
import { type Choice, choose, chooseStart } from "./choose.ts";
import { currentId, goBack, goOn, type Journey, startJourney } from "./journey.ts";
import { buildSpace, type Point } from "./space.ts";
import { madeUpPoints } from "./testing/points.ts";

const anyDirection = fc.constantFrom(...directions);
const anyLibrary = fc.record({ count: fc.integer({ min: 1, max: 60 }), seed: fc.nat() });
const anyWalk = fc.array(anyDirection, { maxLength: 40 });

/** A library, a journey through it, and each choice with what it was made from. */
function travel(count: number, seed: number, walk: readonly Direction[]) {
  const points = madeUpPoints(count, seed);
  const space = buildSpace(points);
  const byId = new Map(points.map((point) => [point.id, point]));
  let journey = startJourney(seed, chooseStart(space, seed)!);
  const choices: { before: Journey; direction: Direction; choice: Choice }[] = [];
  for (const direction of walk) {
    const choice = choose(space, journey, direction)!;
    choices.push({ before: journey, direction, choice });
    journey = goOn(journey, choice.id, direction);
  }
  return { points, space, byId, choices, journey };
}

const measures: [Direction, Direction, (point: Point) => number][] = [
  ["faster", "slower", ({ sound }) => sound.features.tempoBpm],
  ["brighter", "darker", ({ sound }) => sound.features.brightnessHz],
  ["more_energy", "calmer", ({ sound }) => sound.features.energy],
];

describe("directions", () => {
  for (const [up, down, measure] of measures) {
    it(`[AU8] ${up} and ${down} never go the other way while anything lies ahead`, () => {
      fc.assert(
        fc.property(anyLibrary, anyWalk, ({ count, seed }, walk) => {
          const { points, byId, choices } = travel(count, seed, walk);
          for (const { before, direction, choice } of choices) {
            if (direction !== up && direction !== down) continue;
            const sign = direction === up ? 1 : -1;
            const here = measure(byId.get(currentId(before))!);
            const isAhead = (point: Point) => (measure(point) - here) * sign > 0;
            expect(choice.followed).toBe(points.some(isAhead));
            expect(isAhead(byId.get(choice.id)!)).toBe(choice.followed);
          }
        }),
      );
    });
  }

  it("[AU8] never play a track twice in a row, nor one of late while a new one fits", () => {
    fc.assert(
      fc.property(anyLibrary, anyWalk, ({ count, seed }, walk) => {
        fc.pre(count > 1);
        for (const { before, direction, choice } of travel(count, seed, walk).choices) {
          expect(choice.id).not.toBe(currentId(before));
          if (direction !== "similar" && direction !== "surprise") continue;
          const late = before.heard.slice(-Math.min(50, Math.floor(count / 2)));
          expect(late).not.toContain(choice.id);
        }
      }),
    );
  });

  it("[AU8] make the same choice again, and others with another seed", () => {
    const { space } = travel(300, 5, []);
    const play = (seed: number) => {
      let journey = startJourney(seed, space.ids[0]!);
      for (let i = 0; i < 20; i++) {
        const direction = directions[i % directions.length]!;
        journey = goOn(journey, choose(space, journey, direction)!.id, direction);
      }
      return journey.heard;
    };
    expect(play(1)).toEqual(play(1));
    expect(play(1)).not.toEqual(play(2));
  });

  it("[AU8] similar is nearer than most, surprise further than the average", () => {
    const { space } = travel(500, 7, []);
    const apart = (a: string, b: string) => {
      const [i, j] = [space.indices.get(a)!, space.indices.get(b)!];
      const width = space.points.length / space.size;
      return Array.from(
        { length: width },
        (_, d) => (space.points[i * width + d]! - space.points[j * width + d]!) ** 2,
      ).reduce((sum, value) => sum + value, 0);
    };
    for (let seed = 0; seed < 50; seed++) {
      const start = startJourney(seed, chooseStart(space, seed)!);
      const here = currentId(start);
      const all = space.ids
        .filter((id) => id !== here)
        .map((id) => apart(here, id))
        .sort((a, b) => a - b);
      expect(apart(here, choose(space, start, "similar")!.id)).toBeLessThan(all[25]!);
      const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
      expect(apart(here, choose(space, start, "surprise")!.id)).toBeGreaterThan(0.999 * mean);
    }
  });

  it("[AU8] demote artists heard lately: a long way on, no artist fills the journey", () => {
    const points = madeUpPoints(200, 3).map((point, i) => ({
      ...point,
      tags: { artist: i % 2 ? "Everywhere" : `Rare ${i}` },
    }));
    const space = buildSpace(points);
    let journey = startJourney(3, points[1]!.id);
    for (let i = 0; i < 40; i++) journey = goOn(journey, choose(space, journey, "similar")!.id, "similar");
    const common = journey.heard.filter((id) => points[space.indices.get(id)!]!.tags.artist === "Everywhere");
    expect(common.length).toBeLessThan(13);
  });

  it("[AU8] work in a library of none and of one, and from a track that is gone", () => {
    const one = madeUpPoints(1, 1);
    const only = one[0]!.id;
    expect(chooseStart(buildSpace([]), 1)).toBeUndefined();
    expect(choose(buildSpace([]), startJourney(1, only), "faster")).toBeUndefined();
    for (const direction of directions)
      expect(choose(buildSpace(one), startJourney(1, only), direction)?.id).toBe(only);
    expect(choose(buildSpace(one), startJourney(1, "ffffffffffffffff"), "calmer")).toEqual({
      id: only,
      followed: false,
    });
  });

  it("[AU8] going on after going back is not bound to lead to the same track", () => {
    const { space } = travel(100, 9, []);
    const start = startJourney(1, space.ids[0]!);
    const first = choose(space, start, "similar")!.id;
    const back = goBack(goOn(start, first, "similar"));
    expect(currentId(back)).toBe(space.ids[0]);
    expect(choose(space, back, "similar")!.id).not.toBe(first);
  });
});
