/**
 * What one process tells another with a request that it passes on: for whom it asks, and where a stream is to go on. In a
 * header that only those who share the secret can write; what anyone else sends in it counts for nothing.
 */
import { createHmac } from "node:crypto";
import type { Request, RequestHandler, Response } from "express";
import type { Resume } from "../services/audio/stream/stream.ts";
import { isSameSecret } from "../services/secrets.ts";

export const peerHeader = "x-hereabouts-peer";
/** In answers to a process: the first frame of a stream. */
export const frameHeader = "x-hereabouts-frame";

export interface Passed {
  /** Processes that it came through. */
  readonly hops: number;
  /** As the first of them saw who asks. */
  readonly ip: string;
  readonly protocol: string;
  readonly host: string;
  readonly resume?: Resume | undefined;
}

/** Clocks of machines are not further apart; and nobody can use a header again later. */
const goodForMs = 60_000;

export class Peers {
  readonly #secret: string;
  readonly #now: () => number;

  constructor(secret: string, now: () => number) {
    this.#secret = secret;
    this.#now = now;
  }

  seal(req: Request, res: Response, resume?: Resume): string {
    const { ip = "", protocol, host } = req;
    const passed: Passed = { hops: hopsOf(res) + 1, ip, protocol, host, resume };
    const text = Buffer.from(JSON.stringify({ ...passed, at: this.#now() })).toString("base64url");
    return `${text}.${this.#sign(text)}`;
  }

  open(header: unknown): Passed | undefined {
    const [text = "", signature = ""] = String(header).split(".");
    if (!isSameSecret(signature, this.#sign(text))) return undefined;
    const { at, ...passed } = JSON.parse(Buffer.from(text, "base64url").toString()) as Passed & { at: number };
    return Math.abs(this.#now() - at) <= goodForMs ? passed : undefined;
  }

  /** Takes a request that came through another process for what it was there. */
  readonly take: RequestHandler = (req, res, next) => {
    const header = req.headers[peerHeader];
    const passed = header === undefined ? undefined : this.open(header);
    if (passed) {
      res.locals["passed"] = passed;
      for (const name of ["ip", "protocol", "host"] as const) Object.defineProperty(req, name, { value: passed[name] });
    }
    next();
  };

  #sign(text: string): string {
    return createHmac("sha256", `peers ${this.#secret}`).update(text).digest("base64url");
  }
}

/** What another process said of a request; nothing if it came straight from who asks. */
export function passedOf(res: Response): Passed | undefined {
  return res.locals["passed"] as Passed | undefined;
}

export function hopsOf(res: Response): number {
  return passedOf(res)?.hops ?? 0;
}
