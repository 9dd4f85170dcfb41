/** Going back in the journey. Answered with what will be heard, and from which frame on. */
import { audioMessages } from "../../../schema/audio.ts";
import { command } from "../../../services/sessions/commands.ts";
import type { AudioHost } from "./host.ts";

export function handleBack({ gate, session, services }: AudioHost): void {
  gate.handle("back", audioMessages.back, ({ userData }, message) =>
    command("back", session, message, services.config, userData!.identity),
  );
}
