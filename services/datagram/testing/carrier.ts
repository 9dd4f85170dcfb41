/** A carrier for tests: offers are answered by hand, and each peer is a link to a client's `Channel`, lossless and at once. */
import { Channel } from "../../../schema/channel.ts";
import { readDatagram } from "../../../schema/datagrams.ts";
import type { HereaboutsError } from "../../../schema/errors.ts";
import type { Carrier, CarrierPeer, CarrierPeerEvents } from "../carrier/carrier.ts";

type Opening = { peer: CarrierPeer; answer: string };

/** A peer, and the client at its other end. */
export class FakePeer implements CarrierPeer {
  readonly #events: CarrierPeerEvents;
  readonly #opening = Promise.withResolvers<Opening>();
  /** The client's end. It echoes whatever comes while `isAnswering`. */
  readonly channel = new Channel("client", () => 0);
  readonly payloads: Uint8Array[] = [];
  isAnswering = true;
  isClosed = false;

  constructor(events: CarrierPeerEvents) {
    this.#events = events;
    this.channel.apply({ type: "tick" }, performance.now());
    this.channel.apply({ type: "opened" }, performance.now());
  }

  get opening(): Promise<Opening> {
    return this.#opening.promise;
  }

  answer(text = "answer"): void {
    this.#opening.resolve({ peer: this, answer: text });
  }

  refuse(error: HereaboutsError): void {
    this.#opening.reject(error);
  }

  send(bytes: Uint8Array): void {
    if (this.isClosed) throw new Error("A closed peer was sent to.");
    const { header, payload } = readDatagram(bytes);
    if (payload.length > 0) this.payloads.push(payload.slice());
    this.channel.apply({ type: "received", header }, performance.now());
    if (this.isAnswering) this.say();
  }

  /** The client sends a frame, or a heartbeat. */
  say(payload?: Uint8Array): void {
    this.bytes(this.channel.wrap(payload, performance.now()));
  }

  /** The client sends these bytes. */
  bytes(bytes: Uint8Array): void {
    this.#events.onMessage(bytes);
  }

  /** The transport is gone. */
  end(reason: "closed" | "carrier"): void {
    this.isClosed = true;
    this.#events.onClose(reason);
  }

  close(): void {
    this.isClosed = true;
  }
}

export class FakeCarrier implements Carrier {
  readonly state = "up";
  readonly peers: FakePeer[] = [];
  readonly restarts: string[] = [];
  isClosed = false;

  open(_offer: unknown, events: CarrierPeerEvents): Promise<Opening> {
    const peer = new FakePeer(events);
    this.peers.push(peer);
    return peer.opening;
  }

  restart(reason: string): void {
    this.restarts.push(reason);
  }

  stats(): never {
    throw new Error("Nobody counts here.");
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
