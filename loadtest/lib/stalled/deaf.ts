/** A guest in a room who can stop reading, and who goes on sending what the crowd there sends. */
import { becomeGuest, connectionOf } from "../lightClient.ts";
import { Seat, unheard } from "../seat.ts";
import { createTally } from "../tally.ts";
import type { Staller } from "./crowd.ts";

/** `place` names the room beside the connection. `send`, if given, is called `hz` times a second. */
export async function enterDeaf(
  url: string,
  room: "world" | "chat",
  place: object,
  { hz, send }: { hz: number; send?: (seat: Seat) => void } = { hz: 1 },
): Promise<Staller> {
  const guest = await becomeGuest(url);
  const options = { ...place, connection: connectionOf(guest) };
  const seat = await Seat.take({ url, room, options, token: guest.token }, unheard, { tally: createTally() });
  const sending = send && setInterval(() => send(seat), 1000 / hz);
  return {
    stopReading: () => seat.stopReading(),
    drop() {
      clearInterval(sending);
      seat.drop();
    },
  };
}
