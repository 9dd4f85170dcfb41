/**
 * A piece's game in one world: who plays on which seat, and what their inputs and the rules make of the bodies. What is sent
 * of a step is whole, with the number of the input that is in it, so that no datagram depends on one before. Whatever the
 * rules do, the world goes on: a step that fails, or gives what is no number, is as if it had not been.
 */
import {
  type AnyGame,
  applyDrift,
  applyInput,
  type Body,
  type BodyState,
  type GameState,
  type PlayerState,
} from "../../../schema/game.ts";
import { Pace } from "./pace.ts";

/** The inputs of someone's tab that plays, the oldest first. */
export interface Inputs {
  readonly size: number;
  next(): Body | undefined;
  /** The number of the last one that `next` gave. */
  lastTaken(): number;
}

export interface GameHost {
  /** Undefined for whoever has no connection that plays just now. */
  inputsOf(person: string): Inputs | undefined;
  onError(error: unknown, doing: string): void;
}

/** For how long it is sent though nothing changes any more, for those who missed the last change. */
const quietSteps = 60;

type Seat = { person: string; readonly body: Body; readonly state: PlayerState; pace: Pace };

export class GameInWorld {
  /** The bodies of those who play, by person. */
  readonly players: Map<string, Body> = new Map();
  readonly things: Record<string, Body>;
  readonly #game: AnyGame;
  readonly #state: GameState;
  readonly #host: GameHost;
  readonly #seats: Seat[];
  #waiting = new Set<string>();
  #quiet = 0;

  constructor(game: AnyGame, state: GameState, host: GameHost) {
    this.#game = game;
    this.#state = state;
    this.#host = host;
    this.things = structuredClone(game.things);
    this.#seats = state.players.map((player) => {
      return { person: "", body: { ...game.player }, state: player, pace: new Pace() };
    });
  }

  join(person: string): void {
    if (this.players.has(person)) return;
    const seat = this.#seats.find((free) => free.person === "");
    if (!seat) {
      this.#waiting.add(person);
      return;
    }
    Object.assign(seat.body, this.#game.player);
    seat.pace = new Pace();
    seat.state.ack = 0;
    this.#give(seat, person);
  }

  /** Their seat is the next one's, who waited. */
  leave(person: string): void {
    this.#waiting.delete(person);
    const seat = this.#seatOf(person);
    if (!seat) return;
    this.#give(seat, "");
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.join(next);
  }

  rename(was: string, person: string): void {
    const seat = this.#seatOf(was);
    if (seat) this.#give(seat, person);
    else this.#waiting = new Set([...this.#waiting].map((one) => (one === was ? person : one)));
  }

  /** Applies what has come of inputs, and lets things go on by themselves. */
  step(seconds: number): void {
    for (const seat of this.#seats) if (seat.person !== "") this.#play(seat, seconds);
    this.#attempt("drift", Object.values(this.things), () => applyDrift(this.#game, this.things, seconds));
  }

  /** Puts into the state what has become of the bodies. Whether there is something to send. */
  publish(): boolean {
    let isChanged = false;
    for (const { person, state, body } of this.#seats) {
      if (person !== "" && write(state, body, this.#game.player)) isChanged = true;
    }
    for (const [name, body] of Object.entries(this.things)) {
      if (write(this.#state.things[name]!, body, this.#game.things[name]!)) isChanged = true;
    }
    this.#quiet = isChanged ? 0 : this.#quiet + 1;
    if (this.#quiet > quietSteps) return false;
    for (const { person, state, body } of this.#seats)
      if (person !== "") markWhole(state, ["ack", ...Object.keys(body)]);
    for (const [name, body] of Object.entries(this.things)) markWhole(this.#state.things[name]!, Object.keys(body));
    return true;
  }

  #play({ person, body, state, pace }: Seat, seconds: number): void {
    const inputs = this.#host.inputsOf(person);
    const { skip, take } = pace.next(inputs?.size ?? 0);
    if (!inputs) return;
    for (let i = 0; i < skip; i++) inputs.next();
    for (let i = 0; i < take; i++) {
      const input = inputs.next();
      if (!input) break;
      const touched = [body, ...Object.values(this.things)];
      this.#attempt("step", touched, () => applyInput(this.#game, body, input, this.things, seconds));
    }
    if (state.ack === inputs.lastTaken()) return;
    state.ack = inputs.lastTaken();
    this.#quiet = 0;
  }

  /** Does `work`, or nothing of it. */
  #attempt(doing: string, touched: readonly Body[], work: () => void): void {
    const before = touched.map((body) => ({ ...body }));
    try {
      work();
      if (touched.every(hasNumbers)) return;
      this.#host.onError(new TypeError("it left a number that is not finite"), doing);
    } catch (error) {
      this.#host.onError(error, doing);
    }
    for (const [i, body] of touched.entries()) Object.assign(body, before[i]);
  }

  #seatOf(person: string): Seat | undefined {
    return this.#seats.find((seat) => seat.person === person);
  }

  #give(seat: Seat, person: string): void {
    this.players.delete(seat.person);
    seat.person = person;
    seat.state.person = person;
    if (person !== "") this.players.set(person, seat.body);
    this.#quiet = 0;
  }
}

function hasNumbers(body: Body): boolean {
  return Object.values(body).every(Number.isFinite);
}

/** Whether that was different before. What a piece set to no number is as it began. */
function write(state: BodyState, body: Body, initial: Readonly<Body>): boolean {
  let isChanged = false;
  for (const [field, start] of Object.entries(initial)) {
    if (!Number.isFinite(body[field])) body[field] = start;
    body[field] = Math.fround(body[field]!);
    if (state[field] === body[field]) continue;
    state[field] = body[field];
    isChanged = true;
  }
  return isChanged;
}

/** Has all of it sent, also what is as it was: what came before may be lost. */
function markWhole(state: BodyState, fields: readonly string[]): void {
  for (const field of fields) state.setDirty(field as never);
}
