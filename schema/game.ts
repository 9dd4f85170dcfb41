/**
 * Games: rules that a server and its pages compute alike, so that a page need not wait for the server to show what one does
 * (docs/guides/write-a-piece.md). Here is what a game is, how its bodies travel, and how one input is applied to them.
 *
 * After each step every number is rounded to a float32, as it travels: what the page computed is then what the server has.
 */
import { type ArraySchema, type Schema, schema, t } from "@colyseus/schema";
import { WorldState } from "./world.ts";

export type Body = Record<string, number>;

/** A game of any input, players and things. */
export interface AnyGame {
  /** What one can do in a step: fields with the least and the most they can be. What is left out or no number is 0. */
  readonly input: Readonly<Record<string, readonly [least: number, most: number]>>;
  /** The body of each player: its fields, as they begin. */
  readonly player: Readonly<Body>;
  /** Bodies that are nobody's. */
  readonly things: Readonly<Record<string, Readonly<Body>>>;
  /** How many play at once; more watch until someone leaves. */
  readonly seats: number;
  /** What one input does, in `seconds`. Depends on nothing but what it is given, and changes `player` and `things` in place. */
  step(player: never, input: never, things: never, seconds: number): void;
  /** What things do by themselves, after the steps of the players. */
  drift?(things: never, seconds: number): void;
}

export interface Game<I extends string, P extends Body, T extends Record<string, Body>> extends AnyGame {
  readonly input: Readonly<Record<I, readonly [least: number, most: number]>>;
  readonly player: P;
  readonly things: T;
  step(player: P, input: Readonly<Record<I, number>>, things: T, seconds: number): void;
  drift?(things: T, seconds: number): void;
}

export type InputOf<G extends AnyGame> = Record<keyof G["input"], number>;
export type PlayerOf<G extends AnyGame> = { -readonly [K in keyof G["player"]]: number };
export type ThingsOf<G extends AnyGame> = {
  -readonly [N in keyof G["things"]]: { -readonly [K in keyof G["things"][N]]: number };
};

const defaultSeats = 16;

/**
 * Says what a game is, with types inferred. The same object is given to the server (`definePiece`) and to the page.
 *
 * @example
 * ```ts
 * import { defineGame } from "hereabouts/predict";
 *
 * export const sled = defineGame({
 *   input: { push: [0, 1] },
 *   player: { x: 0, y: 0, speed: 0 },
 *   things: {},
 *   step(player, { push }, _things, seconds) {
 *     player.speed += (push * 400 - player.speed) * seconds;
 *     player.x += player.speed * seconds;
 *   },
 * });
 * ```
 */
export function defineGame<I extends string, P extends Body, T extends Record<string, Body>>(
  game: Omit<Game<I, P, T>, "seats"> & { seats?: number },
): Game<I, P, T> {
  return { seats: defaultSeats, ...game };
}

/** How a game's bodies travel. Each seat has a place of its own, whoever is on it: a datagram never finds one missing. */
export type GameState = WorldState & {
  readonly players: ArraySchema<PlayerState>;
  readonly things: Schema & Readonly<Record<string, BodyState>>;
};
export type BodyState = Schema & Body;
/** `person`: whose it is, empty for nobody's. `ack`: number of the last input that is in it. */
export type PlayerState = Schema & { person: string; ack: number } & Body;

const numbersOf = (body: object) =>
  Object.fromEntries(Object.keys(body).map((field) => [field, t.float32().unreliable()]));

type Classes = { State: new () => GameState; Player: new () => PlayerState };
const classes = new WeakMap<AnyGame, Classes>();

function classesOf(game: AnyGame): Classes {
  const known = classes.get(game);
  if (known) return known;
  const Player = schema({ person: t.string(), ack: t.uint32().unreliable(), ...numbersOf(game.player) }, "Player");
  const things = Object.entries(game.things).map(
    ([name, body]) => [name, t.ref(schema(numbersOf(body), "Thing"))] as const,
  );
  const Things = schema(Object.fromEntries(things), "Things");
  const State = WorldState.extend({ players: t.array(Player), things: t.ref(Things) }, "GameWorld");
  const made = { State, Player } as unknown as Classes;
  classes.set(game, made);
  return made;
}

/** The state of a world with this game in it: nobody plays, and each body is as it begins. */
export function newGameState(game: AnyGame): GameState {
  const { State, Player } = classesOf(game);
  const state = new State();
  for (let seat = 0; seat < game.seats; seat++) {
    state.players.push(Object.assign(new Player(), { person: "", ack: 0, ...game.player }));
  }
  for (const [name, body] of Object.entries(game.things)) Object.assign(state.things[name]!, body);
  return state;
}

/** Bytes of a step in which everyone plays, at most: it travels whole. */
export function sizeOfStep({ player, things, seats }: AnyGame): number {
  const head = 3;
  const reference = 4;
  const field = 5;
  const sizeOf = (body: object) => reference + field * Object.keys(body).length;
  const rest = Object.values(things).reduce((sum, body) => sum + sizeOf(body), 0);
  return head + seats * (field + sizeOf(player)) + rest;
}

/** The class of a game's inputs. */
export function inputStateOf({ input }: AnyGame): new () => Schema & Body {
  const fields = Object.fromEntries(Object.keys(input).map((field) => [field, t.float32()]));
  return schema(fields, "Input") as unknown as new () => Schema & Body;
}

/** Brings an input within what it can be, in place. Whoever sends nonsense does nothing. */
export function tame({ input }: AnyGame, given: Body): void {
  for (const [field, [least, most]] of Object.entries(input)) {
    const value = given[field]!;
    given[field] = Math.min(most, Math.max(least, Number.isFinite(value) ? value : 0));
  }
}

/** One step of one player. */
export function applyInput(
  game: AnyGame,
  player: Body,
  input: Body,
  things: Record<string, Body>,
  seconds: number,
): void {
  game.step(player as never, input as never, things as never, seconds);
  round(player);
  for (const thing of Object.values(things)) round(thing);
}

/** What things do by themselves in one step. */
export function applyDrift(game: AnyGame, things: Record<string, Body>, seconds: number): void {
  game.drift?.(things as never, seconds);
  for (const thing of Object.values(things)) round(thing);
}

function round(body: Body): void {
  for (const field of Object.keys(body)) body[field] = Math.fround(body[field]!);
}
