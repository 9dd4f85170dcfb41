/** Bad networks in tests: between one person's SDK and the server, whatever carries the frames. */
import type { Hereabouts } from "../client/index.ts";
import { type Weather, WeatherTap } from "../client/weather.ts";

/** The weather on one person's link. */
export interface LinkWeather {
  /** What is left out stays. */
  change(weather: Partial<Weather>): void;
  /** Fair weather again: what is underway arrives at once. */
  end(): void;
}

/**
 * Gives all that `here` sends and receives a delay, jitter and losses from now on, in place of the weather before.
 *
 * @example
 * ```ts
 * import { weatherOn } from "hereabouts/testing";
 *
 * const weather = weatherOn(here, { delayMs: 80, jitterMs: 20, loss: 0.05 });
 * weather.change({ loss: 0.2 });
 * weather.end();
 * ```
 */
export function weatherOn(here: Hereabouts, weather: Partial<Weather>): LinkWeather {
  const tap = new WeatherTap(weather);
  const off = here.tap(tap);
  return {
    change: (change) => tap.change(change),
    end() {
      off();
      tap.flush();
    },
  };
}
