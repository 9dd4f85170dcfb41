/**
 * Puck: a table, a puck and two goals. The rules of movement are shared with the page (schema/puck.ts); here is what the
 * server alone decides: where people begin, which way they play, and who scores.
 */
import { z } from "zod";
import { middle, puckGame, scorerOf, table } from "../schema/puck.ts";
import { definePiece, type FaceOf, type PieceGame } from "./index.ts";

const margin = 64;
const spacing = 90;

/** Puts who has just come on the side with fewer players, beside those who are there. */
function place({ players }: PieceGame<typeof puckGame>): void {
  for (const body of players.values()) {
    if (body.way !== 0) continue;
    const others = [...players.values()];
    const toRight = others.filter(({ way }) => way > 0).length;
    const toLeft = others.filter(({ way }) => way < 0).length;
    body.way = toRight <= toLeft ? 1 : -1;
    body.x = body.way > 0 ? table.width * 0.2 : table.width * 0.8;
    body.y = middle.y + ((Math.min(toRight, toLeft) % 4) - 1.5) * spacing;
  }
}

const puck = definePiece({
  slug: "puck",
  bounds: { minX: -margin, minY: -margin, minZ: 0, maxX: table.width + margin, maxY: table.height + margin, maxZ: 0 },
  tickHz: 30,
  savesPoses: false,
  savesState: true,
  game: puckGame,
  /** Goals of those who play to the right, and to the left. */
  state: z.object({ right: z.int().default(0), left: z.int().default(0) }),
  onTick({ game, state }) {
    place(game);
    const scorer = scorerOf(game.things.puck);
    if (!scorer) return;
    state[scorer]++;
    Object.assign(game.things.puck, { ...middle, vx: 0, vy: 0 });
  },
});

export default puck;
export type Puck = FaceOf<typeof puck>;
