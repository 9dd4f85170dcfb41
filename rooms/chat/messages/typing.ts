/** That someone is typing: shown for a few seconds. Those who may not be heard are not seen typing either. */
import { chatMessages } from "../../../schema/chat.ts";
import type { ChatHost } from "./host.ts";

export function handleTyping(room: ChatHost): void {
  room.gate.handle("typing", chatMessages.typing, ({ userData }) => {
    const { person, handle } = userData!.identity;
    const isMuted = room.moderation.isSilenced(person) || room.services.bans.holds("mute", room.key, person);
    if (userData!.invisible || isMuted) return;
    room.typing.note(person, handle, performance.now());
    room.people.touch(person);
  });
}
