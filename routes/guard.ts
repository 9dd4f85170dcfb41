/**
 * The door of the HTTP server: what neither Colyseus nor express survives or bounds by itself is answered here.
 *
 * A malformed Host or URL makes a parser inside Colyseus throw where nobody catches; a matchmaking body has no limit
 * there. Upgrades other than to a room are refused, but for those of Vite in development.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { HereaboutsError } from "../schema/errors.ts";

const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;
const roomPattern = /^\/[\w-]+\/[\w-]+\?[\w%.~=&:+-]*$/;
const matchmakeBytes = 65_536;
const maxUrl = 8192;

/** Puts the door before all listeners that `server` has now. Call it when everything is mounted. */
export function guardRequests(server: Server): void {
  const onRequest = server.listeners("request") as ((req: IncomingMessage, res: ServerResponse) => void)[];
  server.removeAllListeners("request");
  server.on("request", (req: IncomingMessage, res: ServerResponse) => {
    const error = refusalOf(req);
    if (!error) for (const listener of onRequest) listener.call(server, req, res);
    else answer(res, error);
  });

  const onUpgrade = server.listeners("upgrade") as ((req: IncomingMessage, socket: Duplex, head: Buffer) => void)[];
  server.removeAllListeners("upgrade");
  server.on("upgrade", (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isVite = req.headers["sec-websocket-protocol"]?.startsWith("vite-") ?? false;
    if (isVite || (roomPattern.test(req.url ?? "") && (req.url ?? "").length <= maxUrl)) {
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

function refusalOf(req: IncomingMessage): HereaboutsError | undefined {
  const url = req.url ?? "";
  if (!hostPattern.test(req.headers.host ?? ""))
    return new HereaboutsError("BAD_BODY", "The Host header is malformed.");
  if (!url.startsWith("/") || url.startsWith("//") || url.length > maxUrl || !URL.canParse(url, "http://host")) {
    return new HereaboutsError("BAD_BODY", "The address is malformed.");
  }
  if (!url.startsWith("/matchmake/") || req.method !== "POST") return undefined;
  const bytes = Number(req.headers["content-length"]);
  if (!(bytes <= matchmakeBytes)) {
    return new HereaboutsError("TOO_LARGE", `A join needs a Content-Length of at most ${matchmakeBytes} bytes.`);
  }
  return undefined;
}

function answer(res: ServerResponse, error: HereaboutsError): void {
  res.writeHead(error.status, {
    "content-type": "application/json",
    connection: "close",
    "access-control-allow-origin": "*",
  });
  res.end(JSON.stringify(error.toRefusal()));
}
