/** Answers with what another process answers, as it comes. */
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import { type Asking, ask, carried } from "./ask.ts";

/** Answers as that process does. Throws UNAVAILABLE. */
export async function answerFrom(asking: Asking, process: string, req: Request, res: Response): Promise<void> {
  const answer = await ask(asking, process, req, res);
  if (res.destroyed) return void answer.destroy();
  await answerAs(req, res, answer);
}

export async function answerAs(req: Request, res: Response, answer: IncomingMessage): Promise<void> {
  req.socket.setNoDelay(true);
  res.writeHead(answer.statusCode!, carried(answer.headers));
  res.flushHeaders();
  // whichever side ends first ends the other
  await pipeline(answer, res).catch(() => res.destroy());
}
