/** Changing what was said: one's own lines, or any for moderators; and hearts. */
import { chatMessages } from "../../../schema/chat.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Line } from "../../../services/chatlog/chatlog.ts";
import { isModerator, type SeatClient } from "../../seat.ts";
import type { ChatHost } from "./host.ts";

export function handleChanges(room: ChatHost): void {
  const { log, filter } = room.services.chats;

  const lineFor = async (client: SeatClient, seq: number): Promise<Line> => {
    room.moderation.checkJoin(client.userData!.identity.person);
    const line = found(await log.line(room.instance, seq), seq);
    if (line.author.id === client.userData!.identity.person || isModerator(client)) return line;
    throw new HereaboutsError("FORBIDDEN", "This is someone else's line.");
  };

  room.gate.handle("edit", chatMessages.edit, async (client, { seq, text }) => {
    await lineFor(client, seq);
    const { person } = client.userData!.identity;
    room.services.bans.checkSay(room.key, person);
    room.moderation.checkMute(person);
    if (room.moderation.isShadowed(person)) return;
    const { text: shown, original } = filter(room.instance, text);
    room.show(found(await log.edit(room.instance, seq, shown, original, person), seq));
  });

  room.gate.handle("delete", chatMessages.delete, async (client, { seq, reason = "" }) => {
    await lineFor(client, seq);
    room.show(found(await log.delete(room.instance, seq, client.userData!.identity.person, reason), seq));
  });

  room.gate.handle("heart", chatMessages.heart, async (client, { seq, on }) => {
    room.moderation.checkJoin(client.userData!.identity.person);
    const line = found(await log.heart(room.instance, seq, client.userData!.identity.person, on), seq);
    room.show(line);
    return { hearts: line.hearts.length, hearted: on };
  });
}

/** Throws LINE_GONE. */
function found<T>(line: T | undefined, seq: number): T {
  if (line === undefined) throw new HereaboutsError("LINE_GONE", `Line ${seq}.`);
  return line;
}
