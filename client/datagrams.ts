/**
 * One's own end of a seat's datagram channel: offers it through the room, sends by it while echoes prove that it delivers
 * (schema/channel.ts), and offers again after it was lost. Without datagrams nothing changes but the carrier.
 */
import { Channel, type ChannelEvent, type ChannelStats } from "../schema/channel.ts";
import { maxPayloadBytes, readDatagram } from "../schema/datagrams.ts";
import { Peer, type PeerConnections } from "./peer.ts";
import { watchNetwork } from "./tab.ts";
import { type TapLink, Wire } from "./tap.ts";

const tickMs = 50;

export interface DatagramsOptions {
  /** Undefined where there are none, or none are wanted. */
  connections: PeerConnections | undefined;
  /** What datagrams pass through. */
  wire?: Wire | undefined;
  /** Asks the room for the answer to an offer. */
  ask(offer: string): Promise<string>;
  /** A frame came as a datagram. */
  deliver(frame: Uint8Array): void;
  /** The carrier changed. */
  onChange(carrier: "datagram" | "websocket"): void;
}

export class Datagrams {
  readonly #options: DatagramsOptions;
  readonly #wire: Wire;
  readonly #link: TapLink = { room: "world", carrier: "datagram" };
  #channel = new Channel("client");
  #peer: Peer | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #carrier: "datagram" | "websocket" = "websocket";
  #isClosed = false;
  readonly #unwatch: () => void;

  constructor(options: DatagramsOptions) {
    this.#options = options;
    this.#wire = options.wire ?? new Wire();
    if (!options.connections) this.#channel.apply({ type: "closed", reason: "off" }, 0);
    this.#unwatch = watchNetwork(() => this.#timer !== undefined && this.#apply({ type: "networkChanged" }));
  }

  get carrier(): "datagram" | "websocket" {
    return this.#channel.carrier;
  }

  stats(): ChannelStats {
    return this.#channel.stats(performance.now());
  }

  /** The room was joined, for the first time or again: whatever there was belongs to the seat before. */
  open(): void {
    this.pause();
    if (!this.#options.connections || this.#isClosed) return;
    this.#channel = new Channel("client");
    this.#timer = setInterval(() => this.#apply({ type: "tick" }), tickMs);
    (this.#timer as { unref?: () => void }).unref?.();
    this.#apply({ type: "tick" });
  }

  /** The room's connection is lost. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#drop();
    this.#apply({ type: "closed", reason: "closed" });
  }

  /** For good: a room that is joined again later does not open it. */
  close(): void {
    this.#isClosed = true;
    this.pause();
    this.#unwatch();
  }

  /** Sends a frame as a datagram. False: it has to go over the WebSocket. */
  send(frame: Uint8Array): boolean {
    return this.#channel.carrier === "datagram" && frame.length <= maxPayloadBytes && this.#transmit(frame);
  }

  /** The server's end of the transport is gone. */
  lost(reason: "closed" | "carrier"): void {
    if (!this.#peer) return;
    this.#drop();
    this.#apply({ type: "closed", reason });
  }

  #transmit(frame: Uint8Array | undefined): boolean {
    const peer = this.#peer;
    if (!peer) return false;
    this.#wire.out(this.#channel.wrap(frame, performance.now()), this.#link, (passed) => {
      if (peer !== this.#peer) return;
      try {
        peer.send(passed);
      } catch {
        this.lost("closed");
      }
    });
    return peer === this.#peer;
  }

  #apply(event: ChannelEvent): void {
    for (const effect of this.#channel.apply(event, performance.now())) {
      if (effect === "heartbeat") this.#transmit(undefined);
      else if (effect === "offer") this.#offer();
      else this.#drop();
    }
    if (this.#carrier === this.#channel.carrier) return;
    this.#carrier = this.#channel.carrier;
    this.#options.onChange(this.#carrier);
  }

  #offer(): void {
    this.#drop();
    const { connections } = this.#options;
    if (!connections || this.#timer === undefined) return;
    let peer: Peer;
    try {
      peer = new Peer(connections, {
        opened: () => peer === this.#peer && this.#apply({ type: "opened" }),
        message: (bytes) =>
          this.#wire.in(bytes, this.#link, (passed) => {
            if (peer === this.#peer) this.#receive(passed);
          }),
        closed: () => peer === this.#peer && this.lost("closed"),
      });
    } catch {
      this.#apply({ type: "closed", reason: "off" });
      return;
    }
    this.#peer = peer;
    peer.connect(this.#options.ask).catch(() => {
      if (peer !== this.#peer) return;
      this.#drop();
      this.#apply({ type: "closed", reason: "refused" });
    });
  }

  #receive(bytes: Uint8Array): void {
    let datagram: ReturnType<typeof readDatagram>;
    try {
      datagram = readDatagram(bytes);
    } catch {
      return; // of another version: the echoes will tell
    }
    this.#apply({ type: "received", header: datagram.header });
    if (datagram.payload.length > 0) this.#options.deliver(datagram.payload);
  }

  #drop(): void {
    this.#peer?.close();
    this.#peer = undefined;
  }
}
