/** Making a session that goes on from here by itself. Answered with its id, wherever it lives. */
import { type AudioForked, audioMessages } from "../../../schema/audio.ts";
import { Elsewhere } from "../../../services/sessions/homes.ts";
import type { AudioHost } from "./host.ts";

export function handleFork({ gate, session, services }: AudioHost): void {
  gate.handle("fork", audioMessages.fork, async ({ userData }, { name }): Promise<AudioForked> => {
    const { person } = userData!.identity;
    try {
      const made = await services.sessions.fork(session.id, name, { person, countsFor: person });
      return { sessionId: made.session.id, status: made.outcome };
    } catch (error) {
      if (!(error instanceof Elsewhere) || error.id === "") throw error;
      return { sessionId: error.id, status: "joined" };
    }
  });
}
