/** The ports of a server: its own, which no other process has, and one that several processes answer at together. */
import type { Server } from "node:http";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "./config.ts";
import { HereaboutsError } from "./schema/errors.ts";

/**
 * How many connections may wait to be taken, where the kernel's net.core.somaxconn allows as many (4096 on Linux). The
 * process takes one in each turn of its event loop: in a rush those beyond would be dropped, and come again after seconds.
 */
export const backlog = 65_535;

/** Within which what was taken from the shared port is asked and answered, before anybody is sent away. */
const takenMs = 100;

type Address = { port: number; host: string };

/** Colyseus never settles `listen` on a port that is taken: this says so first. Throws PORT_IN_USE or BAD_SETTING. */
export async function checkPort(address: Address): Promise<void> {
  const probe = await listen(createServer(), { ...address, exclusive: true });
  await new Promise<void>((resolve) => void probe.close(() => resolve()));
}

/**
 * Lets `http` answer at SHARED_PORT too, as its siblings do (node:cluster): whichever of them takes a connection first
 * has it. Answers how to leave that to them; nothing where there is no such port. Throws PORT_IN_USE or BAD_SETTING.
 */
export async function listenTogether({ sharedPort: port, host }: Config, http: Server): Promise<() => Promise<void>> {
  if (!port) return async () => {};
  // as a server for HTTP has them
  const shared = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => http.emit("connection", socket));
  await listen(shared, { port, host, backlog });
  return async () => {
    shared.close();
    await pause(takenMs);
  };
}

async function listen<T extends ReturnType<typeof createServer>>(
  server: T,
  address: Address & { exclusive?: boolean; backlog?: number },
): Promise<T> {
  const { port, host } = address;
  return new Promise<T>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === "EADDRINUSE";
      const details = isTaken ? `Port ${port} is taken.` : `PORT ${port} on HOST "${host}": ${cause.message}.`;
      reject(new HereaboutsError(isTaken ? "PORT_IN_USE" : "BAD_SETTING", details, { cause }));
    });
    server.listen(address, () => resolve(server));
  });
}
