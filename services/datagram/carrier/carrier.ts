/**
 * Datagrams to and from clients, carried by WebRTC on one UDP port in a process of its own: whatever becomes of that
 * process, the rooms' process goes on, each peer is told at once, and the carrier is started again with growing pauses.
 * Where it cannot run at all, that is said once and every open is refused. Knows no room.
 */
import type { Config } from "../../../config.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import { apart } from "../../context.ts";
import type { Log } from "../../ops/log.ts";
import { type Child, startChild } from "./child.ts";
import type { ChildDrop, ChildOptions, Health, ToParent } from "./messages.ts";
import { maxDatagramBytes, readOffer } from "./sdp.ts";

export interface Carrier {
  /** `off`: switched off, the native package is missing or the port is taken; said once in the log. */
  readonly state: "off" | "starting" | "up" | "down";
  /**
   * Opens a peer for a client's SDP offer; the answer names every address to try. The peer sends nothing until its
   * channel opens. Rejects with NO_DATAGRAMS, DATAGRAMS_FULL or BAD_MESSAGE.
   */
  open(offer: unknown, events: CarrierPeerEvents): Promise<{ peer: CarrierPeer; answer: string }>;
  /** Ends the process, which is started again, for a `reason` that only its user can know. */
  restart(reason: string): void;
  stats(): CarrierStats;
  close(): Promise<void>;
}

/** A carrier that was started; `begun` says in words what became of that, once it is known. */
export type StartedCarrier = Carrier & { readonly begun: Promise<string> };

export interface CarrierPeerEvents {
  onMessage(bytes: Uint8Array): void;
  /** Called once, unless `close` was called before. `carrier`: every peer of the process is gone. */
  onClose(reason: "closed" | "carrier"): void;
}

export interface CarrierPeer {
  /** At most 1,156 bytes; copied. Never fails: what cannot be sent is dropped and counted. */
  send(bytes: Uint8Array): void;
  close(): void;
}

/** All counted since the start, over all restarts, but `pid`, `peers` and `rssBytes`. */
export type CarrierStats = {
  state: Carrier["state"];
  pid: number;
  peers: number;
  datagramsIn: number;
  datagramsOut: number;
  /** `unsent`: the carrier's process did not read in time. */
  dropped: Record<ChildDrop | "unsent", number>;
  cpuSeconds: number;
  rssBytes: number;
  restarts: number;
};

type CarrierOptions = {
  config: Pick<Config, "host" | "datagrams" | "datagramPeers" | "udpHost" | "udpPort" | "publicIp" | "publicUdpPort">;
  /** The port that HTTP listens on: the UDP port unless the setting names another. */
  httpPort: number;
  log: Log;
  /** Module that is the native library; another in tests. */
  library?: string | undefined;
};

type Peer = { events: CarrierPeerEvents; answer: PromiseWithResolvers<string>; isGiven: boolean };

type Life = { state: "off" | "down" } | { state: "starting" | "up"; child: Child };

const pausesMs = [250, 1000, 2000, 5000];
/** A run this long is a new beginning: the next pause is the shortest again. */
const healthyMs = 60_000;

const noHealth: Health = {
  cpuSeconds: 0,
  rssBytes: 0,
  dropped: { tooFast: 0, tooLarge: 0, text: 0, notOpen: 0, behind: 0, waited: 0 },
};

export function createCarrier({ config, httpPort, log, library = "node-datachannel" }: CarrierOptions): StartedCarrier {
  const peers = new Map<number, Peer>();
  const port = config.udpPort || httpPort;
  const options: ChildOptions = {
    library,
    host: config.udpHost || config.host,
    port,
    publicIp: config.publicIp,
    publicPort: config.publicUdpPort,
  };
  let life: Life = { state: "off" };
  let health = noHealth;
  /** What runs before this one counted. */
  const past = { cpuSeconds: 0, unsent: 0, dropped: { ...noHealth.dropped } };
  let lastId = 0;
  let datagramsIn = 0;
  let datagramsOut = 0;
  let tooLarge = 0;
  let restarts = 0;
  let failures = 0;
  let hasBeenUp = false;
  let upAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const begun = Promise.withResolvers<string>();

  function start(): void {
    const child = startChild(options, {
      message: (message) => take(message, child),
      datagram(id, bytes) {
        const peer = peers.get(id);
        if (!peer?.isGiven) return;
        datagramsIn++;
        guarded(() => peer.events.onMessage(bytes));
      },
      end: (reason) => lose(child, reason),
      exit: (how, words) => log.warn({ pid: child.pid, how, words }, "a datagram carrier's process ended"),
    });
    life = { state: "starting", child };
    upAt = Number.POSITIVE_INFINITY;
  }

  function take(message: ToParent, child: Child): void {
    if (!("child" in life) || life.child !== child) return; // closed meanwhile
    switch (message.type) {
      case "up":
        life = { state: "up", child };
        upAt = performance.now();
        hasBeenUp = true;
        log.info({ port, pid: child.pid }, "datagrams are carried");
        begun.resolve(`UDP port ${port}`);
        break;
      case "unable":
        void child.stop();
        // after a crash the port may be held for a moment more
        if (hasBeenUp) lose(child, message.message);
        else {
          const words = unableWords(message.reason, port, library);
          life = { state: "off" };
          log.warn({ port, reason: message.message }, words);
          begun.resolve(`off: ${words}`);
        }
        break;
      case "answer":
        peers.get(message.peer)?.answer.resolve(message.answer);
        break;
      case "closed":
        log.debug({ peer: message.peer, reason: message.reason }, "a datagram peer was closed");
        tell(message.peer, "closed");
        break;
      case "beat":
        health = message.health;
    }
  }

  function lose(child: Child, reason: string): void {
    if (performance.now() - upAt > healthyMs) failures = 0;
    const pauseMs = pausesMs[Math.min(failures++, pausesMs.length - 1)]!;
    log.warn(
      { pid: child.pid, reason, peers: peers.size, pauseMs },
      "the datagram carrier is down; it is started again",
    );
    life = { state: "down" };
    past.cpuSeconds += health.cpuSeconds;
    past.unsent += child.link.dropped;
    for (const key of Object.keys(past.dropped) as ChildDrop[]) past.dropped[key] += health.dropped[key];
    health = noHealth;
    timer = apart(() =>
      setTimeout(() => {
        restarts++;
        start();
      }, pauseMs),
    );
    for (const id of [...peers.keys()]) tell(id, "carrier");
  }

  function tell(id: number, reason: "closed" | "carrier"): void {
    const peer = peers.get(id);
    if (!peer) return;
    peers.delete(id);
    if (peer.isGiven) guarded(() => peer.events.onClose(reason));
    else peer.answer.reject(unanswered());
  }

  function guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      log.limited("error", "datagram", { error }, "a datagram was not handled");
    }
  }

  if (config.datagrams) start();
  else {
    log.info({}, "datagrams are switched off; movement goes over WebSockets");
    begun.resolve("off by DATAGRAMS: movement goes over WebSockets");
  }

  return {
    begun: begun.promise,
    get state() {
      return life.state;
    },
    async open(offer, events) {
      if (life.state !== "up") throw new HereaboutsError("NO_DATAGRAMS");
      const { link } = life.child;
      const text = readOffer(offer);
      if (peers.size >= config.datagramPeers) throw new HereaboutsError("DATAGRAMS_FULL");
      const id = ++lastId;
      const entry: Peer = { events, answer: Promise.withResolvers(), isGiven: false };
      peers.set(id, entry);
      link.control({ type: "open", peer: id, offer: text });
      const answer = await entry.answer.promise;
      if (!peers.has(id)) throw unanswered(); // it ended in the turn that it was answered in
      entry.isGiven = true;
      const peer: CarrierPeer = {
        send(bytes) {
          if (!peers.has(id)) return;
          if (bytes.length > maxDatagramBytes) {
            tooLarge++;
            return;
          }
          datagramsOut++;
          link.send(id, bytes);
        },
        close() {
          if (peers.delete(id)) link.control({ type: "close", peer: id });
        },
      };
      return { peer, answer };
    },
    restart(reason) {
      if ("child" in life) life.child.kill(reason);
    },
    stats() {
      const child = "child" in life ? life.child : undefined;
      const dropped = { ...past.dropped, unsent: past.unsent + (child?.link.dropped ?? 0) };
      for (const key of Object.keys(past.dropped) as ChildDrop[]) dropped[key] += health.dropped[key];
      dropped.tooLarge += tooLarge;
      return {
        state: life.state,
        pid: child?.pid ?? 0,
        peers: peers.size,
        datagramsIn,
        datagramsOut,
        dropped,
        cpuSeconds: past.cpuSeconds + health.cpuSeconds,
        rssBytes: health.rssBytes,
        restarts,
      };
    },
    async close() {
      clearTimeout(timer);
      const child = "child" in life ? life.child : undefined;
      life = { state: "off" };
      for (const id of [...peers.keys()]) tell(id, "carrier");
      await child?.stop();
    },
  };
}

const unanswered = () => new HereaboutsError("NO_DATAGRAMS", "The offer was not answered.");

function unableWords(reason: "package" | "port", port: number, library: string): string {
  return reason === "port"
    ? `UDP port ${port} is taken or not allowed: no datagrams, movement goes over WebSockets; free it or set UDP_PORT`
    : `${library} cannot be loaded: no datagrams, movement goes over WebSockets; run npm ci, or set DATAGRAMS=off`;
}
