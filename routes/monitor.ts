/**
 * Colyseus's monitor behind a login (OP1): `operator` may do what its buttons do, `viewer` may look.
 *
 * Its call-any-method endpoint lets through the buttons' own methods only, for operators, each written to the audit log.
 * Requests that another site's page made are refused: the browser would add the login by itself.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { monitor } from "@colyseus/monitor";
import type { Application, Request, RequestHandler } from "express";
import { HereaboutsError } from "../schema/errors.ts";
import type { Log } from "../services/ops/log.ts";

export type MonitorLogin = { operatorPassword: string; viewerPassword: string };
type MonitorRole = "operator" | "viewer";

const prefix = "/monitor";
const forbiddenKeys = new Set(["__proto__", "prototype", "constructor"]);
const isText = (value: unknown) => typeof value === "string" && value.length <= 256;
const isPath = (value: unknown) =>
  Array.isArray(value) && value.every((key) => isText(key) && !forbiddenKeys.has(key)) && value.length > 0;

/** The methods of the monitor's own buttons, and the arguments that they send. */
const allowedCalls: Record<string, (args: unknown[]) => boolean> = {
  disconnect: (args) => args.length === 0,
  _forceClientDisconnect: (args) => args.length === 1 && isText(args[0]),
  _sendMessageToClient: (args) => args.length <= 3 && isText(args[0]) && isText(args[1]),
  broadcast: (args) => args.length <= 2 && isText(args[0]),
  _editStateProperty: (args) => args.length === 2 && isPath(args[0]),
  _deleteStateProperty: (args) => args.length === 1 && isPath(args[0]),
};

export function mountMonitor(app: Application, login: MonitorLogin, log: Log): void {
  app.use(prefix, refuseCrossSite, authenticate(login), guardCalls(log));
  const columns = ["kind", "label", "people", "connections", "guests"].map((metadata) => ({ metadata }));
  app.use(monitor({ prefix, columns: ["roomId", "name", ...columns, "clients", "elapsedTime", "processId"] }));
}

/** Navigating to the page from elsewhere is fine; asking for anything below it is not. */
const refuseCrossSite: RequestHandler = (req, _res, next) => {
  const site = req.headers["sec-fetch-site"];
  const isForeign = site !== undefined ? site !== "same-origin" && site !== "none" : isForeignOrigin(req);
  const isNavigation = req.headers["sec-fetch-mode"] === "navigate" && !req.path.startsWith("/api");
  if (isForeign && !isNavigation) throw new HereaboutsError("CROSS_SITE");
  next();
};

/** For clients that say nothing of Sec-Fetch: an Origin, where given, has to be this host. */
function isForeignOrigin(req: Request): boolean {
  const { origin } = req.headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== req.host);
}

function authenticate(login: MonitorLogin): RequestHandler {
  return (req, res, next) => {
    const role = roleOf(req.headers.authorization, login);
    if (role) {
      res.locals["monitorRole"] = role;
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

function roleOf(header: string | undefined, login: MonitorLogin): MonitorRole | undefined {
  const encoded = /^basic ([a-z0-9+/=]+)$/i.exec(header ?? "")?.[1];
  const [name, ...rest] = Buffer.from(encoded ?? "", "base64")
    .toString()
    .split(":");
  const password = rest.join(":");
  const isOperator = isEqual(password, login.operatorPassword) && name === "operator";
  const isViewer = isEqual(password, login.viewerPassword) && name === "viewer" && login.viewerPassword !== "";
  return isOperator ? "operator" : isViewer ? "viewer" : undefined;
}

/** Takes the same time whatever the two are. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function guardCalls(log: Log): RequestHandler {
  return (req, res, next) => {
    const path = req.path.replace(/\/+$/, "").toLowerCase();
    if (path !== "/api/room/call") return next();
    if (res.locals["monitorRole"] !== "operator") throw new HereaboutsError("FORBIDDEN", "Operators only.");
    const { roomId, method, args } = req.query as Record<string, unknown>;
    if (!isText(roomId) || !isAllowed(method, args)) throw new HereaboutsError("FORBIDDEN", "No button does this.");
    log.info({ audit: true, who: "operator", roomId, method, args }, "monitor action");
    next();
  };
}

function isAllowed(method: unknown, args: unknown): boolean {
  const check = typeof method === "string" && Object.hasOwn(allowedCalls, method) ? allowedCalls[method] : undefined;
  if (!check || typeof args !== "string") return false;
  try {
    const parsed: unknown = JSON.parse(args);
    return Array.isArray(parsed) && check(parsed);
  } catch {
    return false;
  }
}
