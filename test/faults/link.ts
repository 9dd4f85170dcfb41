/** A TCP proxy whose connections a test refuses, holds or robs of their bytes: the way from one process to Redis. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Cut } from "./schedule.ts";

export interface Link {
  readonly port: number;
  /** `open` again: what was held goes on, and connections that lost bytes end. */
  set(weather: "open" | Cut): Promise<void>;
  close(): Promise<void>;
}

/** A link to a loopback port, whether anything listens there or not. */
export async function startLink(target: number): Promise<Link> {
  let weather: "open" | Cut = "open";
  const pairs = new Set<readonly [Socket, Socket]>();
  const robbed = new Set<readonly [Socket, Socket]>();
  const server = createServer((from) => {
    const to = connect(target, "127.0.0.1");
    const pair = [from, to] as const;
    pairs.add(pair);
    for (const [a, b] of [pair, [to, from]] as const) {
      a.setNoDelay(true);
      a.on("data", (bytes) => {
        if (weather === "drop") robbed.add(pair);
        else b.write(bytes);
      });
      a.on("error", () => {});
      a.on("close", () => {
        b.destroy();
        pairs.delete(pair);
        robbed.delete(pair);
      });
      if (weather === "hang") a.pause();
    }
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const end = (some: Iterable<readonly [Socket, Socket]>) => {
    for (const [from, to] of some) for (const socket of [from, to]) socket.resetAndDestroy();
  };
  return {
    port,
    async set(next) {
      if (next === "refuse" && server.listening) server.close();
      if (next !== "refuse" && !server.listening) await listen(port);
      weather = next;
      if (next === "refuse") end(pairs);
      if (next === "open") end(robbed);
      for (const pair of pairs) for (const socket of pair) next === "hang" ? socket.pause() : socket.resume();
    },
    async close() {
      end(pairs);
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
