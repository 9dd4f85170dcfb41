/** A room that sends each client a frame at a steady rate, by the way that worlds send theirs. A frame holds when it was sent. */
import { type AuthContext, ClientState, Protocol } from "@colyseus/core";
import { BaseRoom } from "../../rooms/BaseRoom.ts";
import { backlogOf, frameMargin } from "../../rooms/colyseus.ts";
import { authenticate } from "../../rooms/join.ts";
import { DatagramPlugin } from "../../rooms/plugins/datagram.ts";
import { newSession } from "../../rooms/plugins/lifecycle.ts";
import { PresencePlugin, type PresentRoom } from "../../rooms/plugins/presence.ts";
import type { SeatClient } from "../../rooms/seat.ts";
import type { RoomServices } from "../../rooms/services.ts";
import { movementType } from "../../schema/frames.ts";
import { joinShape } from "../../schema/messages.ts";
import type { Identity } from "../../services/identity/person.ts";
import { now } from "../lib/clock.ts";
import { Pacer } from "../lib/pacer.ts";

/** Once `people` have joined, each is sent frames of `bytes`, `rate` times a second. */
export type PosesOptions = { people: number; rate: number; bytes: number };

abstract class PosesRoom extends BaseRoom implements PresentRoom {
  readonly exclusiveSeats = false;
  abstract readonly poses: PosesOptions;
  readonly #people: SeatClient[] = [];
  #pacer: Pacer | undefined;

  override onCreate(options: unknown): void {
    super.onCreate(options);
    this.open({ ...newSession("world", "all", this.services.now()), key: "poses:all" });
    this.datagrams = new DatagramPlugin(this);
    this.seats = new PresencePlugin(this);
    this.#pacer = new Pacer(this.poses.people, this.poses.rate, (n) => this.#sendTo(this.#people[n]!));
  }

  override onJoin(client: SeatClient, options: unknown): void {
    this.seat(client, joinShape.parse(options), client.auth as Identity);
    this.seats.join(client);
    if (this.#people.push(client) === this.poses.people) this.#pacer?.start();
  }

  override onDispose(): void {
    super.onDispose();
    this.#pacer?.stop();
  }

  onRoster(): void {}

  #sendTo(client: SeatClient): void {
    if (client.state !== ClientState.JOINED) return;
    const way = this.datagrams!.wayTo(client);
    if (!way.isOnDatagrams() && backlogOf(client) > this.services.config.backlogFrameBytes) return;
    const frame = Buffer.alloc(frameMargin + this.poses.bytes);
    frame[frameMargin] = Protocol.ROOM_DATA_BYTES;
    frame[frameMargin + 1] = movementType;
    frame.writeDoubleLE(now(), frameMargin + 2);
    way.send(frame);
  }
}

export function posesRoomWith(services: RoomServices, poses: PosesOptions): new () => PosesRoom {
  return class extends PosesRoom {
    override readonly services = services;
    override readonly poses = poses;

    static override async onAuth(token: string, options: unknown, context: AuthContext) {
      return authenticate(services, token ?? context.token, options, joinShape, () => {});
    }
  };
}
