/**
 * The weather between two network namespaces, as a process of its own: what comes out of one TUN device goes into the
 * other late, twice, in another order or not at all. It treats TCP, UDP and all else alike, and knows IPv4 only.
 * network.ts starts it with both devices open and commands it over IPC; it ends with whoever started it.
 */
import { read, writeSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { now } from "./clock.ts";
import { Link, type Weather } from "./weather.ts";

export type Direction = "aToB" | "bToA";
export type Command = { id: number; direction?: Direction | undefined; weather?: Partial<Weather>; blockUdp?: boolean };
export type Counts = Record<Direction, Link["counts"]>;
export type Answer = { id: number; counts: Counts };
/** The first thing it says: descriptors, open in this process, of each namespace it was started through. */
export type Ready = { pid: number; namespaces: number[] };

const [seed = 0, ...descriptors] = process.argv.slice(2).map(Number);
const namespaces = descriptors.filter((_, i) => i % 2 === 0);
const [tunA, tunB] = descriptors.filter((_, i) => i % 2 === 1).slice(-2);
if (tunA === undefined || tunB === undefined) throw new Error("This is started by network.ts.");

const udp = 17;
let isUdpBlocked = false;
const links: Record<Direction, Link<Buffer>> = { aToB: new Link({}, seed), bToA: new Link({}, seed + 1) };

function pump(from: number, to: number, link: Link<Buffer>): void {
  const buffer = Buffer.allocUnsafe(65_536);
  let timer: NodeJS.Timeout | undefined;
  const deliver = () => {
    clearTimeout(timer);
    for (const packet of link.due(now())) put(to, packet);
    if (link.nextAt !== undefined) timer = setTimeout(deliver, Math.max(1, link.nextAt - now()));
  };
  const next = () =>
    read(from, buffer, 0, buffer.length, null, (error, length) => {
      if (error) throw error;
      const isIPv4 = buffer[0]! >> 4 === 4;
      if (isIPv4 && !(isUdpBlocked && buffer[9] === udp)) link.send(Buffer.from(buffer.subarray(0, length)), now());
      deliver();
      next();
    });
  next();
}

function put(tun: number, packet: Buffer): void {
  try {
    writeSync(tun, packet);
  } catch (error) {
    // A device that is not up yet takes nothing: the packet is lost, as on a cable that is not plugged in.
    if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
  }
}

process.on("message", ({ id, direction, weather, blockUdp }: Command) => {
  for (const one of direction ? [direction] : (["aToB", "bToA"] as const)) if (weather) links[one].change(weather);
  isUdpBlocked = blockUdp ?? isUdpBlocked;
  process.send!({ id, counts: { aToB: links.aToB.counts, bToA: links.bToA.counts } } satisfies Answer);
});

// An ordinary exit would wait for ever for the two threads that are reading.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Ctrl+C is for the parent to handle: it may want to finish over this network.
process.on("SIGINT", () => {});

// A busy machine is no weather.
setPriority(constants.priority.PRIORITY_HIGHEST);
pump(tunA, tunB, links.aToB);
pump(tunB, tunA, links.bToA);
process.send!({ pid: process.pid, namespaces } satisfies Ready);
