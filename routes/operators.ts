/**
 * Who operates the server, and from where: the login of the monitor and of the routes below /ops.
 *
 * `operator` may act, `viewer` may look. Requests that another site's page made are refused: the browser would add the
 * login by itself.
 */
import type { RequestHandler } from "express";
import { HereaboutsError } from "../schema/errors.ts";
import { isCrossSite } from "./crossSite.ts";
import type { OperatorDoor } from "./operatorDoor.ts";

/** No page may show what is here in a frame, where clicks could be led to its buttons, and nothing is taken for what it is not. */
export const forbidFraming: RequestHandler = (_req, res, next) => {
  res.set({
    "x-frame-options": "DENY",
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
  });
  next();
};

/** Navigating to the monitor's page from elsewhere is fine; a frame, and asking for anything else, is not. */
export const refuseCrossSite: RequestHandler = (req, _res, next) => {
  const isForeign = isCrossSite(req);
  const isPage = req.method === "GET" && req.baseUrl === "/monitor" && !req.path.startsWith("/api");
  const isNavigation = isPage && req.headers["sec-fetch-dest"] === "document";
  if (isForeign && !isNavigation) throw new HereaboutsError("CROSS_SITE");
  next();
};

/** Sets `res.locals.operatorRole`, or asks for the login. Throws TOO_FAST. */
export function authenticate(door: OperatorDoor): RequestHandler {
  return (req, res, next) => {
    const role = door.roleOf(req);
    if (role) {
      res.locals["operatorRole"] = role;
      res.set("cache-control", "no-store");
      next();
      return;
    }
    res.set("www-authenticate", 'Basic realm="hereabouts monitor", charset="UTF-8"');
    res
      .status(401)
      .json({ code: "BAD_TOKEN", message: "The monitor asks for a login.", remedy: "Name operator or viewer." });
  };
}

/** Throws FORBIDDEN for viewers. */
export const operatorsOnly: RequestHandler = (_req, res, next) => {
  if (res.locals["operatorRole"] !== "operator") throw new HereaboutsError("FORBIDDEN", "Operators only.");
  next();
};
