/** How routes say no: JSON with the code, message and remedy of the error table, and its status. */
import type { ErrorRequestHandler, RequestHandler } from "express";
import { HereaboutsError } from "../schema/errors.ts";
import type { Log } from "../services/ops/log.ts";

export const notFound: RequestHandler = (req, res) => {
  const error = new HereaboutsError("NOT_FOUND", `${req.method} ${req.path}`);
  res.status(error.status).json(error.toRefusal());
};

/** Express wants four parameters to know an error handler by. */
export function errorHandler(log: Log): ErrorRequestHandler {
  return (thrown: unknown, req, res, _next) => {
    const error = toKnown(thrown);
    if (error.code === "INTERNAL") {
      log.limited("error", "http", { method: req.method, path: req.path, error: thrown }, "a route failed");
    }
    if (res.headersSent) return void res.destroy();
    if (error.retryAfterMs !== undefined) res.setHeader("retry-after", Math.ceil(error.retryAfterMs / 1000));
    // what was to be a file is none
    res.status(error.status).type("json").json(error.toRefusal());
  };
}

/** What express and its body parser throw has a status: those below 500 are the client's. */
export function toKnown(thrown: unknown): HereaboutsError {
  if (thrown instanceof HereaboutsError) return thrown;
  const { status, message } = thrown as { status?: unknown; message?: unknown };
  if (status === 413) return new HereaboutsError("TOO_LARGE");
  if (status === 404) return new HereaboutsError("NOT_FOUND");
  if (typeof status === "number" && status < 500)
    return new HereaboutsError("BAD_BODY", String(message ?? "").slice(0, 200));
  return new HereaboutsError("INTERNAL", "", { cause: thrown });
}
