/** What the author of a server side types, checked by the compiler. */
import { z } from "zod";
import { defineGame } from "../schema/game.ts";
import { definePiece, type FaceOf, type PiecePerson } from "./index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

const bell = definePiece({
  slug: "bell",
  state: z.object({ rung: z.number().default(0), by: z.string().nullable().default(null) }),
  messages: { ring: z.strictObject({ times: z.int().default(1) }), hush: z.null(), count: z.null() },
  on: {
    ring(world, person, { times }) {
      holds<Equal<typeof times, number>>();
      holds<Equal<typeof person, PiecePerson>>();
      world.state.rung += times;
      // @ts-expect-error there is no such field
      world.state.rang = 1;
      return { rung: world.state.rung };
    },
    hush: () => {},
    count: async (world) => world.people.size,
  },
  onTick(world, dtMs) {
    holds<Equal<typeof world.state, { rung: number; by: string | null }>>();
    holds<Equal<typeof dtMs, number>>();
    // @ts-expect-error messages of a piece begin with piece:
    world.send("bell");
  },
});

type Bell = FaceOf<typeof bell>;
holds<Equal<Bell["state"], { rung: number; by: string | null }>>();
holds<Equal<Bell["messages"]["ring"], { takes: { times?: number | undefined }; answers: { rung: number } }>>();
holds<Equal<Bell["messages"]["hush"]["answers"], null>>();
holds<Equal<Bell["messages"]["count"]["answers"], number>>();

// @ts-expect-error a message needs its handler
definePiece({ slug: "mute", messages: { ring: z.null() }, on: {} });
// @ts-expect-error what only reads is a message, too
definePiece({ slug: "clock", messages: { time: z.null() }, on: { time: () => 0 }, reads: ["tide"] });
// @ts-expect-error there is no such hook
definePiece({ slug: "odd", onJion() {} });

const slide = defineGame({
  input: { by: [-1, 1] },
  player: { x: 0 },
  things: { ball: { x: 0, spin: 0 } },
  step(player, { by }, { ball }, seconds) {
    holds<Equal<typeof by, number>>();
    player.x += by * seconds;
    ball.spin += player.x;
    // @ts-expect-error there is no such field
    ball.y = 1;
  },
});
definePiece({
  slug: "slide",
  game: slide,
  state: z.object({ goals: z.int().default(0) }),
  onTick({ game, state }) {
    state.goals += game.things.ball.x > 10 ? 1 : 0;
    for (const { x } of game.players.values()) holds<Equal<typeof x, number>>();
    // @ts-expect-error there is no such thing
    game.things.bat;
  },
});
// @ts-expect-error a game needs its step
defineGame({ input: { by: [-1, 1] }, player: { x: 0 }, things: {} });
