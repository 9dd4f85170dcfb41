/** Counts answers by their status. */
import type { RequestHandler } from "express";
import type { Metrics } from "../services/ops/metrics.ts";

export function countResponses({ responses }: Pick<Metrics, "responses">): RequestHandler {
  return (_req, res, next) => {
    // comes for those that are broken off too; of a stream, at its end
    res.once("close", () => responses.inc({ status: String(res.statusCode) }));
    next();
  };
}
