/**
 * The bytes of a request as they come, within limits: how many, how long none may come, and how long all may take. What
 * is not read to its end, because it was refused, runs out unread, so that the answer arrives and the connection stays.
 */
import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { mb } from "../schema/artifacts.ts";
import { HereaboutsError } from "../schema/errors.ts";

export interface BodyLimits {
  readonly maxBytes: number;
  readonly idleMs: number;
  readonly wholeMs: number;
}

/** How long the rest of what was refused may take before its connection is cut. */
const restMs = 5000;

/** Throws TOO_LARGE for what says so at once; reading it throws TOO_LARGE, BODY_SLOW, or BAD_BODY where it is cut off. */
export function bodyOf(req: IncomingMessage, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  if (Number(req.headers["content-length"] ?? 0) > limits.maxBytes) throw tooLarge(limits);
  return read(req, limits);
}

async function* read(req: IncomingMessage, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  const { maxBytes, idleMs, wholeMs } = limits;
  // for the answer there has to be a connection
  const chunks = req.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  const until = performance.now() + wholeMs;
  let bytes = 0;
  try {
    for (;;) {
      const chunk = await inTime(chunks.next(), Math.min(idleMs, until - performance.now()));
      if (chunk.done) return;
      bytes += chunk.value.length;
      if (bytes > maxBytes) throw tooLarge(limits);
      yield chunk.value;
    }
  } finally {
    // not waited for: where nothing comes it would last
    void chunks.return?.().catch(() => {});
  }
}

async function inTime<T>(next: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HereaboutsError("BODY_SLOW")), Math.max(0, ms));
  });
  const cutOff = (cause: unknown) => Promise.reject(new HereaboutsError("BAD_BODY", "It was cut off.", { cause }));
  try {
    return await Promise.race([next.catch(cutOff), late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge({ maxBytes }: BodyLimits): HereaboutsError {
  return new HereaboutsError("TOO_LARGE", `At most ${maxBytes / mb} MB.`);
}

/** Put it before whatever may refuse a request with a body. */
export const letRunOut: RequestHandler = (req, res, next) => {
  res.once("finish", () => {
    if (req.complete) return;
    req.resume();
    const timer = setTimeout(() => req.socket.destroy(), restMs).unref();
    req.once("close", () => clearTimeout(timer));
  });
  next();
};
