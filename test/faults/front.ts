/** The one address of several processes: passes each connection on to the next of them that takes it, as nginx would. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Front {
  readonly url: string;
  close(): void;
}

export async function startFront(ports: readonly number[]): Promise<Front> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const pass = (from: Socket, first: number, tries: number): void => {
    if (tries === ports.length || from.destroyed) return void from.destroy();
    const to = connect(ports[(first + tries) % ports.length]!, "127.0.0.1");
    sockets.add(to);
    const refused = () => pass(from, first, tries + 1);
    to.once("error", refused);
    to.once("connect", () => {
      to.off("error", refused);
      to.on("error", () => {});
      from.on("close", () => to.destroy());
      to.on("close", () => from.destroy());
      from.pipe(to).pipe(from);
    });
    to.once("close", () => sockets.delete(to));
  };
  const server = createServer({ noDelay: true }, (from) => {
    sockets.add(from);
    from.on("error", () => {});
    from.on("close", () => sockets.delete(from));
    pass(from, turn++, 0);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
