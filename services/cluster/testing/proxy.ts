/** A TCP proxy before a server, that a test can cut (refuse and reset), hold (nothing passes), rob of bytes or slow down. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Connections are reset, and new ones refused. */
  cut(): Promise<void>;
  /** Connections stay, new ones are taken, and no byte passes. */
  hold(): void;
  /** Bytes are lost, until those connections that lost any end with `heal`. */
  rob(): void;
  /** Bytes take so much longer, each way. */
  slow(ms: number): void;
  /** Everything passes again; what was held comes now. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let server: Server | undefined;
  const robbed = new Set<Socket>();
  let isHeld = false;
  let isRobbing = false;
  let slowMs = 0;
  let port = 0;

  const carry = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on("error", () => to.destroy());
    const pass = (deliver: () => void) => {
      const deliverLater = () => (slowMs > 0 ? setTimeout(deliver, slowMs) : deliver());
      if (isHeld) held.push(deliverLater);
      else deliverLater();
    };
    from.on("data", (bytes) => {
      if (isRobbing) robbed.add(from);
      else pass(() => to.writable && to.write(bytes));
    });
    from.on("close", () => {
      sockets.delete(from);
      robbed.delete(from);
      pass(() => to.destroy());
    });
  };
  const listen = async () => {
    if (server) return;
    server = createServer((socket) => {
      const out = connect(targetPort, "127.0.0.1");
      carry(socket, out);
      carry(out, socket);
    }).listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  };
  const drop = async () => {
    server?.close();
    server = undefined;
    for (const socket of sockets) socket.resetAndDestroy();
    held.length = 0;
  };
  await listen();
  return {
    port,
    cut: drop,
    hold() {
      isHeld = true;
    },
    rob() {
      isRobbing = true;
    },
    slow(ms) {
      slowMs = ms;
    },
    async heal() {
      isHeld = false;
      isRobbing = false;
      slowMs = 0;
      for (const socket of robbed) socket.resetAndDestroy();
      for (const deliver of held.splice(0)) deliver();
      await listen();
    },
    close: drop,
  };
}
