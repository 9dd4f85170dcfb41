/**
 * What operators ask and do beside the monitor, below /ops: people are found and dealt with (OP2), rooms are looked into,
 * what is shown is explained (PR8), and what someone left is taken out (ID5). Viewers may ask; each thing done is noted in
 * the audit log.
 */
import { type Application, json, type RequestHandler } from "express";
import { z } from "zod";
import { HereaboutsError } from "../schema/errors.ts";
import { operatorActions, orderBody, personId, roomKey } from "../schema/operations.ts";
import { validate } from "../schema/validate.ts";
import type { Artifacts } from "../services/artifacts/artifacts.ts";
import type { Chats } from "../services/chats/chats.ts";
import type { Audit } from "../services/ops/audit.ts";
import type { Operations } from "../services/ops/operations.ts";
import { searchPeople } from "../services/ops/people.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import { explain } from "../services/presence/explain.ts";
import type { WorldSaves } from "../services/saves/saves.ts";
import { passOn } from "./audio/passOn.ts";
import { audited } from "./audited.ts";
import type { OperatorDoor } from "./operatorDoor.ts";
import { authenticate, forbidFraming, operatorsOnly, refuseCrossSite } from "./operators.ts";
import { type Listing, listRooms } from "./roomList.ts";

export interface OperationsServices extends Listing {
  chats: Chats;
  saves: WorldSaves;
  audit: Audit;
  operations: Operations;
  artifacts: Artifacts;
  now: () => number;
}

const explainQuery = z.object({ person: z.string().min(1).max(64), room: roomKey });
const searchQuery = z.object({ q: z.string().max(128).default("") });
const auditQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

export function mountOperations(app: Application, door: OperatorDoor, services: OperationsServices): void {
  const { presence, cluster, audit, operations } = services;
  app.use("/ops", forbidFraming, refuseCrossSite, authenticate(door));

  app.get("/ops/me", (_req, res) => void res.json({ role: res.locals["operatorRole"] }));

  app.get("/ops/explain", (req, res) => {
    const { person: asked, room: key } = read(explainQuery, req.query, "It takes ?person=handle&room=chat:system.");
    const room = key as RoomKey;
    const found = presence.find(
      ({ person, handle }) => person === asked || handle.toLowerCase() === asked.toLowerCase(),
    );
    const about = { room, process: cluster.id, now: services.now() };
    const explanations = found.map((person) => explain(presence.grounds(room, person), { ...about, person }));
    res.json({ asked, room, explanations });
  });

  app.get("/ops/people", (req, res) => {
    const { q } = read(searchQuery, req.query, "It takes ?q=, at most 128 characters.");
    res.json(searchPeople(presence.seats(), q, cluster.id));
  });

  app.post("/ops/people/:person/:action", operatorsOnly, json({ limit: "16kb" }), async (req, res) => {
    const action = operatorActions.find((one) => one === req.params["action"]);
    if (!action) throw new HereaboutsError("NOT_FOUND", `Actions are ${operatorActions.join(", ")}.`);
    const person = read(personId, req.params["person"], "The address names a person's id.");
    const order = { action, person, ...read(orderBody, req.body ?? {}, "It takes room, reason, seconds, to, until.") };
    const { room, reason, seconds, to, until } = order;
    const what = { action, person, room, reason, details: to ?? seconds ?? until };
    res.json(await audited(audit, [req, res], what, () => operations.act(order)));
  });

  app.get("/ops/restrictions", async (_req, res) => void res.json(await operations.restrictions()));
  app.get("/ops/rooms", async (req, res) => void res.json(await listRooms(services, req, res)));

  app.get("/ops/rooms/:key", async (req, res) => {
    const key = read(roomKey, req.params.key, "The address names a room: world:field.");
    res.json(await operations.live(key as RoomKey));
  });

  app.get("/ops/audit", async (req, res) => {
    const { limit } = read(auditQuery, req.query, "It takes ?limit=, 1 to 1000.");
    res.json({ lines: await audit.read(limit) });
  });

  app.post("/ops/erase", operatorsOnly, async (req, res) => {
    const person = read(z.string().min(1).max(64), req.query["person"], "It takes ?person=id.");
    const what = { action: "erase", person };
    res.json({ lines: await audited(audit, [req, res], what, () => erase(services, person, "operator")) });
  });

  app.use("/ops/rooms", passOn(services.asking));
  app.use("/ops/people/:person/:action", notThatMethod("POST"));
  app.use("/ops/erase", notThatMethod("POST"));
}

/** Takes out what a person said and sent, and where they were. Returns how many lines of chats that were. */
export async function erase(
  kept: Pick<OperationsServices, "chats" | "saves" | "artifacts">,
  person: string,
  by: string,
) {
  await kept.saves.erase(person);
  const lines = await kept.chats.erase(person, by);
  await kept.artifacts.erase(person);
  return lines;
}

/** Throws BAD_BODY with what it takes, and what of it is wrong. */
function read<T extends z.ZodType>(shape: T, value: unknown, takes: string): z.output<T> {
  const parsed = validate(shape, value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? `${issue.path.join(".")} ` : "";
  throw new HereaboutsError("BAD_BODY", `${takes} Here ${where}${issue?.message ?? "is not valid"}.`);
}

function notThatMethod(method: string): RequestHandler {
  return () => {
    throw new HereaboutsError("METHOD_NOT_ALLOWED", `It takes ${method}.`);
  };
}
