/** Going along with someone: what a client asks of a room of which it sees the roster, and is told there from then on. */
import { type Followed, type SeatAnnouncements, seatMessages } from "../../schema/messages.ts";
import type { Gate } from "../gate.ts";
import type { SeatClient } from "../seat.ts";
import type { RoomServices } from "../services.ts";

interface FollowedRoom {
  readonly gate: Gate;
  readonly services: Pick<RoomServices, "presence">;
  clientOfSeat(seat: string): SeatClient | undefined;
}

export function handleFollow(room: FollowedRoom): void {
  const { presence } = room.services;
  room.gate.handle("follow", seatMessages.follow, async ({ userData }, whom) => {
    const { seat } = userData!;
    let latest: Followed;
    latest = presence.follow(seat, whom, (followed) => {
      latest = followed;
      room.clientOfSeat(seat)?.send("followed", followed satisfies SeatAnnouncements["followed"]);
    });
    // the worlds that they go to may be at home in other processes, which are to know by then that they may
    await presence.settled();
    return latest;
  });
  room.gate.handle("unfollow", seatMessages.unfollow, ({ userData }, { id }) => presence.unfollow(userData!.seat, id));
}
