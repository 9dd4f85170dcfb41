/** Counts all frames by way and name, and lets the weather have them. Pure but for the clock of the weather. */
import type { Tap, TapLink } from "../tap.ts";
import type { WeatherTap } from "../weather.ts";
import { nameOf } from "./frameName.ts";

export interface Flow {
  readonly room: TapLink["room"];
  readonly carrier: TapLink["carrier"];
  readonly way: "in" | "out";
  readonly name: string;
  frames: number;
  bytes: number;
}

/** A flow over the time since the last look. */
export interface FlowRate extends Readonly<Flow> {
  readonly perSecond: number;
  readonly bytesPerSecond: number;
}

/** Names come from pieces and servers: what is beyond so many is counted as one. */
const mostNames = 60;

export class Recorder implements Tap {
  readonly #weather: WeatherTap;
  readonly #flows = new Map<string, Flow>();
  readonly #before = new Map<string, { frames: number; bytes: number }>();
  #lookedAt: number;

  constructor(weather: WeatherTap, now: number) {
    this.#weather = weather;
    this.#lookedAt = now;
  }

  out(frame: Uint8Array, link: TapLink, pass: (frame: Uint8Array) => void): void {
    this.#count(frame, link, "out");
    this.#weather.out(frame, link, pass);
  }

  /** What comes is counted when it comes, before the weather has it. */
  in(frame: Uint8Array, link: TapLink, pass: (frame: Uint8Array) => void): void {
    this.#count(frame, link, "in");
    this.#weather.in(frame, link, pass);
  }

  /** All flows, busiest first, with their rates since the last look. */
  look(now: number): FlowRate[] {
    const seconds = Math.max(0.001, (now - this.#lookedAt) / 1000);
    this.#lookedAt = now;
    const rates = [...this.#flows].map(([key, flow]) => {
      const before = this.#before.get(key) ?? { frames: 0, bytes: 0 };
      this.#before.set(key, { frames: flow.frames, bytes: flow.bytes });
      const perSecond = (flow.frames - before.frames) / seconds;
      return { ...flow, perSecond, bytesPerSecond: (flow.bytes - before.bytes) / seconds };
    });
    return rates.sort((a, b) => b.frames - a.frames);
  }

  #count(frame: Uint8Array, link: TapLink, way: Flow["way"]): void {
    const called = nameOf(frame, link);
    const keyOf = (name: string) => `${link.room} ${link.carrier} ${way} ${name}`;
    const isKnown = this.#flows.has(keyOf(called));
    const name = isKnown || this.#flows.size < mostNames ? called : "others";
    const flow = this.#flows.get(keyOf(name)) ?? { ...link, way, name, frames: 0, bytes: 0 };
    this.#flows.set(keyOf(name), flow);
    flow.frames++;
    flow.bytes += frame.length;
  }
}
