/** What the server alone decides of puck: who plays which way, and who scores. */
import { describe, expect, it } from "vitest";
import { middle, puckGame, table } from "../schema/puck.ts";
import type { PieceWorld } from "./index.ts";
import puck from "./puck.ts";

function open() {
  const state = puck.state.parse({}) as { right: number; left: number };
  const players = new Map<string, typeof puckGame.player>();
  const things = structuredClone(puckGame.things);
  const world = { state, game: { players, things } } as unknown as PieceWorld<never>;
  return {
    state,
    players,
    things,
    tick: () => puck.onTick?.(world, 33),
    come: (id: string) => players.set(id, { ...puckGame.player }),
  };
}

describe("[WO7] the rules of puck", () => {
  it("have people play each way in equal numbers, from their own half", () => {
    const { players, come, tick } = open();
    for (const id of ["ada", "bob", "cleo"]) {
      come(id);
      tick();
    }
    players.delete("ada");
    come("dan");
    tick();
    expect([...players.values()].map(({ way }) => way)).toEqual([-1, 1, 1]);
    for (const { x, way } of players.values()) expect(Math.sign(middle.x - x)).toBe(way);
  });

  it("count a goal once, and put the puck back", () => {
    const { state, things, tick } = open();
    Object.assign(things.puck, { x: table.width + 30, vx: 300 });
    for (let i = 0; i < 3; i++) tick();
    expect(state).toEqual({ right: 1, left: 0 });
    expect(things.puck).toEqual({ ...middle, vx: 0, vy: 0 });
    things.puck.x = -30;
    tick();
    expect(state).toEqual({ right: 1, left: 1 });
  });
});
