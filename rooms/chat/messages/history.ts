/** What was said before the last lines, a page at a time. */
import { chatLimits, chatMessages } from "../../../schema/chat.ts";
import { toHistory } from "../lines.ts";
import type { ChatHost } from "./host.ts";

export function handleHistory(room: ChatHost): void {
  room.gate.handle("history", chatMessages.history, async ({ userData }, { before, limit = chatLimits.page }) => {
    const options = before === undefined ? { limit } : { limit, before };
    const lines = await room.services.chats.log.read(room.instance, options);
    return { lines: lines.map((line) => toHistory(line, userData!.identity.person)) };
  });
}
