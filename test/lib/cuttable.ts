/** A proxy before a server whose connections a test can cut, end or hold, by the path that they asked for. */
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

type Link = { path: string; from: IncomingMessage; to: ServerResponse };

export interface Cuttable {
  readonly url: string;
  /** Paths of what is being answered now. */
  open(path: string): string[];
  /** Resets the connections whose path begins so. */
  cut(path: string): void;
  /** Ends their answers in order. */
  end(path: string): void;
  /** Their bytes stop; the connections stay. */
  hold(path: string): void;
  close(): void;
}

export async function startCuttable(target: string): Promise<Cuttable> {
  const { hostname, port } = new URL(target);
  const links = new Set<Link>();
  const sockets = new Set<Socket>();
  const server = createServer((req, res) => {
    const { method, headers, url: path = "/" } = req;
    const out: ClientRequest = request({ hostname, port, method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      res.flushHeaders();
      const link = { path, from: answer, to: res };
      links.add(link);
      answer.pipe(res);
      res.on("close", () => links.delete(link) && answer.destroy());
    });
    out.on("error", () => res.destroy());
    req.pipe(out);
  });
  server.on("upgrade", (req, socket: Socket, head: Buffer) => {
    const out = connect(Number(port), hostname, () => {
      const lines = req.rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${req.rawHeaders[i + 1]}`] : []));
      out.write(`${req.method} ${req.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      out.write(head);
      out.pipe(socket).pipe(out);
    });
    sockets.add(out);
    out.on("error", () => socket.destroy());
    socket.on("error", () => out.destroy());
  });
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const of = (start: string) => [...links].filter(({ path }) => path.startsWith(start));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: (path) => of(path).map((link) => link.path),
    cut: (path) => of(path).forEach(({ to }) => void to.socket?.destroy()),
    end: (path) =>
      of(path).forEach(({ from, to }) => {
        from.unpipe(to);
        to.end();
      }),
    hold: (path) => of(path).forEach(({ from, to }) => void from.unpipe(to).pause()),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
