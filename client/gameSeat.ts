/**
 * One's seat in a game, for as long as a connection: Colyseus's `Predict` applies one's inputs at once, and again to what the
 * server says. Knows no world.
 *
 * Colyseus tells which input a state has in it by the WebSocket, and the state itself by datagrams, which overtake each
 * other. Here both come in one datagram (`ack`), so that what is corrected is what the server has, whatever was lost. And
 * each input is sent whole, where the SDK leaves out what is as it was: those that said so may be lost.
 */
import type { Schema } from "@colyseus/schema";
import { type InputHandle, Predict, type Room } from "colyseus.js";
import {
  type AnyGame,
  applyDrift,
  applyInput,
  type Body,
  type GameState,
  type PlayerState,
  tame,
} from "../schema/game.ts";

/** Each input is sent so many times, with those after it. */
const historySize = 5;
const smoothMs = 90;

export type ReadInput = (me: never) => Readonly<Partial<Body>>;

/** What is drawn of bodies, and glides where it is corrected. */
const shown = ["x", "y", "z"];
const keyOf = (body: string, field: string) => `${body}.${field}`;

/** One's own body is `me`. */
export type Bodies = Record<string, Body>;

/** What belongs to one connection and one seat of the game; `own` is undefined for who watches. */
export class GameSeat {
  readonly room: Room;
  readonly own: PlayerState | undefined;
  readonly #game: AnyGame;
  readonly #state: GameState;
  readonly #predict: Predict;
  readonly #input: InputHandle<Body> | undefined;
  readonly #bodies: Bodies = {};
  /** What was drawn before it was corrected. */
  #before: Readonly<Record<string, number>> = {};
  corrections: Readonly<Record<string, number>> = {};
  #valueOf: (body: string, field: string) => number;

  constructor(game: AnyGame, room: Room<unknown, GameState>, own: PlayerState | undefined, snap: number) {
    this.#game = game;
    this.room = room as unknown as Room;
    this.own = own;
    this.#state = room.state;
    this.#predict = Predict.get(room);
    this.#adopt();
    this.#valueOf = (name, field) => this.#predict.value(this.#state.things[name]!, field as never);
    if (own) this.#input = this.#play(own, snap);
    else this.#watch();
  }

  body(name: string): Body {
    const body = { ...this.#bodies[name] };
    for (const field of shown) if (field in body) body[field] = this.#valueOf(name, field);
    return body;
  }

  frame(now: number, read: ReadInput): void {
    const due = this.#predict.tick(now);
    if (!this.#input) this.#adopt();
    else for (let i = 0; i < due; i++) this.#send(this.#input, read(this.#bodies["me"] as never));
  }

  close(): void {
    this.#predict.dispose();
  }

  /** What the server has. */
  #adopt(): void {
    const { player, things } = this.#game;
    if (this.own) this.#bodies["me"] = copyOf(this.own, player, this.#bodies["me"]);
    for (const [name, initial] of Object.entries(things)) {
      this.#bodies[name] = copyOf(this.#state.things[name]!, initial, this.#bodies[name]);
    }
  }

  #play(own: PlayerState, snap: number): InputHandle<Body> {
    const game = this.#game;
    const input = this.room.input<Body>({ mode: "unreliable", historySize });
    const simulation = this.#predict.sim({
      input: acknowledgedBy(input, () => own.ack),
      world: this.#bodies,
      step: ({ dt }, { me, ...things }, command) => {
        applyInput(game, me!, command as Body, things, dt);
        applyDrift(game, things, dt);
      },
      adopt: () => {
        this.#before = poseOf(this.#bodies);
        this.#adopt();
      },
      onReconcile: () => this.#measure(),
      pose: (bodies) => poseOf(bodies as Bodies),
      smoothMs,
      snap,
    });
    this.#valueOf = (body, field) => simulation.value(keyOf(body, field));
    return input;
  }

  #measure(): void {
    const pose = Object.entries(poseOf(this.#bodies));
    this.corrections = Object.fromEntries(pose.map(([key, value]) => [key, value - (this.#before[key] ?? value)]));
  }

  #watch(): void {
    for (const [name, initial] of Object.entries(this.#game.things)) {
      const fields = shown.filter((field) => field in initial);
      this.#predict.attach(this.#state.things[name]!, { mode: "damped", fields: fields as never[] });
    }
  }

  #send(input: InputHandle<Body>, wanted: Readonly<Partial<Body>>): void {
    const command = Object.fromEntries(Object.keys(this.#game.input).map((field) => [field, wanted[field] ?? 0]));
    tame(this.#game, command);
    for (const [field, value] of Object.entries(command)) {
      input.data[field] = Math.fround(value);
      (input.data as unknown as Schema).setDirty(field as never);
    }
    input.send();
  }
}

/** `input`, of which so many have arrived as came with the state. */
function acknowledgedBy<I extends object>(input: InputHandle<I>, ackOf: () => number): InputHandle<I> {
  return new Proxy(input, {
    get(target, key) {
      if (key !== "lastProcessed") return Reflect.get(target, key) as unknown;
      const ack = ackOf();
      return ack <= target.sentCount ? ack : 0; // that of the connection before
    },
  });
}

function copyOf(state: Body, fields: object, into: Body = {}): Body {
  for (const field of Object.keys(fields)) into[field] = state[field]!;
  return into;
}

function poseOf(bodies: Bodies): Record<string, number> {
  const pose: Record<string, number> = {};
  for (const [name, body] of Object.entries(bodies)) {
    for (const field of shown) if (field in body) pose[keyOf(name, field)] = body[field]!;
  }
  return pose;
}
