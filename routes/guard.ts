/**
 * The door of the HTTP server: what neither Colyseus nor express survives or bounds by itself is answered here.
 *
 * A malformed Host, X-Forwarded-Proto or URL makes a parser inside Colyseus throw where nobody catches; a matchmaking
 * body has no limit there, and each that it cannot read, or that is cut off, costs a stack trace on the terminal.
 * Upgrades other than to a room are refused, but for those of Vite in development.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { json } from "express";
import { HereaboutsError, toLine } from "../schema/errors.ts";
import { toKnown } from "./errors.ts";

const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;
const roomPattern = /^\/[\w-]+\/([\w-]+)\?[\w%.~=&:+-]*$/;
/** Addresses that Colyseus answers before express is asked. */
const colyseusPattern = /^\/(matchmake\/|__healthcheck)/;
const maxUrl = 8192;
const readJoin = json({ limit: "64kb" }) as unknown as (
  req: IncomingMessage & { body?: unknown },
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export type Join = IncomingMessage & { body: Readonly<Record<string, unknown>> };
/** Calls `pass` when a join's turn comes, or with why it is not let in. */
export type Admit = (join: Join, res: ServerResponse, pass: (error?: HereaboutsError) => void) => void;

/** Puts the door before all listeners that `server` has now. Call it when everything is mounted. */
export function guardRequests(server: Server, admit: Admit): void {
  const onRequest = server.listeners("request") as ((req: IncomingMessage, res: ServerResponse) => void)[];
  server.removeAllListeners("request");
  server.on("request", (req: IncomingMessage, res: ServerResponse) => {
    const pass = (error?: HereaboutsError) => {
      if (!error) for (const listener of onRequest) listener.call(server, req, res);
      else answer(req, res, error);
    };
    const error = refusalOf(req);
    if (!error && colyseusPattern.test(req.url!)) passToColyseus(req, res, admit, pass);
    else pass(error);
  });

  const onUpgrade = server.listeners("upgrade") as ((req: IncomingMessage, socket: Duplex, head: Buffer) => void)[];
  server.removeAllListeners("upgrade");
  server.on("upgrade", (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isVite =
      onUpgrade.some(isViteListener) && (req.headers["sec-websocket-protocol"]?.startsWith("vite-") ?? false);
    if (isVite || isRoom(req.url ?? "")) {
      for (const listener of onUpgrade)
        if (isVite === isViteListener(listener)) listener.call(server, req, socket, head);
      return;
    }
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
}

/** Colyseus registers one listener, before Vite does. */
const viteListeners = new WeakSet<object>();
const isViteListener = (listener: object) => viteListeners.has(listener);

/** Names the upgrade listeners that Vite has added to `server` since `before`. */
export function markViteListeners(server: Server, before: readonly unknown[]): void {
  for (const listener of server.listeners("upgrade")) if (!before.includes(listener)) viteListeners.add(listener);
}

/** Colyseus looks rooms up in a plain object, where it finds "constructor" and takes it for one. */
function isRoom(url: string): boolean {
  const room = url.length <= maxUrl ? roomPattern.exec(url)?.[1] : undefined;
  return room !== undefined && !(room in Object.prototype);
}

function refusalOf(req: IncomingMessage): HereaboutsError | undefined {
  const url = req.url ?? "";
  const host = req.headers.host ?? "";
  if (!hostPattern.test(host) || !URL.canParse(`http://${host}`)) {
    return new HereaboutsError("BAD_BODY", "The Host header is malformed.");
  }
  if (!url.startsWith("/") || url.startsWith("//") || url.length > maxUrl || !URL.canParse(url, "http://host")) {
    return new HereaboutsError("BAD_BODY", "The address is malformed.");
  }
  return undefined;
}

/** Colyseus makes an address of X-Forwarded-Proto as it is, and of bodies takes those that are read already. */
function passToColyseus(
  req: IncomingMessage & { body?: unknown },
  res: ServerResponse,
  admit: Admit,
  pass: (error?: HereaboutsError) => void,
): void {
  delete req.headers["x-forwarded-proto"];
  if (req.method !== "POST") {
    pass();
    return;
  }
  readJoin(req, res, (thrown) => {
    if (thrown) pass(toKnown(thrown));
    else if (typeof req.body === "object" && !Array.isArray(req.body)) admit(req as Join, res, pass);
    else pass(new HereaboutsError("BAD_BODY", "A join is a JSON object, sent as application/json."));
  });
}

/** Of all this Colyseus's SDK hands on `message` alone; other processes take `error`, which is where Colyseus has it. */
function answer({ headers: { origin = "*" } }: IncomingMessage, res: ServerResponse, error: HereaboutsError): void {
  const again = error.retryAfterMs;
  res.writeHead(error.status, {
    "content-type": "application/json",
    // the SDK asks with credentials, where browsers take no *
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    // what was read whole may be followed by more, and will be where it is to come again
    ...(again === undefined ? { connection: "close" } : { "retry-after": String(Math.ceil(again / 1000)) }),
  });
  const line = toLine(error);
  res.end(JSON.stringify({ ...error.toRefusal(), message: line, error: line }));
}
