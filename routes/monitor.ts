/**
 * Colyseus's monitor behind a login (OP1): `operator` may do what its buttons do, `viewer` may look.
 *
 * Its call-any-method endpoint lets through the buttons' own methods only, for operators. Each is written to the audit log
 * before it is done, as `asked`, and when it has ended: what a call does may take long, and nobody may wait for its answer.
 * Requests that another site's page made are refused: the browser would add the login by itself.
 */
import { monitor } from "@colyseus/monitor";
import type { Application, NextFunction, Request, RequestHandler, Response } from "express";
import { HereaboutsError } from "../schema/errors.ts";
import type { Audit } from "../services/ops/audit.ts";
import { asOperator } from "./audited.ts";
import { isOwn } from "./crossSite.ts";
import { monitorIndex } from "./monitorIndex.ts";
import type { OperatorDoor } from "./operatorDoor.ts";
import { authenticate, forbidFraming, refuseCrossSite } from "./operators.ts";

const prefix = "/monitor";
const forbiddenKeys = new Set(["__proto__", "prototype", "constructor"]);
const pathOf = (req: Request) => req.path.replace(/\/+$/, "").toLowerCase();
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

export function mountMonitor(app: Application, door: OperatorDoor, audit: Audit): void {
  app.use(prefix, forbidFraming, refuseCrossSite, authenticate(door), guardCalls(audit), monitorIndex(), neverBehind);
  const columns = ["kind", "label", "people", "connections", "guests", "here", "carriers", "listeners"].map(
    (metadata) => ({
      metadata,
    }),
  );
  app.use(monitor({ prefix, columns: ["roomId", ...columns, "elapsedTime", "processId"] }));
}

/**
 * What Colyseus answers by (better-call's `setResponse`) never ends an answer that the socket does not take at once: one of
 * 64 KiB, as the list of 170 rooms is. Such answers are whole in memory anyway, so nothing is to wait for.
 */
function neverBehind(_req: Request, res: Response, next: NextFunction): void {
  const write = res.write.bind(res) as (bytes: unknown) => boolean;
  res.write = (bytes: unknown) => {
    write(bytes);
    return true;
  };
  next();
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

function guardCalls(audit: Audit): RequestHandler {
  return async (req, res, next) => {
    if (pathOf(req) !== "/api/room/call") return next();
    if (!isOwnCall(req)) throw new HereaboutsError("CROSS_SITE", "Calls need the monitor's own page as their Referer.");
    if (res.locals["operatorRole"] !== "operator") throw new HereaboutsError("FORBIDDEN", "Operators only.");
    const { roomId, method, args } = req.query as Record<string, unknown>;
    if (typeof roomId !== "string" || !isText(roomId) || !isAllowed(method, args))
      throw new HereaboutsError("FORBIDDEN", "No button does this.");
    const what = { ...asOperator(req, res), action: `monitor ${method}`, room: roomId, details: args };
    await audit.note({ ...what, outcome: "asked" });
    res.once("close", () => void audit.note({ ...what, outcome: outcomeOf(res) }));
    next();
  };
}

function outcomeOf(res: Response): string {
  if (!res.writableFinished) return "not waited for";
  return res.statusCode < 400 ? "done" : `status ${res.statusCode}`;
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
