/**
 * The carrier's process: WebRTC peers on one UDP port, with a socket to the rooms' process as descriptor 3.
 * It ends when that socket does, however the rooms' process ended; signals are the rooms' process's business.
 */
import { lookup } from "node:dns/promises";
import { Socket } from "node:net";
import { createLink } from "./link.ts";
import type { ChildOptions, Health, ToChild, ToParent } from "./messages.ts";
import { createNative } from "./native.ts";
import { createPeers } from "./peers.ts";

/** Datagrams from all peers within this time reach the rooms' process in one read. */
const gatherMs = 4;

type Carrier = { native: ReturnType<typeof createNative>; peers: ReturnType<typeof createPeers> };

const options = JSON.parse(process.argv[2]!) as ChildOptions;
let carrier: Carrier | undefined; // beats come before it is there
const socket = new Socket({ fd: 3, readable: true, writable: true });
const link = createLink<ToChild, ToParent>(socket, { datagram, control }, { delayMs: gatherMs });

process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
socket.on("error", () => {}); // closes it
socket.on("close", () => {
  try {
    carrier?.peers.closeAll();
    carrier?.native.close();
  } finally {
    process.kill(process.pid, "SIGKILL"); // exit() would run the library's destructors, which may wait for ever
  }
});
carrier = await start();
if (carrier) {
  setInterval(carrier.peers.sweep, 1000);
  link.control({ type: "up" });
}

async function start(): Promise<Carrier | undefined> {
  const library = await import(options.library).catch((error: Error) => unable("package", error));
  if (!library) return;
  try {
    const { address: host } = await lookup(options.host);
    const native = createNative(library, { ...options, host });
    const peers = createPeers(native.connect, {
      datagram: link.send,
      answer: (peer, answer) => link.control({ type: "answer", peer, answer }),
      closed: (peer, reason) => link.control({ type: "closed", peer, reason }),
    });
    return { native, peers };
  } catch (error) {
    unable("port", error as Error);
  }
}

function unable(reason: "package" | "port", { message }: Error): void {
  link.control({ type: "unable", reason, message });
}

function datagram(peer: number, bytes: Uint8Array): void {
  carrier?.peers.send(peer, bytes);
}

function control(message: ToChild): void {
  switch (message.type) {
    case "open":
      carrier?.peers.open(message.peer, message.offer);
      break;
    case "close":
      carrier?.peers.close(message.peer);
      break;
    case "beat":
      link.control({ type: "beat", health: health() });
  }
}

function health(): Health {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
    dropped: {
      tooFast: 0,
      tooLarge: 0,
      text: 0,
      notOpen: 0,
      behind: 0,
      ...carrier?.peers.dropped,
      waited: link.dropped,
    },
  };
}
