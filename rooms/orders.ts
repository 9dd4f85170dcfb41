/** What operators order in one room, carried out in its own process: seats ended, held ones included, and people sent on. */
import type { ErrorCode } from "../schema/errors.ts";
import type { SeatAnnouncements } from "../schema/messages.ts";
import type { Order } from "../schema/operations.ts";
import { describeRestriction } from "../services/bans/bans.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import type { SeatClient } from "./seat.ts";
import type { RoomServices } from "./services.ts";

export type RoomOrder = Omit<Order, "room">;

export interface OrderedRoom {
  readonly key: RoomKey;
  readonly services: RoomServices;
  readonly clients: Iterable<SeatClient>;
  clientOfSeat(seat: string): SeatClient | undefined;
  end(client: SeatClient, code: ErrorCode, details?: string): void;
}

/** Ends all seats of a person in a room, saying why: nothing is held for them. Returns how many. */
export function endSeats(room: OrderedRoom, person: string, code: "KICKED" | "BANNED", details: string): number {
  const { presence } = room.services;
  const { seats } = presence.grounds(room.key, person);
  for (const { key } of seats) {
    const client = room.clientOfSeat(key);
    if (!client) presence.apply({ type: "leave", seat: key, reason: "kicked" });
    else if (!client.userData?.ended) room.end(client, code, details);
  }
  return seats.length;
}

/** Ends the seats of those who may not be here any more. */
export function endBanned(room: OrderedRoom): void {
  for (const ban of room.services.bans.list()) {
    if (ban.kind !== "ban" || (ban.scope !== "all" && ban.scope !== room.key)) continue;
    if (room.services.presence.grounds(room.key, ban.person).seats.length === 0) continue;
    endSeats(room, ban.person, "BANNED", describeRestriction(ban));
  }
}

/** Tells each tab of a person in a world to go on to another. Returns how many were told. */
export function sendOn(room: OrderedRoom, { person, to = "", reason }: RoomOrder): number {
  const message: SeatAnnouncements["travel"] = { slug: to, reason };
  let told = 0;
  for (const client of room.clients) {
    if (client.userData?.identity.person !== person || client.userData.ended) continue;
    client.send("travel", message);
    told++;
  }
  return told;
}
