/**
 * Cuts clients that stopped reading, before they cost memory: by the bytes that wait for them here, and by pings that they
 * leave unanswered. Either way the end is counted and logged as TOO_SLOW, though such a one seldom learns of it.
 */
import type { WebSocket } from "ws";
import { backlogOf, ping, terminate } from "./colyseus.ts";
import { Pings } from "./pings.ts";
import type { SeatClient } from "./seat.ts";
import type { RoomServices } from "./services.ts";

/** How long a client whose backlog is too long has to read that, and why. */
const terminateAfterMs = 1000;

export class Readers {
  readonly #services: Pick<RoomServices, "config">;
  /** By connection: one that is back begins anew. */
  readonly #pings = new WeakMap<WebSocket, Pings>();

  constructor(services: Pick<RoomServices, "config">) {
    this.#services = services;
  }

  /** Call it every `lookMs` of pings.ts. `onSlow` tells and closes, `onSilent` is told before the connection is ended. */
  look(
    clients: Iterable<SeatClient>,
    on: { slow(client: SeatClient): void; silent(client: SeatClient): void },
    now: number,
  ): void {
    for (const client of [...clients]) {
      if (backlogOf(client) > this.#services.config.backlogCloseBytes) {
        if (!client.userData?.ended) on.slow(client);
        setTimeout(() => terminate(client), terminateAfterMs).unref();
      } else if (client.userData && !client.userData.ended) this.#ping(client, on.silent, now);
    }
  }

  #ping(client: SeatClient, onSilent: (client: SeatClient) => void, now: number): void {
    const socket = client.ref as WebSocket;
    if (socket.readyState !== socket.OPEN) return;
    const due = this.#pingsOf(socket).look(now);
    if (due === "ping") ping(client);
    if (due !== "silent") return;
    onSilent(client);
    terminate(client);
  }

  #pingsOf(socket: WebSocket): Pings {
    const known = this.#pings.get(socket);
    if (known) return known;
    const pings = new Pings(this.#services.config.pongMs);
    this.#pings.set(socket, pings);
    socket.on("pong", () => pings.answered());
    return pings;
  }
}
