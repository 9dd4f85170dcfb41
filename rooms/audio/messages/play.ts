/** Playing a track of the library next. Answered with what will be heard, and from which frame on. */
import { audioMessages } from "../../../schema/audio.ts";
import { command } from "../../../services/sessions/commands.ts";
import type { AudioHost } from "./host.ts";

export function handlePlay({ gate, session, services }: AudioHost): void {
  gate.handle("play", audioMessages.play, ({ userData }, message) =>
    command("play", session, message, services.config, userData!.identity),
  );
}
