/**
 * A game in a world's room: inputs come through Colyseus's buffers, each from the tab that plays for its person, and bodies
 * that have an `x` and a `y` are where people are, for everything else that asks where they are.
 */
import type { Room } from "@colyseus/core";
import { HereaboutsError } from "../../../schema/errors.ts";
import type { AnyGame, Body, GameState } from "../../../schema/game.ts";
import { lastInputOf } from "../../colyseus.ts";
import { isOfFloats, type Ring } from "../../inputs.ts";
import type { SeatClient } from "../../seat.ts";
import type { RoomServices } from "../../services.ts";
import type { Movement } from "../movement.ts";
import { GameInWorld } from "./game.ts";

/** A number this far ahead is no client's own, and would have the next ones taken for old. */
const mostAhead = 10_000;

/** The room of a world that has a game. */
export interface PlayedRoom extends Pick<Room, "inputs" | "broadcastUnreliablePatch"> {
  readonly clients: readonly SeatClient[];
  readonly services: Pick<RoomServices, "presence">;
  readonly state: GameState;
  report(error: unknown, where: string): void;
}

export class Play {
  readonly game: GameInWorld;
  readonly #room: PlayedRoom;
  readonly #movement: Movement;
  readonly #fields: number;
  readonly #isPlaced: boolean;
  #playing = new Map<string, SeatClient>();

  constructor(rules: AnyGame, room: PlayedRoom, movement: Movement) {
    this.#room = room;
    this.#movement = movement;
    this.#fields = Object.keys(rules.input).length;
    this.#isPlaced = "x" in rules.player && "y" in rules.player;
    this.game = new GameInWorld(rules, room.state, {
      inputsOf: (person) => this.#inputsOf(person),
      onError: (error, doing) => room.report(new Error(`the piece failed in ${doing}`, { cause: error }), "piece"),
    });
  }

  /** Throws BAD_FRAME for what is no input of this game. */
  check(client: SeatClient, ring: Ring | undefined): void {
    if (!ring)
      throw new HereaboutsError("BAD_FRAME", 'Inputs of a game are sent by room.input({ mode: "unreliable" }).');
    if (ring.seq > lastInputOf(client) + mostAhead) throw new HereaboutsError("BAD_FRAME", "Its number is far ahead.");
    const isFit = ring.bodies.every((body) => isOfFloats(body, this.#fields));
    if (!isFit) throw new HereaboutsError("BAD_FRAME", "It has other fields than this game's input.");
  }

  step(seconds: number): void {
    this.#playing.clear();
    for (const client of this.#room.clients) {
      if (!client.userData) continue;
      const { seat, identity } = client.userData;
      const isPlayer = this.#room.services.presence.seat(seat)?.role === "player";
      if (isPlayer && this.game.players.has(identity.person)) this.#playing.set(identity.person, client);
      else this.#room.inputs!.get(client.sessionId).clear();
    }
    this.game.step(seconds);
  }

  /** Sends what has become of the bodies. */
  send(): void {
    if (this.#isPlaced) {
      for (const [person, body] of this.game.players) {
        const slot = this.#room.state.people.get(person)?.slot;
        if (slot !== undefined) this.#movement.put(slot, poseOf(body));
      }
    }
    if (this.game.publish()) this.#room.broadcastUnreliablePatch();
  }

  #inputsOf(person: string) {
    const client = this.#playing.get(person);
    if (!client) return undefined;
    const inputs = this.#room.inputs!.get(client.sessionId);
    return {
      get size() {
        return inputs.size;
      },
      next: () => inputs.next() as Body | undefined,
      lastTaken: () => lastInputOf(client),
    };
  }
}

function poseOf({ x = 0, y = 0, z = 0, angle = 0 }: Body) {
  return { x, y, z, angle };
}
