/** Turning: where the journey goes from here. Answered with what will be heard, and from which frame on. */
import { audioMessages } from "../../../schema/audio.ts";
import { command } from "../../../services/sessions/commands.ts";
import type { AudioHost } from "./host.ts";

export function handleDirection({ gate, session, services }: AudioHost): void {
  gate.handle("direction", audioMessages.direction, ({ userData }, message) =>
    command("direction", session, message, services.config, userData!.identity),
  );
}
