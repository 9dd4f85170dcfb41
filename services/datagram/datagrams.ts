/**
 * The server's end of all datagram channels: one for each seat that offers, each beside its room's WebSocket. Decides by
 * echoes alone who is sent datagrams (schema/channel.ts), and starts the carrier again where all of it has gone silent.
 * Knows no room.
 */
import { Channel, type ChannelEvent, type ChannelStats } from "../../schema/channel.ts";
import { maxPayloadBytes, readDatagram } from "../../schema/datagrams.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { apart } from "../context.ts";
import type { Carrier, CarrierPeer } from "./carrier/carrier.ts";

const tickMs = 50;
/** That of all who have not offered: a channel takes some kilobytes. */
const unoffered = new Channel("server");
/** With at least so many channels, none of which delivered anything for so long, it is the carrier. */
const silence = { channels: 3, ms: 3000, restMs: 30_000 };

export interface SeatEvents {
  /** A frame came as a datagram. */
  payload(frame: Uint8Array): void;
  /** The transport is gone, and not because the client or the room ended it. */
  lost(reason: "closed" | "carrier"): void;
}

/** One seat's channel. */
export interface DatagramSeat {
  /** What to send frames on now. */
  readonly carrier: "datagram" | "websocket";
  /** Takes a client's SDP offer in the place of any before; returns the answer. Rejects as `Carrier.open`. */
  offer(offer: unknown): Promise<string>;
  /** Sends as a datagram; `onLost` as for `Channel.wrap`. False: it has to go over the WebSocket. */
  send(payload: Uint8Array, onLost?: () => void): boolean;
  stats(): ChannelStats;
  close(): void;
}

export class Datagrams {
  /** Datagrams that were none of ours. */
  malformed = 0;
  readonly #seats = new Set<Seat>();
  /** Runs while there are any. */
  #timer: NodeJS.Timeout | undefined;
  #carrier: Carrier | undefined;
  #restartedAt = Number.NEGATIVE_INFINITY;

  /** Until then every offer is refused. */
  begin(carrier: Carrier): void {
    this.#carrier = carrier;
  }

  get carrier(): Carrier | undefined {
    return this.#carrier;
  }

  seat(on: SeatEvents): DatagramSeat {
    return new Seat(() => this.#carrier, this.#seats, {
      ...on,
      malformed: () => this.malformed++,
      opened: () => {
        this.#timer ??= apart(() => setInterval(() => this.#tick(), tickMs)).unref();
      },
    });
  }

  /** Of all channels that have a transport. */
  stats(): ChannelStats[] {
    return [...this.#seats].map((seat) => seat.stats());
  }

  async close(): Promise<void> {
    this.#rest();
    await this.#carrier?.close();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    if (this.#seats.size === 0) this.#rest();
    const now = performance.now();
    let opened = 0;
    let isAnyHeard = false;
    for (const seat of this.#seats) {
      seat.tick(now);
      if (!seat.wasOpen) continue;
      opened++;
      isAnyHeard ||= seat.stats().silentMs < silence.ms;
    }
    if (opened < silence.channels || isAnyHeard || now - this.#restartedAt < silence.restMs) return;
    this.#restartedAt = now;
    this.#carrier?.restart("no channel delivers");
  }
}

/** What a seat tells of itself besides. */
type Counting = { malformed(): void; opened(): void };

class Seat implements DatagramSeat {
  readonly #from: () => Carrier | undefined;
  /** Those with a transport. */
  readonly #all: Set<Seat>;
  readonly #on: SeatEvents & Counting;
  #channel = unoffered;
  #peer: CarrierPeer | undefined;
  #offers = 0;

  constructor(from: () => Carrier | undefined, all: Set<Seat>, on: SeatEvents & Counting) {
    this.#from = from;
    this.#all = all;
    this.#on = on;
  }

  get carrier() {
    return this.#channel.carrier;
  }

  /** Whether its present transport was proven once. */
  wasOpen = false;

  async offer(offer: unknown): Promise<string> {
    this.close();
    const number = this.#offers;
    const carrier = this.#from();
    if (!carrier) throw new HereaboutsError("NO_DATAGRAMS");
    const { peer, answer } = await carrier.open(offer, {
      onMessage: (bytes) => this.#receive(peer, bytes),
      onClose: (reason) => {
        if (peer !== this.#peer) return;
        this.#lose(reason);
        this.#on.lost(reason);
      },
    });
    if (number !== this.#offers) {
      peer.close();
      return answer;
    }
    this.#peer = peer;
    if (this.#channel === unoffered) this.#channel = new Channel("server");
    this.#all.add(this);
    this.#on.opened();
    this.wasOpen = false;
    this.#apply({ type: "offered" }, performance.now());
    return answer;
  }

  send(payload: Uint8Array, onLost?: () => void): boolean {
    if (!this.#peer || this.#channel.carrier !== "datagram" || payload.length > maxPayloadBytes) return false;
    this.#peer.send(this.#channel.wrap(payload, performance.now(), onLost));
    return true;
  }

  tick(now: number): void {
    this.#apply({ type: "tick" }, now);
  }

  stats(): ChannelStats {
    return this.#channel.stats(performance.now());
  }

  /** An offer that is still on its way is answered, and its peer closed. */
  close(): void {
    this.#offers++;
    if (!this.#peer) return;
    this.#peer.close();
    this.#lose("closed");
  }

  #lose(reason: "closed" | "carrier"): void {
    this.#peer = undefined;
    this.#all.delete(this);
    this.#apply({ type: "closed", reason }, performance.now());
  }

  #receive(peer: CarrierPeer, bytes: Uint8Array): void {
    if (peer !== this.#peer) return;
    const datagram = toDatagram(bytes);
    if (datagram) this.#apply({ type: "received", header: datagram.header }, performance.now());
    else this.#on.malformed();
    if (datagram && datagram.payload.length > 0) this.#on.payload(datagram.payload);
  }

  #apply(event: ChannelEvent, now: number): void {
    for (const effect of this.#channel.apply(event, now)) {
      if (effect === "heartbeat") this.#peer?.send(this.#channel.wrap(undefined, now));
      else if (effect === "close") this.close();
    }
    this.wasOpen ||= this.carrier === "datagram";
  }
}

/** Undefined for what is none: it costs its sender nothing but the datagram. */
function toDatagram(bytes: Uint8Array) {
  try {
    return readDatagram(bytes);
  } catch {
    return undefined;
  }
}
