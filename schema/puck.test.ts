/** The rules of puck: whatever people do, bodies stay on the table, and a puck in a goal is a goal. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyDrift, applyInput, type Body, tame } from "./game.ts";
import { middle, playerRadius, puckGame, puckRadius, scorerOf, table } from "./puck.ts";

const second = 1 / 30;
const start = () => ({ player: { ...puckGame.player, x: 200 }, things: structuredClone(puckGame.things) });
type Table = ReturnType<typeof start>;

function run({ player, things }: Table, input: Body, steps: number): void {
  for (let i = 0; i < steps; i++) {
    applyInput(puckGame, player, input, things, second);
    applyDrift(puckGame, things, second);
  }
}

describe("[WO7] puck", () => {
  it("lets people glide: they gather speed, keep it for a while, and come to rest", () => {
    const here = start();
    run(here, { x: 0, y: -1 }, 12);
    const { vy } = here.player;
    run(here, { x: 0, y: 0 }, 3);
    expect(here.player.vy).toBeGreaterThan(vy);
    expect(here.player.vy).toBeLessThan(-50);
    run(here, { x: 0, y: 0 }, 120);
    expect(Math.abs(here.player.vy)).toBeLessThan(0.1);
  });

  it("is not faster across", () => {
    const [straight, across] = [start(), start()];
    run(straight, { x: 0, y: 1 }, 4);
    run(across, { x: -1, y: 1 }, 4);
    expect(Math.hypot(across.player.vx, across.player.vy)).toBeCloseTo(straight.player.vy, 2);
  });

  it("is a goal where the puck is pushed into one", () => {
    const here = start();
    here.player.y = middle.y;
    run(here, { x: 1, y: 0 }, 90);
    expect(scorerOf(here.things.puck)).toBe("right");
    expect(scorerOf(puckGame.things.puck)).toBeUndefined();
  });

  it("keeps all on the table, whatever is asked for", () => {
    const wild = fc.oneof(fc.double(), fc.double({ min: -1, max: 1, noNaN: true }));
    const inputs = fc.array(fc.record({ x: wild, y: wild }), { minLength: 1, maxLength: 60 });
    const property = fc.property(inputs, (given) => {
      const here = start();
      here.player.x = middle.x - 40;
      for (const input of given) {
        tame(puckGame, input);
        run(here, input, 3);
        const { player, things } = here;
        expect(Object.values({ ...player, ...things.puck }).every(Number.isFinite)).toBe(true);
        expect(player.x).toBeGreaterThanOrEqual(playerRadius);
        expect(player.x).toBeLessThanOrEqual(table.width - playerRadius);
        expect(things.puck.y).toBeGreaterThanOrEqual(puckRadius);
        expect(things.puck.y).toBeLessThanOrEqual(table.height - puckRadius);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("takes nonsense for nothing", () => {
    const input = { x: Number.NaN, y: 1e9 };
    tame(puckGame, input);
    expect(input).toEqual({ x: 0, y: 1 });
  });
});
