/** A piece's own messages, `piece:*`: passed on to the others in this world as they are. What the piece says is its own. */
import { HereaboutsError } from "../../../schema/errors.ts";
import { limits } from "../../../schema/messages.ts";
import { saidByPiece } from "../../../schema/piece.ts";
import type { WorldHost } from "./host.ts";

export function handlePiece(room: WorldHost): void {
  room.gate.handleCustom("piece:", (client, type, data) => {
    room.mayBeHeard(client.userData!);
    if (type === saidByPiece) throw new HereaboutsError("FORBIDDEN", `Only the piece itself sends "${type}".`);
    const size = Buffer.byteLength(JSON.stringify(data ?? null));
    if (size > limits.pieceBytes) {
      throw new HereaboutsError("TOO_LARGE", `"${type}" has ${size} bytes; the limit is ${limits.pieceBytes}.`);
    }
    const from = client.userData!.identity.person;
    room.announce("piece", { from, type, data: data ?? null }, client);
  });
}
