/** `POST /auth/guest`: a token for a guest; with a guest's own token, the same guest under another name. */
import { json, type Router } from "express";
import { z } from "zod";
import { HereaboutsError } from "../schema/errors.ts";
import type { Tokens } from "../services/identity/tokens.ts";

const guestBody = z.object({ name: z.string().max(512).optional(), token: z.string().max(8192).optional() });

export function authRoutes(router: Router, { tokens }: { tokens: Tokens }): void {
  router.post("/auth/guest", json({ limit: "16kb" }), async (req, res) => {
    const body = guestBody.safeParse(req.body ?? {});
    if (!body.success) throw new HereaboutsError("BAD_BODY", "It takes { name?: text, token?: text }.");
    const { token, identity } = await tokens.guest(body.data);
    const { person: id, handle, name, guest } = identity;
    res.set("cache-control", "no-store").json({ token, id, handle, name, guest });
  });

  /** Who a token makes one: what the SDK asks for a token that it was given. */
  router.get("/auth/me", async (req, res) => {
    const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? "")?.[1];
    if (!token) throw new HereaboutsError("BAD_TOKEN", "Send it as Authorization: Bearer.");
    const { person: id, handle, name, guest, role } = await tokens.verify(token);
    res.set("cache-control", "no-store").json({ id, handle, name, guest, role });
  });
}
