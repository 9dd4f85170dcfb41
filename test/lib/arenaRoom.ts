/** A room of one's own with datagrams, as small as it can be: people push themselves along a line by Colyseus's own inputs. */
import type { AuthContext } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { BaseRoom } from "../../rooms/BaseRoom.ts";
import { authenticate } from "../../rooms/join.ts";
import { DatagramPlugin } from "../../rooms/plugins/datagram.ts";
import { newSession } from "../../rooms/plugins/lifecycle.ts";
import { PresencePlugin, type PresentRoom } from "../../rooms/plugins/presence.ts";
import type { SeatClient } from "../../rooms/seat.ts";
import type { RoomServices } from "../../rooms/services.ts";
import { joinShape } from "../../schema/messages.ts";
import type { Identity } from "../../services/identity/person.ts";

const Push = schema({ by: t.int8() }, "Push");
const Runner = schema({ name: t.string(), x: t.int16().unreliable() }, "Runner");
const ArenaState = schema({ runners: t.map(Runner) }, "ArenaState");
export type ArenaState = InstanceType<typeof ArenaState>;

/** Inputs that the rooms took, over all of them. */
export const taken = { inputs: 0 };

abstract class ArenaRoom extends BaseRoom<ArenaState, InstanceType<typeof Push>> implements PresentRoom {
  override state: ArenaState = new ArenaState();
  override inputs = this.defineInput(Push, { bufferMaxSize: 64 });
  readonly exclusiveSeats = false;

  override onCreate(options: unknown): void {
    super.onCreate(options);
    this.open({ ...newSession("world", "test", this.services.now()), key: "arena:test" });
    this.datagrams = new DatagramPlugin(this);
    this.seats = new PresencePlugin(this);
    this.setTimestep(() => this.#step(), 50);
    // as if it had been running for half an hour
    (this as unknown as { _serializer: { unreliableSeq: number } })._serializer.unreliableSeq = 40_000;
  }

  override onJoin(client: SeatClient, options: unknown): void {
    this.seat(client, joinShape.parse(options), client.auth as Identity);
    this.seats.join(client);
    const runner = new Runner();
    Object.assign(runner, { name: client.sessionId, x: 0 });
    this.state.runners.set(client.sessionId, runner);
  }

  override onLeave(client: SeatClient, code?: number): void {
    super.onLeave(client, code);
    this.state.runners.delete(client.sessionId);
  }

  onRoster(): void {}

  #step(): void {
    for (const [id, runner] of this.state.runners) {
      for (const { by } of this.inputs.get(id)) {
        runner.x += by;
        taken.inputs++;
      }
    }
  }
}

export function arenaRoomWith(services: RoomServices): new () => ArenaRoom {
  return class extends ArenaRoom {
    override readonly services = services;

    static override async onAuth(token: string, options: unknown, context: AuthContext) {
      return authenticate(services, token ?? context.token, options, joinShape, () => {});
    }
  };
}
