/** `POST /auth/guest`: a token for a guest; with a guest's own token, the same guest under another name. */
import { json, type Request, type Router } from "express";
import { z } from "zod";
import { HereaboutsError } from "../schema/errors.ts";
import { validate } from "../schema/validate.ts";
import type { Artifacts } from "../services/artifacts/artifacts.ts";
import type { Chats } from "../services/chats/chats.ts";
import type { Identity } from "../services/identity/person.ts";
import type { Tokens } from "../services/identity/tokens.ts";
import { networkOf, paceOfEach } from "../services/pace.ts";
import type { WorldSaves } from "../services/saves/saves.ts";
import { erase } from "./ops.ts";

/** Each rewrites what is kept of everything. */
const erasuresPerMinute = { person: 1, address: 10 };
const guestBody = z.object({ name: z.string().max(512).optional(), token: z.string().max(8192).optional() });

export interface AuthServices {
  tokens: Tokens;
  chats: Chats;
  saves: WorldSaves;
  artifacts: Artifacts;
}

export function authRoutes(router: Router, services: AuthServices): void {
  const { tokens } = services;
  const checkPerson = paceOfEach(erasuresPerMinute.person / 60, 60);
  const checkAddress = paceOfEach(erasuresPerMinute.address / 60, 60);
  router.post("/auth/guest", json({ limit: "16kb" }), async (req, res) => {
    const body = validate(guestBody, req.body ?? {});
    if (!body.success) throw new HereaboutsError("BAD_BODY", "It takes { name?: text, token?: text }.");
    const { token, identity } = await tokens.guest(body.data);
    res.set("cache-control", "no-store").json({ token, ...toMe(identity) });
  });

  /** Who a token makes one: what the SDK asks for a token that it was given. */
  router.get("/auth/me", async (req, res) => {
    res.set("cache-control", "no-store").json(toMe(await tokens.verify(bearerOf(req))));
  });

  /** Takes out what one said and where one was, everywhere (ID5). The token stays good. */
  router.delete("/auth/me", async (req, res) => {
    const { person } = await tokens.verify(bearerOf(req));
    checkPerson(person);
    checkAddress(networkOf(req.ip));
    res.json({ lines: await erase(services, person, person) });
  });
}

/** The token that a request brings. Throws BAD_TOKEN where it brings none. */
export function bearerOf(req: Request): string {
  const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? "")?.[1];
  if (!token) throw new HereaboutsError("BAD_TOKEN", "Send it as Authorization: Bearer.");
  return token;
}

function toMe({ person: id, handle, name, guest, role }: Identity) {
  return { id, handle, name, guest, role };
}
