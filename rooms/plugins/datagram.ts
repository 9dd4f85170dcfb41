/**
 * Datagrams for any room: each client may have a channel beside its WebSocket, signalled through it and bound to its seat,
 * so that a datagram is as authenticated as the room. What Colyseus sends unreliably goes there while the channel is
 * proven, else over the WebSocket, where it is dropped rather than queued.
 */
import type { Client } from "@colyseus/core";
import type { ChannelStats } from "../../schema/channel.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { seatMessages } from "../../schema/messages.ts";
import type { DatagramSeat } from "../../services/datagram/datagrams.ts";
import { backlogOf, frameMargin, sendFrame, sendUnreliablyBy } from "../colyseus.ts";
import type { Gate } from "../gate.ts";
import type { SeatClient } from "../seat.ts";
import type { RoomServices } from "../services.ts";

/** To one client: as datagrams while there is a proven channel, else over the WebSocket. */
export interface Way {
  isOnDatagrams(): boolean;
  /**
   * By what it went: "kept" is by the WebSocket, and the frame's memory must stay as it is. `onLost` is called if that was a
   * datagram that turns out not to have arrived.
   */
  send(frame: Buffer, onLost?: () => void): "datagram" | "websocket" | "kept";
}

export class DatagramPlugin {
  readonly #services: RoomServices;
  readonly #gate: Gate;
  readonly #seats = new Map<Client, DatagramSeat>();

  constructor({ services, gate }: { services: RoomServices; gate: Gate }) {
    this.#services = services;
    this.#gate = gate;
    gate.handle("offer", seatMessages.offer, async (client, { offer }) => {
      const retryAfterMs = client.userData!.budget.takeOffer(performance.now());
      if (retryAfterMs > 0) throw new HereaboutsError("TOO_FAST", "", { retryAfterMs });
      return { answer: await this.#seats.get(client)?.offer(offer) };
    });
  }

  /** Gives a client that has joined, or is back, its end of a channel. */
  join(client: SeatClient): void {
    const seat = this.#services.datagrams.seat({
      payload: (frame) => this.#gate.receiveUnreliable(client, frame),
      lost: (reason) => client.send("channel", { lost: reason }),
    });
    this.#seats.set(client, seat);
    sendUnreliablyBy(client, (frame) => {
      if (seat.send(frame) || backlogOf(client) > this.#services.config.backlogFrameBytes) return;
      client.raw(Buffer.from(frame)); // a copy: it is the encoder's own memory
    });
  }

  /** Its connection is lost, or it left. */
  leave(client: Client): void {
    this.#seats.get(client)?.close();
    this.#seats.delete(client);
  }

  /** How many of this room's clients are sent what by which way. */
  get carriers(): Record<"datagram" | "websocket", number> {
    const carriers = { datagram: 0, websocket: 0 };
    for (const { carrier } of this.#seats.values()) carriers[carrier]++;
    return carriers;
  }

  /** The same, for the monitor. */
  get mix(): string {
    const { datagram, websocket } = this.carriers;
    return `udp ${datagram} / ws ${websocket}`;
  }

  /** How to send frames to a client that has joined. They are the bytes behind a margin of `frameMargin`. */
  wayTo(client: SeatClient): Way {
    const seat = this.#seats.get(client);
    if (!seat) throw new Error("A client is sent frames before it was given its end of a channel.");
    const isOnDatagrams = () => seat.carrier === "datagram";
    return {
      isOnDatagrams,
      send(frame, onLost) {
        if (isOnDatagrams() && seat.send(frame.subarray(frameMargin), onLost)) return "datagram";
        return sendFrame(client, frame) ? "websocket" : "kept";
      },
    };
  }

  /** Undefined for who has no channel in this room. */
  statsOf(client: Client): ChannelStats | undefined {
    return this.#seats.get(client)?.stats();
  }
}
