/** Requests as bytes: for paths, headers and upgrades that `fetch` would tidy up or refuse to send. */
import { connect } from "node:net";

export interface RawAnswer {
  /** 0 if the server closed without an answer. */
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends `method path` with `headers`, a Host unless one is given, and nothing else changed. */
export function ask(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<RawAnswer> {
  const all = { host: new URL(url).host, connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return sendBytes(url, `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
}

/** Sends bytes on a connection of their own and reads what comes until it is closed, or `withinMs` are over. */
export function sendBytes(url: string, bytes: string | Buffer, withinMs = 3000): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), withinMs);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(parse(Buffer.concat(chunks).toString("latin1")));
    });
  });
}

export const upgradeHeaders = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

export function basicAuth(name: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` };
}

function parse(text: string): RawAnswer {
  const split = text.indexOf("\r\n\r\n");
  const [first = "", ...rest] = text.slice(0, Math.max(0, split)).split("\r\n");
  const headers = Object.fromEntries(
    rest.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  return { status: Number(/^HTTP\/1\.\d (\d+)/.exec(first)?.[1] ?? 0), headers, body: text.slice(split + 4) };
}
