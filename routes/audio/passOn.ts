/** What lives on another process is asked there, and its answer given as it comes (AU12). */
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import type { ErrorRequestHandler, Request, Response } from "express";
import { Elsewhere } from "../../services/sessions/homes.ts";
import { type Asking, ask, carried } from "./ask.ts";

/** For routes that throw Elsewhere. */
export function passOn(asking: Asking): ErrorRequestHandler {
  return async (thrown, req, res, next) => {
    if (!(thrown instanceof Elsewhere) || res.headersSent) return next(thrown);
    const answer = await ask(asking, thrown.process, req, res);
    if (res.destroyed) return void answer.destroy();
    await answerAs(req, res, answer);
  };
}

export async function answerAs(req: Request, res: Response, answer: IncomingMessage): Promise<void> {
  req.socket.setNoDelay(true);
  res.writeHead(answer.statusCode!, carried(answer.headers));
  res.flushHeaders();
  // whichever side ends first ends the other
  await pipeline(answer, res).catch(() => res.destroy());
}
