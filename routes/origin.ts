/** The address that clients reach the server by. */
import type { Request } from "express";
import type { Config } from "../config.ts";

/** `PUBLIC_URL`, else the request's own; in development its own. Express takes X-Forwarded-* from trusted proxies only. */
export function publicUrl(req: Request, { dev, publicUrl }: Pick<Config, "dev" | "publicUrl">): string {
  return (!dev && publicUrl) || `${req.protocol}://${req.host}`;
}
