/**
 * What operators ask and do beside the monitor: why someone is shown as they are (PR8), and taking out what they left (ID5).
 * Each thing done is written to the audit log.
 */
import type { Application } from "express";
import { z } from "zod";
import { HereaboutsError } from "../schema/errors.ts";
import type { Chats } from "../services/chats/chats.ts";
import type { Log } from "../services/ops/log.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import { explain } from "../services/presence/explain.ts";
import type { Presence } from "../services/presence/presence.ts";
import type { WorldSaves } from "../services/saves/saves.ts";
import { authenticate, type OperatorLogin, operatorsOnly, refuseCrossSite } from "./operators.ts";

export interface Operations {
  presence: Presence;
  chats: Chats;
  saves: WorldSaves;
  log: Log;
  now: () => number;
  /** Names this process among others. */
  process: () => string;
}

const explainQuery = z.object({
  person: z.string().min(1).max(64),
  room: z.string().regex(/^(world|chat|audio):[a-z0-9][a-z0-9_-]{0,63}$/),
});

export function mountOperations(app: Application, login: OperatorLogin, operations: Operations): void {
  const { presence, chats, saves, log } = operations;
  app.use("/ops", refuseCrossSite, authenticate(login));

  app.get("/ops/explain", (req, res) => {
    const query = explainQuery.safeParse(req.query);
    if (!query.success) throw new HereaboutsError("BAD_BODY", "It takes ?person=handle&room=chat:system.");
    const { person: asked } = query.data;
    const room = query.data.room as RoomKey;
    const found = presence.find(
      ({ person, handle }) => person === asked || handle.toLowerCase() === asked.toLowerCase(),
    );
    const about = { room, process: operations.process(), now: operations.now() };
    const explanations = found.map((person) => explain(presence.grounds(room, person), { ...about, person }));
    res.json({ asked, room, explanations });
  });

  app.post("/ops/erase", operatorsOnly, async (req, res) => {
    const person = z.string().min(1).max(64).safeParse(req.query["person"]);
    if (!person.success) throw new HereaboutsError("BAD_BODY", "It takes ?person=id.");
    log.warn({ audit: true, who: "operator", action: "erase", person: person.data }, "operator action");
    res.json({ lines: await erase({ chats, saves }, person.data, "operator") });
  });
}

/** Takes out what a person said and where they were. Returns how many lines that were. */
export async function erase({ chats, saves }: Pick<Operations, "chats" | "saves">, person: string, by: string) {
  await saves.erase(person);
  return chats.erase(person, by);
}
