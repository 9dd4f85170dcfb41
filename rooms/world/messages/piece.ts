/** A piece's own messages, `piece:*`: passed on to the others in this world as they are. */
import { HereaboutsError } from "../../../schema/errors.ts";
import { limits } from "../../../schema/messages.ts";
import { mustBeSeen } from "../../seat.ts";
import type { WorldHost } from "./host.ts";

export function handlePiece(room: WorldHost): void {
  room.gate.handleCustom("piece:", (client, type, data) => {
    mustBeSeen(client.userData!);
    const size = Buffer.byteLength(JSON.stringify(data ?? null));
    if (size > limits.pieceBytes) {
      throw new HereaboutsError("TOO_LARGE", `"${type}" has ${size} bytes; the limit is ${limits.pieceBytes}.`);
    }
    const from = client.userData!.identity.person;
    room.announce("piece", { from, type, data: data ?? null }, client);
  });
}
