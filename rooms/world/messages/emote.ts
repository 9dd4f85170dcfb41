/** An emote that floats up from one's head, for everyone in the world. */
import { worldMessages } from "../../../schema/messages.ts";
import type { WorldHost } from "./host.ts";

export function handleEmote(room: WorldHost): void {
  room.gate.handle("emote", worldMessages.emote, ({ userData }, { emote }) => {
    room.mayBeHeard(userData!);
    room.announce("emote", { from: userData!.identity.person, emote, at: Date.now() });
  });
}
