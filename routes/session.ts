/**
 * `GET /session/:slug`: where the rooms of a slug are to be found, for any slug (SV3). Asked for as a page with an audio
 * session's id, the same path is that session's page.
 */
import type { Router } from "express";
import type { Config } from "../config.ts";
import { parseSlug } from "../schema/slug.ts";
import type { Presence } from "../services/presence/presence.ts";
import type { Sessions } from "../services/sessions/sessions.ts";
import { publicUrl } from "./origin.ts";

type Services = { config: Config; presence: Presence; sessions: Sessions };

export function sessionRoutes(router: Router, { config, presence, sessions }: Services): void {
  router.get("/session/:slug", async (req, res, next) => {
    res.vary("accept");
    if (req.accepts(["json", "html"]) === "html" && (await sessions.isThere(req.params.slug))) return next();
    const slug = parseSlug(req.params.slug);
    const url = publicUrl(req, { ...config, dev: config.dev && req.query["forceProduction"] !== "1" });
    const { people, connections, guests } = presence.counts(`world:${slug}`);
    res.json({ url, udp: url, state: "Ready", room: { name: "world", slug }, counts: { people, connections, guests } });
  });
}
