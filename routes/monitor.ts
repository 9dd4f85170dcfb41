/**
 * Colyseus's monitor behind a login (OP1): `operator` may do what its buttons do, `viewer` may look.
 *
 * Its call-any-method endpoint lets through the buttons' own methods only, for operators, each written to the audit log.
 * Requests that another site's page made are refused: the browser would add the login by itself.
 */
import { monitor } from "@colyseus/monitor";
import type { Application, Request, RequestHandler } from "express";
import { HereaboutsError } from "../schema/errors.ts";
import type { Log } from "../services/ops/log.ts";
import { authenticate, isOwn, type OperatorLogin, refuseCrossSite } from "./operators.ts";

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

export function mountMonitor(app: Application, login: OperatorLogin, log: Log): void {
  app.use(prefix, refuseCrossSite, authenticate(login), guardCalls(log));
  const columns = ["kind", "label", "people", "connections", "guests", "here", "carriers", "listeners"].map(
    (metadata) => ({
      metadata,
    }),
  );
  app.use(monitor({ prefix, columns: ["roomId", "name", ...columns, "clients", "elapsedTime", "processId"] }));
}

/**
 * A call changes something by a mere GET, so it has to show that the monitor's own page made it: a link in a mail has
 * `Sec-Fetch-Site: none`, and over plain http browsers send neither Sec-Fetch nor, with an image's request, an Origin.
 */
function isOwnCall(req: Request): boolean {
  const site = req.headers["sec-fetch-site"];
  const from = req.headers.origin ?? req.headers.referer;
  return site !== undefined ? site === "same-origin" : from !== undefined && isOwn(from, req);
}

function guardCalls(log: Log): RequestHandler {
  return (req, res, next) => {
    const path = req.path.replace(/\/+$/, "").toLowerCase();
    if (path !== "/api/room/call") return next();
    if (!isOwnCall(req)) throw new HereaboutsError("CROSS_SITE", "Calls need the monitor's own page as their Referer.");
    if (res.locals["operatorRole"] !== "operator") throw new HereaboutsError("FORBIDDEN", "Operators only.");
    const { roomId, method, args } = req.query as Record<string, unknown>;
    if (!isText(roomId) || !isAllowed(method, args)) throw new HereaboutsError("FORBIDDEN", "No button does this.");
    log.warn({ audit: true, who: "operator", roomId, method, args }, "monitor action");
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
