/**
 * Pieces with a server side: one file each, found by its name. A slug without a file is a world all the same, and so is one
 * whose file cannot be used: it goes on without its server side, and says why.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import type { AnyGame } from "../schema/game.ts";
import { type Bounds, defaultBounds } from "../schema/geometry.ts";
import type { PieceFace } from "../schema/piece.ts";
import { bad, checkDefinition } from "./lib/check.ts";
import type { Handlers, PieceBehaviour, PieceRules, Shapes, State } from "./lib/types.ts";

export { HereaboutsError } from "../schema/errors.ts";
export type { FaceOf } from "../schema/piece.ts";
export type { PieceGame, PiecePerson, PieceProps, PieceWorld } from "./lib/types.ts";

type Optional = "tickHz" | "step" | "start";

/** A piece as a world runs it: each rule has a value, the types of its state and messages are known at runtime only. */
export interface Piece<F extends PieceFace = PieceFace>
  extends Required<Omit<PieceRules, Optional | "bounds">>,
    Pick<PieceRules, Optional>,
    Required<Pick<PieceBehaviour<State, Shapes, Handlers<object, Shapes>>, "state" | "messages" | "on" | "reads">>,
    Pick<PieceBehaviour<State, Shapes, never>, "game" | "onStart" | "onJoin" | "onLeave" | "onRename" | "onTick"> {
  bounds: Bounds;
  /** Its types; never there. */
  readonly face?: F | undefined;
}

type NoState = z.ZodObject<Record<never, never>>;
type Nothing = ReturnType<() => void>;
/** What arrives of an answer: nothing is null. */
type Answer<R> = [R] extends [Nothing] ? null : Awaited<R>;
type Face<S extends State, M extends Shapes, H> = {
  state: z.output<S>;
  messages: {
    [K in keyof M]: {
      takes: z.input<M[K]>;
      answers: K extends keyof H ? (H[K] extends (...args: never) => infer R ? Answer<R> : null) : null;
    };
  };
};

/**
 * Says what the server does in the world of a slug: `export default` it from `pieces/<slug>.ts`. The types of what it shows
 * and answers go to the piece's page by `FaceOf`.
 *
 * @example
 * ```ts
 * // pieces/dice.ts
 * import { z } from "zod";
 * import { definePiece, type FaceOf } from "./index.ts";
 *
 * const dice = definePiece({
 *   slug: "dice",
 *   state: z.object({ last: z.int().default(0) }),
 *   messages: { roll: z.strictObject({ sides: z.int().min(2).max(100) }) },
 *   on: { roll: (world, _person, { sides }) => (world.state.last = 1 + Math.floor(Math.random() * sides)) },
 * });
 *
 * export default dice;
 * export type Dice = FaceOf<typeof dice>;
 * ```
 * @throws HereaboutsError BAD_PIECE, naming the field that is wrong.
 */
export function definePiece<
  S extends State = NoState,
  M extends Shapes = Record<never, never>,
  G extends AnyGame = AnyGame,
  H extends Handlers<z.output<S>, M, G> = Handlers<z.output<S>, M, G>,
>(definition: PieceRules & PieceBehaviour<S, M, H, G>): Piece<Face<S, M, H>> {
  checkDefinition(definition);
  return {
    bounds: defaultBounds,
    maxSpeed: Number.POSITIVE_INFINITY,
    manyTabs: false,
    savesPoses: true,
    savesProps: false,
    savesState: false,
    guardsProps: false,
    state: z.object({}),
    messages: {},
    on: {},
    reads: [],
    ...definition,
  } as unknown as Piece<Face<S, M, H>>;
}

const loadMs = 5000;
const folder = new URL("./", import.meta.url);

/** The piece of a slug: its file in this folder, or the rules that hold for any world, with why the file was not used. */
export async function loadPiece(slug: string, from: URL = folder): Promise<{ piece: Piece; problem?: unknown }> {
  const file = new URL(`${slug}.ts`, from);
  if (slug === "index" || !existsSync(file)) return { piece: definePiece({ slug }) };
  try {
    return { piece: await within(loadMs, load(slug, file)) };
  } catch (problem) {
    return { piece: definePiece({ slug }), problem };
  }
}

async function load(slug: string, file: URL): Promise<Piece> {
  const { default: piece } = (await import(file.href)) as { default?: Piece };
  if (typeof piece !== "object" || piece?.slug === undefined || piece.bounds === undefined) {
    throw bad("export default", "must be what definePiece gives");
  }
  if (piece.slug !== slug) throw bad("slug", `is "${piece.slug}", but the file is pieces/${slug}.ts; rename one`);
  return piece;
}

/** A file that waits for something at its top would hold up everyone who joins. */
async function within<T>(ms: number, loading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(bad("import", `was not done within ${ms} ms; await nothing at the top of the file`)),
      ms,
    );
  });
  return Promise.race([loading, late]).finally(() => clearTimeout(timer));
}
