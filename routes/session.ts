/** `GET /session/:slug`: where the rooms of a slug are to be found, for any slug (SV3). */
import type { Request, Router } from "express";
import type { Config } from "../config.ts";
import { parseSlug } from "../schema/slug.ts";
import type { Presence } from "../services/presence/presence.ts";

export function sessionRoutes(router: Router, { config, presence }: { config: Config; presence: Presence }): void {
  router.get("/session/:slug", (req, res) => {
    const slug = parseSlug(req.params.slug);
    const wantsPublic = !config.dev || req.query["forceProduction"] === "1";
    const url = (wantsPublic && config.publicUrl) || originOf(req);
    const { people, connections, guests } = presence.counts(`world:${slug}`);
    res.json({ url, udp: url, state: "Ready", room: { name: "world", slug }, counts: { people, connections, guests } });
  });
}

/** The address a request came to. Express takes X-Forwarded-* from trusted proxies only. */
function originOf(req: Request): string {
  return `${req.protocol}://${req.host}`;
}
