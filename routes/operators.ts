/**
 * Who operates the server, and from where: the login of the monitor and of the routes below /ops.
 *
 * `operator` may act, `viewer` may look. Requests that another site's page made are refused: the browser would add the
 * login by itself.
 */
import type { Request, RequestHandler } from "express";
import { HereaboutsError } from "../schema/errors.ts";
import { isSameSecret } from "../services/secrets.ts";

export type OperatorLogin = { operatorPassword: string; viewerPassword: string };
export type OperatorRole = "operator" | "viewer";

/** Navigating to the monitor's page from elsewhere is fine; asking for anything else is not. */
export const refuseCrossSite: RequestHandler = (req, _res, next) => {
  const isForeign = isCrossSite(req);
  const isPage = req.method === "GET" && req.baseUrl === "/monitor" && !req.path.startsWith("/api");
  const isNavigation = isPage && req.headers["sec-fetch-mode"] === "navigate";
  if (isForeign && !isNavigation) throw new HereaboutsError("CROSS_SITE");
  next();
};

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

/** Sets `res.locals.operatorRole`, or asks for the login. */
export function authenticate(login: OperatorLogin): RequestHandler {
  return (req, res, next) => {
    const role = roleOf(req.headers.authorization, login);
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

export function roleOf(header: string | undefined, login: OperatorLogin): OperatorRole | undefined {
  const encoded = /^basic ([a-z0-9+/=]+)$/i.exec(header ?? "")?.[1];
  const [name, ...rest] = Buffer.from(encoded ?? "", "base64")
    .toString()
    .split(":");
  const password = rest.join(":");
  const isOperator = isSameSecret(password, login.operatorPassword) && name === "operator";
  const isViewer = isSameSecret(password, login.viewerPassword) && name === "viewer" && login.viewerPassword !== "";
  return isOperator ? "operator" : isViewer ? "viewer" : undefined;
}

/** Throws FORBIDDEN for viewers. */
export const operatorsOnly: RequestHandler = (_req, res, next) => {
  if (res.locals["operatorRole"] !== "operator") throw new HereaboutsError("FORBIDDEN", "Operators only.");
  next();
};
