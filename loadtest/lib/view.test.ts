/** What a client has seen: ages, staleness and what never comes twice. */
import { describe, expect, it } from "vitest";
import { Board } from "./board.ts";
import { percentiles } from "./histogram.ts";
import { addTally, createTally } from "./tally.ts";
import { type Bench, View } from "./view.ts";
import { stepsPerRound, Walk } from "./walk.ts";

/** Three movers, the first of whom watches; all have taken `steps` steps, 50 ms apart, the first at 1,000 ms. */
function setUp(steps: number) {
  const walk = new Walk(3, 500, 1);
  const board = new Board(3);
  for (let step = 0; step < steps; step++) for (const mover of [0, 1, 2]) board.advance(mover, walk, 1000 + step * 50);
  const bench: Bench = { board, walk, tally: createTally() };
  const view = new View(bench, 0);
  view.tolerance = 0.05;
  const frame = (at: number, poses: readonly (readonly [mover: number, step: number])[]) => {
    view.begin(at);
    for (const [mover, step] of poses) view.see(mover, walk.x(mover, step), walk.y(mover, step));
    view.end();
  };
  return { bench, view, frame, walk, board };
}

describe("[LT1] a view", () => {
  it("takes the age of a pose from the step it shows", () => {
    const { bench, frame } = setUp(5);
    frame(1230, [
      [1, 4],
      [2, 3],
    ]);
    expect(bench.tally.age.max).toBeCloseTo(80, 6);
    expect(percentiles(bench.tally.age)).toMatchObject({ count: 2, p50: expect.closeTo(30, 0) });
    expect(bench.tally).toMatchObject({ frames: 1, poses: 2, fewestPoses: 2, offPath: 0, ownPoses: 0 });
  });

  it("counts how old what it knows has become, in the frame or not", () => {
    const { bench, frame } = setUp(5);
    frame(1230, [
      [1, 4],
      [2, 3],
    ]);
    frame(1280, [[1, 4]]);
    expect(bench.tally.known.total).toBe(4);
    expect(bench.tally.known.max).toBeCloseTo(130, 6);
  });

  it("counts movers it was never told of, and its own pose and made-up ones apart", () => {
    const { bench, view, frame } = setUp(5);
    frame(1230, [
      [0, 4],
      [1, 4],
    ]);
    view.begin(1231);
    view.see(2, 0.123, 0.456);
    view.end();
    expect(bench.tally).toMatchObject({ ownPoses: 1, offPath: 1, unseen: 2, poses: 1, fewestPoses: 0 });
  });

  it("takes what it knows of one who rests to be as they are, until they walk on", () => {
    const { bench, frame, board } = setUp(5);
    board.rest(1);
    frame(2000, [[1, 4]]);
    frame(9000, []);
    expect(bench.tally.known.max).toBe(0);
    board.wake(1, 9000);
    frame(9080, []);
    expect(bench.tally.known.max).toBe(80);
  });

  it("is as old as it is where one rests at a step that it was never told", () => {
    const { bench, frame, board } = setUp(5);
    board.rest(1);
    frame(2000, [[1, 3]]);
    expect(bench.tally.known.max).toBeCloseTo(850, 6);
  });

  it("[LT2] finds a pose older than one it knows, also over the end of a round", () => {
    const { bench, frame } = setUp(stepsPerRound + 2);
    frame(30_000, [[1, stepsPerRound - 1]]);
    frame(30_050, [[1, 1]]);
    expect(bench.tally.backward).toBe(0);
    frame(30_100, [[1, 0]]);
    expect(bench.tally.backward).toBe(1);
  });

  it("[LT2] takes what came out of turn where it is news, and is not told off by what is not", () => {
    const { bench, view, walk } = setUp(6);
    const frame = (step: number, isInTurn: boolean) => {
      view.begin(1300, isInTurn);
      view.see(1, walk.x(1, step), walk.y(1, step));
      view.end();
    };
    frame(3, true);
    frame(2, false);
    expect([bench.tally.backward, bench.tally.poses, view.stale()]).toEqual([0, 1, 2]);
    frame(5, false);
    expect([bench.tally.backward, bench.tally.poses, view.stale()]).toEqual([0, 2, 1]);
  });

  it("[LT2] is stale until it knows the last step of everyone else", () => {
    const { view, frame } = setUp(5);
    expect(view.stale()).toBe(2);
    frame(1230, [
      [1, 4],
      [2, 3],
    ]);
    expect(view.stale()).toBe(1);
    frame(1280, [[2, 4]]);
    expect(view.stale()).toBe(0);
  });
});

it("[LT1] tallies of threads add up, the fewest and the largest apart", () => {
  const [a, b] = [createTally(), createTally()];
  Object.assign(a, { frames: 2, fewestPoses: 7, largestFrame: 100, refused: { TOO_FAST: 1 } });
  Object.assign(b, { frames: 3, fewestPoses: 5, largestFrame: 90, refused: { TOO_FAST: 2, BAD_FRAME: 1 } });
  addTally(a, b);
  expect(a).toMatchObject({ frames: 5, fewestPoses: 5, largestFrame: 100, refused: { TOO_FAST: 3, BAD_FRAME: 1 } });
});
