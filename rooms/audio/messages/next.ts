/** Going on to the next track at once. Answered with what will be heard, and from which frame on. */
import { audioMessages } from "../../../schema/audio.ts";
import { command } from "../../../services/sessions/commands.ts";
import type { AudioHost } from "./host.ts";

export function handleNext({ gate, session, services }: AudioHost): void {
  gate.handle("next", audioMessages.next, ({ userData }, message) =>
    command("next", session, message, services.config, userData!.identity),
  );
}
