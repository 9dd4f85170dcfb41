/** What moderators may do: mute, shadow mute, ban, lift these, slow mode, and reading what was done. */
import { chatMessages } from "../../../schema/chat.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import { describeRestriction } from "../../../services/bans/bans.ts";
import { isModerator, type SeatClient } from "../../seat.ts";
import type { ChatHost } from "./host.ts";

export function handleModeration(room: ChatHost): void {
  const { moderation, gate, services } = room;

  /** Throws FORBIDDEN. */
  const moderatorOf = (client: SeatClient): string => {
    if (!isModerator(client)) throw new HereaboutsError("FORBIDDEN", "Moderators only.");
    return client.userData!.identity.person;
  };

  for (const kind of ["mute", "shadow", "ban"] as const) {
    gate.handle(kind, chatMessages[kind], async (client, { person, seconds, reason }) => {
      await moderation.restrict(kind, person, { seconds }, reason, moderatorOf(client));
      const ban = kind === "ban" ? moderation.held(kind, person) : undefined;
      if (!ban) return;
      for (const other of [...room.clients]) {
        if (other.userData?.identity.person === person) room.end(other, "BANNED", describeRestriction(ban));
      }
    });
  }

  gate.handle("lift", chatMessages.lift, (client, { person, kind, reason }) =>
    moderation.lift(kind, person, reason, moderatorOf(client)),
  );

  gate.handle("slow", chatMessages.slow, async (client, { seconds, reason }) => {
    await moderation.slow(seconds, reason, moderatorOf(client));
    room.state.slowSeconds = seconds;
  });

  gate.handle("invisible", chatMessages.invisible, (client) => {
    moderatorOf(client);
    const people = services.presence.invisible(room.key);
    return { people: people.map(({ person: id, handle, name, kind, guest }) => ({ id, handle, name, kind, guest })) };
  });

  gate.handle("notes", chatMessages.notes, async (client, { limit = 100 }) => {
    moderatorOf(client);
    return { notes: await services.chats.log.notes(room.instance, limit) };
  });
}
