/** What lives on another process is asked there, and its answer given as it comes (AU12). */
import type { ErrorRequestHandler } from "express";
import { Elsewhere } from "../../services/sessions/homes.ts";
import { answerFrom } from "../answerFrom.ts";
import type { Asking } from "../ask.ts";

/** For routes that throw Elsewhere. */
export function passOn(asking: Asking): ErrorRequestHandler {
  return async (thrown, req, res, next) => {
    if (!(thrown instanceof Elsewhere) || res.headersSent) return next(thrown);
    await answerFrom(asking, thrown.process, req, res);
  };
}
