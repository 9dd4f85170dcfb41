/** Which requests another site's page made: the browser adds cookies and logins to them by itself. */
import type { Request, RequestHandler } from "express";
import { type Config, list } from "../config.ts";
import { HereaboutsError } from "../schema/errors.ts";

/** Whether another site's page made the request. */
export function isCrossSite(req: Request): boolean {
  const site = req.headers["sec-fetch-site"];
  return site !== undefined ? site !== "same-origin" && site !== "none" : isForeignOrigin(req);
}

/** For clients that say nothing of Sec-Fetch: an Origin, where given, has to be this host. */
function isForeignOrigin(req: Request): boolean {
  const { origin } = req.headers;
  return origin !== undefined && !isOwn(origin, req);
}

export function isOwn(address: string, req: Request): boolean {
  return URL.canParse(address) && new URL(address).host === req.host;
}

/** Refuses what another site's page asks for, unless its origin is allowed. Following a link is no such asking. */
export function refuseForeign({ allowedOrigins }: Config): RequestHandler {
  const allowed = new Set(list(allowedOrigins));
  return (req, _res, next) => {
    const isLink = req.method === "GET" && req.headers["sec-fetch-mode"] === "navigate";
    const isAllowed = allowed.has("*") || allowed.has(req.headers.origin ?? "");
    if (isCrossSite(req) && !isLink && !isAllowed) throw new HereaboutsError("CROSS_SITE");
    next();
  };
}
