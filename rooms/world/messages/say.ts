/** A bubble over one's head, for everyone in the world. */
import { worldMessages } from "../../../schema/messages.ts";
import type { WorldHost } from "./host.ts";

export function handleSay(room: WorldHost): void {
  room.gate.handle("say", worldMessages.say, ({ userData }, { text }) => {
    room.mayBeHeard(userData!);
    room.announce("say", { from: userData!.identity.person, text, at: Date.now(), sayMs: room.services.config.sayMs });
  });
}
