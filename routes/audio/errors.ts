/** How audio routes say no: as all routes, with the words of the table as `error` besides. */
import type { ErrorRequestHandler } from "express";
import { errorTable, type HereaboutsError } from "../../schema/errors.ts";
import { toKnown } from "../errors.ts";

/** "Session not found" */
export function errorText({ code }: HereaboutsError): string {
  return errorTable[code].message.replace(/\.$/, "");
}

/** What is not the client's doing is left to the handler of all routes, which logs it. */
export const audioErrors: ErrorRequestHandler = (thrown, _req, res, next) => {
  const error = toKnown(thrown);
  if (error.code === "INTERNAL" || res.headersSent) return next(thrown);
  if (error.retryAfterMs !== undefined) res.setHeader("retry-after", Math.ceil(error.retryAfterMs / 1000));
  // what was to be music is none
  res
    .status(error.status)
    .type("json")
    .json({ error: errorText(error), ...error.toRefusal() });
};
