/**
 * `hereabouts/predict`: a piece's game as its page plays it. One's own body moves at once, by the rules that the server has
 * too, and is corrected softly where the server knows better: Colyseus's `Predict` does that, with inputs that travel as
 * datagrams. Others are drawn as in any world: `person.x`.
 */
import type { Room } from "colyseus.js";
import type { AnyGame, Body, GameState, InputOf, PlayerOf, ThingsOf } from "../schema/game.ts";
import type { PieceFace } from "../schema/piece.ts";
import { type Bodies, GameSeat, type ReadInput } from "./gameSeat.ts";
import type { World } from "./types.ts";

export { defineGame } from "../schema/game.ts";

/** What a page may choose as it plays a game. */
export interface PredictOptions {
  /** Corrections longer than this, in units, are shown at once: something was put elsewhere. 200 if left out. */
  snap?: number;
}

/** A game as its page plays it: as `predict` gives it. */
export interface PredictedGame<G extends AnyGame> {
  /** Whether one plays: not as a spectator, nor while all seats are taken. */
  readonly isPlaying: boolean;
  /** One's own body for this instant; undefined for who does not play. Read it when you draw, do not keep it. */
  readonly me: Readonly<PlayerOf<G>> | undefined;
  /** Bodies that are nobody's, for this instant. Empty until the game has begun. */
  readonly things: Readonly<ThingsOf<G>>;
  /** Those who play, by person, as the server told last: for what does not move, such as a colour or a score. */
  readonly players: ReadonlyMap<string, Readonly<PlayerOf<G>>>;
  /**
   * By how much the server's last word moved what is drawn: `me.x`, `puck.y`. Zeros where the page had it right. Another
   * object for each.
   */
  readonly corrections: Readonly<Record<string, number>>;
  /**
   * To be called once before each drawing, with the time of the frame in ms: sends the inputs that are due. `read` says what
   * each is, and is given one's own body as it is just then.
   */
  frame(now: number, read: (me: Readonly<PlayerOf<G>>) => Partial<InputOf<G>>): void;
  /** Sends no more inputs. One stays in the world. */
  close(): void;
}

/**
 * Plays the game of a piece's world, over reconnections, too.
 *
 * @param game The same object that the piece has: `definePiece({ game })`.
 * @example
 * ```ts
 * import { connect } from "hereabouts/client";
 * import { predict } from "hereabouts/predict";
 *
 * const here = await connect("http://localhost:2567");
 * const game = predict(await here.world("puck"), puckGame);
 * requestAnimationFrame(function frame(now) {
 *   game.frame(now, () => ({ x: 1, y: 0 }));
 *   if (game.me) draw(game.me.x, game.me.y);
 *   requestAnimationFrame(frame);
 * });
 * ```
 */
export function predict<G extends AnyGame, F extends PieceFace>(
  world: World<F>,
  game: G,
  { snap = 200 }: PredictOptions = {},
): PredictedGame<G> {
  return new Prediction(world as unknown as World, game, snap) as unknown as PredictedGame<G>;
}

const none = {};

class Prediction {
  readonly #world: World;
  readonly #game: AnyGame;
  readonly #snap: number;
  #seat: GameSeat | undefined;
  #isClosed = false;

  constructor(world: World, game: AnyGame, snap: number) {
    this.#world = world;
    this.#game = game;
    this.#snap = snap;
  }

  get isPlaying(): boolean {
    return this.#seat?.own !== undefined;
  }
  get me(): Body | undefined {
    return this.#seat?.own && this.#seat.body("me");
  }
  get things(): Bodies {
    const names = this.#state ? Object.keys(this.#game.things) : [];
    return Object.fromEntries(names.map((name) => [name, this.#seat?.body(name) ?? this.#state!.things[name]!]));
  }
  get players(): ReadonlyMap<string, Body> {
    const taken = [...(this.#state?.players ?? [])].filter(({ person }) => person !== "");
    return new Map(taken.map((player) => [player.person, player]));
  }
  get corrections(): Readonly<Record<string, number>> {
    return this.#seat?.corrections ?? none;
  }

  frame(now: number, read: ReadInput): void {
    if (!this.#isClosed) this.#sit();
    this.#seat?.frame(now, read);
  }

  close(): void {
    this.#isClosed = true;
    this.#seat?.close();
    this.#seat = undefined;
  }

  /** Undefined until it has come. */
  get #state(): GameState | undefined {
    const state = this.#world.room.state as GameState | undefined;
    return state?.players ? state : undefined;
  }

  /** Begins anew with each connection, and where one is given another seat or none. */
  #sit(): void {
    const { room, me, role } = this.#world;
    const state = this.#state;
    if (!state) return;
    const own = role === "player" && me ? state.players.find(({ person }) => person === me.id) : undefined;
    if (this.#seat?.room === (room as Room) && this.#seat.own === own) return;
    this.#seat?.close();
    this.#seat = new GameSeat(this.#game, room as unknown as Room<unknown, GameState>, own, this.#snap);
  }
}
