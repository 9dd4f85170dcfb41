/** Asks another process what was asked here: answers as soon as its answer begins, or throws UNAVAILABLE, in bounded time. */
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Request, Response } from "express";
import { HereaboutsError } from "../schema/errors.ts";
import type { Resume } from "../services/audio/stream/stream.ts";
import type { Cluster } from "../services/cluster/cluster.ts";
import { hopsOf, type Peers, passedOf, peerHeader } from "./peers.ts";

const connectMs = 1000;
/** After all was sent. */
const answerMs = 3000;
/** What sends a body bounds that itself; this is for a process that stands still. */
const bodyMs = 70_000;
const listMs = 1000;
/** Homes may move while a request is on its way, but not for ever. */
const mostHops = 3;

/** Headers of one connection, not of what it carries. */
const ofConnection = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding"],
  ...["upgrade", "expect", "host"],
]);

export interface Asking {
  readonly cluster: Cluster;
  readonly peers: Peers;
}

export function carried(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.has(name)));
}

/**
 * Throws UNAVAILABLE. The answer ends with `res`, and when its process is gone: one that stands still would end nothing.
 * `resume` where this process knows better than whoever asked it.
 */
export async function ask(
  { cluster, peers }: Asking,
  process: string,
  req: Request,
  res: Response,
  resume: Resume | undefined = passedOf(res)?.resume,
): Promise<IncomingMessage> {
  const member = cluster.members().find(({ id }) => id === process);
  if (!member || hopsOf(res) >= mostHops) throw new HereaboutsError("UNAVAILABLE", "Its process is not there.");
  const url = new URL(req.originalUrl, member.peerUrl);
  const body = req.body === undefined ? undefined : Buffer.from(JSON.stringify(req.body));
  const headers: IncomingHttpHeaders = { ...carried(req.headers), [peerHeader]: peers.seal(req, res, resume) };
  if (body) {
    delete headers["content-encoding"];
    Object.assign(headers, { "content-type": "application/json", "content-length": String(body.length) });
  }
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const asked = request(url, { method: req.method, headers, agent: false });
  const stop = () => asked.destroy();
  res.once("close", stop);
  const unwatch = cluster.watch((event) => {
    if (event.type === "gone" && event.member.id === process) stop();
  });
  asked.once("close", () => {
    res.off("close", stop);
    unwatch();
  });
  const isPiped = !body && !req.readableEnded && !hasNoBody(req);
  const answer = answerOf(asked, isPiped ? bodyMs : answerMs);
  if (isPiped) req.pipe(asked);
  else asked.end(body);
  return answer;
}

/**
 * What the other processes answer to the same path, as far as they do within a second: a part is better than nothing. None
 * for one of them that asks, also where its seal is not taken, as clocks differ. `login`: what the request is to say of itself.
 */
export async function askOthers<T>(
  { cluster, peers }: Asking,
  req: Request,
  res: Response,
  login: { authorization?: string | undefined } = {},
): Promise<T[]> {
  if (hopsOf(res) > 0 || req.headers[peerHeader] !== undefined) return [];
  const others = cluster.members().filter(({ id }) => id !== cluster.id);
  const answers = others.map(async ({ peerUrl }): Promise<T[]> => {
    try {
      const { authorization } = login;
      const headers = { [peerHeader]: peers.seal(req, res), ...(authorization ? { authorization } : {}) };
      const answer = await fetch(new URL(req.path, peerUrl), { headers, signal: AbortSignal.timeout(listMs) });
      return answer.ok ? [(await answer.json()) as T] : [];
    } catch {
      return [];
    }
  });
  return (await Promise.all(answers)).flat();
}

function answerOf(asked: ClientRequest, sentMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const tooLong = () => asked.destroy(new Error("it does not answer"));
    let timer = setTimeout(tooLong, connectMs);
    const within = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(tooLong, ms);
    };
    let isAnswered = false;
    asked.once("socket", (socket) => socket.once("connect", () => within(sentMs)));
    asked.once("finish", () => isAnswered || within(answerMs));
    asked.once("response", (answer) => {
      isAnswered = true;
      clearTimeout(timer);
      resolve(answer);
    });
    asked.on("error", (cause) => {
      clearTimeout(timer);
      reject(new HereaboutsError("UNAVAILABLE", "The session's process does not answer.", { cause }));
    });
  });
}

const hasNoBody = ({ headers }: Request) =>
  headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
