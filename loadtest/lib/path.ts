/** A link that delivers by itself: a Link with a timer. */
import { now } from "./clock.ts";
import { Link, type Weather } from "./weather.ts";

export class Path<Packet extends { readonly length: number }> {
  readonly #link: Link<Packet>;
  readonly #deliver: (packet: Packet) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(weather: Partial<Weather>, seed: number, deliver: (packet: Packet) => void) {
    this.#link = new Link(weather, seed);
    this.#deliver = deliver;
  }

  /** The packet is kept until it arrives: it must not be written to any more. */
  send(packet: Packet): void {
    this.#link.send(packet, now());
    this.#arm();
  }

  /** What is underway never arrives. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { nextAt } = this.#link;
    if (nextAt !== undefined) this.#timer = setTimeout(() => this.#arrive(), Math.max(0, nextAt - now()));
  }

  #arrive(): void {
    for (const packet of this.#link.due(now())) this.#deliver(packet);
    this.#arm();
  }
}
