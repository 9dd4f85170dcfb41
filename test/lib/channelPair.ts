/**
 * Two ends of a datagram channel over links with weather, turned by hand: thousands of seconds in no time. What must hold
 * at every step is asserted here: no frame leaves by an unproven channel, nothing is sent without a transport.
 */
import { expect } from "vitest";
import { Link, type Weather } from "../../loadtest/lib/weather.ts";
import { Channel, type ChannelEvent } from "../../schema/channel.ts";
import { readDatagram } from "../../schema/datagrams.ts";

const stepMs = 10;
const tickMs = 50;
const signalMs = 60;
const frame = new Uint8Array(200);

export type PairOptions = { weather?: Partial<Weather>; seed?: number; clientHz?: number; serverHz?: number };

/** One end, what it sends through, and what was seen of it. */
export class End {
  readonly channel: Channel;
  readonly out: Link<{ bytes: Uint8Array; length: number; transport: number }>;
  readonly hz: number;
  transport = 0;
  /** Times at which the carrier changed, the first time up included. */
  readonly changes: number[] = [];
  /** When a datagram last arrived here. */
  arrivedAt = Number.NEGATIVE_INFINITY;
  framesByDatagram = 0;
  effects: { name: string; at: number }[] = [];
  carrier: "datagram" | "websocket" = "websocket";

  constructor(role: "client" | "server", weather: Partial<Weather>, seed: number, hz: number) {
    this.channel = new Channel(role, () => 0.5);
    this.out = new Link(weather, seed);
    this.hz = hz;
  }
}

export class Pair {
  now = 0;
  readonly client: End;
  readonly server: End;
  /** Whether what is offered opens. */
  isReachable = true;
  #transport = 0;
  #later: { at: number; run: () => void }[] = [];

  constructor({ weather = { delayMs: 50 }, seed = 1, clientHz = 20, serverHz = 20 }: PairOptions = {}) {
    this.client = new End("client", weather, seed * 2, clientHz);
    this.server = new End("server", weather, seed * 2 + 1, serverHz);
  }

  change(weather: Partial<Weather>): void {
    this.client.out.change(weather);
    this.server.out.change(weather);
  }

  run(ms: number, onStep?: () => void): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += stepMs;
      for (const { run } of this.#due()) run();
      this.#deliver(this.client, this.server);
      this.#deliver(this.server, this.client);
      for (const end of [this.client, this.server]) {
        if (this.now % tickMs === 0) this.apply(end, { type: "tick" });
        if (end.hz > 0 && this.now % (Math.round(1000 / end.hz / stepMs) * stepMs) === 0) this.#sendFrame(end);
      }
      onStep?.();
    }
  }

  apply(end: End, event: ChannelEvent): void {
    for (const effect of end.channel.apply(event, this.now)) {
      end.effects.push({ name: effect, at: this.now });
      if (effect === "heartbeat") this.#send(end, undefined);
      else if (effect === "offer") this.#offer();
      // Nobody tells the other end: state events come late or never.
      else end.transport = 0;
    }
    if (end.channel.carrier !== end.carrier) {
      end.carrier = end.channel.carrier;
      end.changes.push(this.now);
    }
  }

  /** The transport goes on saying that it is open, and delivers nothing ever again. */
  cut(): void {
    this.client.transport = ++this.#transport;
    this.server.transport = ++this.#transport;
  }

  /** Both machines are suspended. */
  sleep(ms: number): void {
    this.now += ms;
  }

  /** Ends the transport at both ends, as when the carrier's process is killed. */
  kill(): void {
    for (const end of [this.client, this.server]) {
      end.transport = 0;
      this.apply(end, { type: "closed", reason: "carrier" });
    }
  }

  #offer(): void {
    const transport = ++this.#transport;
    this.client.transport = transport;
    this.#after(signalMs, () => {
      this.server.transport = transport;
      this.apply(this.server, { type: "offered" });
    });
    this.#after(3 * signalMs, () => {
      if (!this.isReachable) return;
      for (const end of [this.client, this.server]) {
        if (end.transport === transport) this.apply(end, { type: "opened" });
      }
    });
  }

  #sendFrame(end: End): void {
    if (end.channel.carrier !== "datagram") return;
    expect(end.channel.state.name).toBe("open");
    end.framesByDatagram++;
    this.#send(end, frame);
  }

  #send(end: End, payload: Uint8Array | undefined): void {
    expect(end.transport, "a transport to send on").toBeGreaterThan(0);
    const bytes = end.channel.wrap(payload, this.now);
    end.out.send({ bytes, length: bytes.length, transport: end.transport }, this.now);
  }

  #deliver(from: End, to: End): void {
    for (const { bytes, transport } of from.out.due(this.now)) {
      if (transport !== to.transport) continue;
      to.arrivedAt = this.now;
      this.apply(to, { type: "received", header: readDatagram(bytes).header });
    }
  }

  #after(ms: number, run: () => void): void {
    this.#later.push({ at: this.now + ms, run });
  }

  #due() {
    const due = this.#later.filter(({ at }) => at <= this.now);
    this.#later = this.#later.filter(({ at }) => at > this.now);
    return due;
  }
}
