/**
 * What people ask of the server side of a piece: answered with what its handler returns. The muted and the invisible may
 * ask what only reads.
 */
import { HereaboutsError } from "../../../schema/errors.ts";
import { limits, worldMessages } from "../../../schema/messages.ts";
import type { WorldHost } from "./host.ts";

export function handleAsk(room: WorldHost): void {
  room.gate.handle("piece.ask", worldMessages["piece.ask"], ({ userData }, { type, data }) => {
    if (!room.runner.reads(type)) room.mayBeHeard(userData!);
    const size = Buffer.byteLength(JSON.stringify(data));
    if (size > limits.askBytes) {
      throw new HereaboutsError("TOO_LARGE", `"${type}" has ${size} bytes; the limit is ${limits.askBytes}.`);
    }
    return room.runner.ask(userData!.identity.person, type, data);
  });
}
