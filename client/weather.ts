/**
 * Network weather for one connection of the SDK, on all that it sends and receives. Datagrams come late, in another order
 * or not at all; over the WebSocket nothing is lost, but what a network loses there holds up all that is behind it until
 * it was sent again, as TCP does. Knows no clock but the one it is given.
 */
import type { Tap, TapLink } from "./tap.ts";

/** How bad a network is. */
export interface Weather {
  /** Each way, in ms. */
  readonly delayMs: number;
  /** Up to this much more, in ms. */
  readonly jitterMs: number;
  /** Share of what is lost each way, 0 to 1. */
  readonly loss: number;
}

export const fairWeather: Weather = { delayMs: 0, jitterMs: 0, loss: 0 };

/** TCP's shortest wait before it sends again (RFC 6298 says 1 s, Linux takes this). */
const resendMs = 200;
const mostResends = 5;

export interface WeatherClock {
  now(): number;
  /** Calls back after so many ms. */
  wait(ms: number, then: () => void): void;
  /** 0 to 1. */
  random(): number;
}

const realClock: WeatherClock = {
  now: () => performance.now(),
  wait: (ms, then) => void setTimeout(then, ms),
  random: Math.random,
};

/** One way: what is on it, in the order of sending. */
type Lane = { readonly underway: Set<() => void>; lastAt: number };

export class WeatherTap implements Tap {
  readonly #clock: WeatherClock;
  readonly #lanes = new Map<TapLink, { out: Lane; in: Lane }>();
  #weather: Weather;

  constructor(weather: Partial<Weather> = {}, clock: WeatherClock = realClock) {
    this.#weather = { ...fairWeather, ...weather };
    this.#clock = clock;
  }

  get weather(): Weather {
    return this.#weather;
  }

  /** What is left out stays. What is underway arrives as it would have. */
  change(weather: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...weather };
  }

  out(frame: Uint8Array, link: TapLink, pass: (frame: Uint8Array) => void): void {
    this.#send(frame, link, this.#lanesOf(link).out, pass);
  }

  in(frame: Uint8Array, link: TapLink, pass: (frame: Uint8Array) => void): void {
    this.#send(frame, link, this.#lanesOf(link).in, pass);
  }

  /** Lets all that is underway arrive at once. Call it when this tap is taken off: what comes then overtakes nothing. */
  flush(): void {
    for (const { out, in: back } of this.#lanes.values()) {
      for (const { underway } of [out, back]) {
        for (const arrive of underway) arrive();
        underway.clear();
      }
    }
    this.#lanes.clear();
  }

  #send(frame: Uint8Array, { carrier }: TapLink, lane: Lane, pass: (frame: Uint8Array) => void): void {
    const now = this.#clock.now();
    const at = carrier === "datagram" ? this.#arrivalOfDatagram(now) : this.#arrivalInOrder(now, lane.lastAt);
    if (at === undefined) return;
    lane.lastAt = Math.max(lane.lastAt, at);
    if (at <= now && lane.underway.size === 0) {
      pass(frame);
      return;
    }
    const kept = frame.slice();
    const arrive = () => pass(kept);
    lane.underway.add(arrive);
    this.#clock.wait(at - now, () => {
      // timers are coarse: whichever fires first brings what was sent first, where the order counts
      const first = carrier === "datagram" ? arrive : lane.underway.values().next().value;
      if (first && lane.underway.delete(first)) first();
    });
  }

  #arrivalOfDatagram(now: number): number | undefined {
    const { delayMs, jitterMs, loss } = this.#weather;
    const [toLose, toJitter] = [this.#clock.random(), this.#clock.random()];
    return toLose < loss ? undefined : now + delayMs + toJitter * jitterMs;
  }

  #arrivalInOrder(now: number, lastAt: number): number {
    const { delayMs, jitterMs, loss } = this.#weather;
    let at = now + delayMs + this.#clock.random() * jitterMs;
    for (let resends = 0; resends < mostResends && this.#clock.random() < loss; resends++) at += resendMs + 2 * delayMs;
    return Math.max(at, lastAt);
  }

  #lanesOf(link: TapLink) {
    const lanes = this.#lanes.get(link) ?? { out: newLane(), in: newLane() };
    this.#lanes.set(link, lanes);
    return lanes;
  }
}

const newLane = (): Lane => ({ underway: new Set(), lastAt: Number.NEGATIVE_INFINITY });
