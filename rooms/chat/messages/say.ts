/** Saying something: answered when it is stored. */
import { chatMessages } from "../../../schema/chat.ts";
import { authorOf } from "../../../services/chats/chats.ts";
import { isModerator } from "../../seat.ts";
import type { ChatHost } from "./host.ts";

export function handleSay(room: ChatHost): void {
  room.gate.handle("say", chatMessages.say, async (client, { text, id, font = "" }) => {
    const { identity } = client.userData!;
    const said = { author: authorOf(identity), text, font, clientId: id, isUnslowed: isModerator(client) };
    const { line } = await room.services.chats.say(room.instance, said);
    room.people.touch(identity.person);
    room.typing.stop(identity.person);
    return { id: line.id, seq: line.seq, at: line.at, count: line.count };
  });
}
