/** A game without a room: seats, inputs, what is sent, and rules that misbehave. */
import { Encoder } from "@colyseus/schema";
import { beforeEach, describe, expect, it } from "vitest";
import { applyInput, type Body, defineGame, newGameState } from "../../../schema/game.ts";
import { GameInWorld } from "./game.ts";

const slide = defineGame({
  input: { by: [-1, 1] },
  player: { x: 0 },
  things: { ball: { x: 5 } },
  seats: 2,
  step(player, { by }, { ball }, seconds) {
    if (by === -0.5) throw new Error("a bug");
    player.x += by === 0.25 ? Number.NaN : by * 10 * seconds;
    ball.x += by === 0.25 ? 7 : 0;
  },
  drift({ ball }, seconds) {
    ball.x += ball.x > 100 ? Number.NaN : seconds;
  },
});
const second = 0.1;

let inputs: Map<string, { waiting: Body[]; taken: number }>;
let errors: string[];
let state: ReturnType<typeof newGameState>;
let game: GameInWorld;
beforeEach(() => {
  inputs = new Map();
  errors = [];
  state = newGameState(slide);
  game = new GameInWorld(slide, state, {
    inputsOf(person) {
      const own = inputs.get(person);
      if (!own) return undefined;
      const next = () => {
        own.taken++;
        return own.waiting.shift();
      };
      return { size: own.waiting.length, next, lastTaken: () => own.taken };
    },
    onError: (error, doing) => errors.push(`${doing}: ${(error as Error).message}`),
  });
});
const send = (person: string, ...values: number[]) => {
  const own = inputs.get(person) ?? { waiting: [], taken: 0 };
  inputs.set(person, own);
  own.waiting.push(...values.map((by) => ({ by })));
};
const run = (steps = 1) => {
  for (let i = 0; i < steps; i++) game.step(second);
};
const shown = () => state.players.map(({ person, ack, x }) => [person, ack, x]);

describe("[WO7] a game in a world", () => {
  it("moves each by the own inputs, and says which are in it", () => {
    for (const person of ["ada", "bob"]) game.join(person);
    send("ada", 1, 1);
    send("bob", -1);
    run(2);
    game.publish();
    expect(shown()).toEqual([
      ["ada", 2, 2],
      ["bob", 1, -1],
    ]);
    expect(state.things["ball"]!["x"]).toBe(Math.fround(Math.fround(5.1) + 0.1));
  });

  it("has what a page computes from the same inputs, digit by digit", () => {
    game.join("ada");
    const [own, things] = [{ x: 0 }, { ball: { x: 5 } }];
    for (let i = 0; i < 50; i++) {
      const by = Math.fround(Math.sin(i));
      send("ada", by);
      run();
      applyInput(slide, own, { by }, things, second);
    }
    expect(game.players.get("ada")).toEqual(own);
  });

  it("gives its seats to those who come first, and the next ones in turn", () => {
    for (const person of ["ada", "bob", "cleo", "dan"]) game.join(person);
    send("ada", 1);
    run();
    game.leave("cleo");
    game.rename("dan", "dora");
    game.leave("ada");
    game.rename("bob", "ben");
    game.publish();
    expect(shown()).toEqual([
      ["dora", 0, 0],
      ["ben", 0, 0],
    ]);
    expect([...game.players.keys()].sort()).toEqual(["ben", "dora"]);
  });

  it("keeps the turn of those who sign in as they wait", () => {
    for (const person of ["ada", "bob", "cleo", "dan"]) game.join(person);
    game.rename("cleo", "cora");
    game.leave("ada");
    expect([...game.players.keys()].sort()).toEqual(["bob", "cora"]);
  });

  it("goes on where a step fails or leaves no number: it is as if it had not been, and is told", () => {
    game.join("ada");
    send("ada", 1, -0.5, 0.25, 1);
    run(4);
    game.things["ball"]!["x"] = 101;
    run();
    expect(errors).toEqual([
      "step: a bug",
      "step: it left a number that is not finite",
      "drift: it left a number that is not finite",
    ]);
    expect([game.players.get("ada"), game.things["ball"]]).toEqual([{ x: 2 }, { x: 101 }]);
  });

  it("sends what a piece set to no number as it began", () => {
    game.things["ball"]!["x"] = Number.NaN;
    game.publish();
    expect(state.things["ball"]!["x"]).toBe(5);
  });

  it("is sent whole after each step, until nothing has changed for a while", () => {
    const encoder = new Encoder(state);
    encoder.encodeAll();
    encoder.discardChanges();
    const sizes: number[] = [];
    game.join("ada");
    for (let i = 0; i < 200; i++) {
      game.things["ball"]!["x"] = 5;
      const isSent = game.publish();
      sizes.push(isSent ? encoder.encodeUnreliable({ offset: 0 }).length : 0);
      encoder.discardUnreliableChanges();
    }
    expect(new Set(sizes.slice(0, 60))).toEqual(new Set([sizes[0]]));
    expect([sizes[0]! > 15, sizes.at(-1)]).toEqual([true, 0]);
  });
});
