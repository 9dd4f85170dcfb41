/** A world that moves to another process takes nothing more that would be lost. */
import { expect, it } from "vitest";
import type { SeatData } from "../seat.ts";
import type { RoomServices } from "../services.ts";
import { worldRoomWith } from "./WorldRoom.ts";

it("[WO1] takes props and what is said until it is kept to go on elsewhere, and says that it does not from then on", async () => {
  const services = {
    bans: { checkSay() {}, watch: () => () => {} },
    cluster: { own: () => undefined },
  } as unknown as RoomServices;
  const room = new (worldRoomWith(services, async () => ""))();
  const seat = { identity: { person: "ada" }, invisible: false } as SeatData;
  room.mayShow(seat);
  room.mayBeHeard(seat);
  const kept = (room as unknown as { keep(): Promise<void> }).keep();
  const unavailable = expect.objectContaining({ code: "UNAVAILABLE" });
  expect(() => room.mayShow(seat)).toThrow(unavailable);
  expect(() => room.mayBeHeard(seat)).toThrow(unavailable);
  await kept;
});
