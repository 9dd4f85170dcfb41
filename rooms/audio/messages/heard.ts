/** What someone hears now: one who is far behind what is on air is brought forward. */
import { audioMessages } from "../../../schema/audio.ts";
import type { AudioHost } from "./host.ts";

export function handleHeard({ gate, session }: AudioHost): void {
  gate.handle("heard", audioMessages.heard, (_, { listener, frame }) => session.heard(listener, frame));
}
