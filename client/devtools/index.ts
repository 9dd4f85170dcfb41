/**
 * `hereabouts/devtools`: a panel on the page, in a shadow root, that shows what the SDK knows (rooms, people, carrier,
 * round trip, loss, state, frames, refusals) and makes the network as bad as wanted. On a plain page it is `/devtools.js`.
 *
 * @example
 * ```ts
 * import { connect } from "hereabouts/client";
 * import { openDevtools } from "hereabouts/devtools";
 *
 * const here = await connect();
 * if (location.hash === "#devtools") openDevtools(here);
 * ```
 */
import type { Hereabouts } from "../types.ts";
import { fairWeather, type Weather, WeatherTap } from "../weather.ts";
import { Panel } from "./panel.ts";
import { Recorder } from "./recorder.ts";
import { Troubles } from "./troubles.ts";

export type { Weather } from "../weather.ts";

/** How the panel opens. */
export interface DevtoolsOptions {
  /** Shows and hides the panel, as `KeyboardEvent.key` has it; `F2` if left out. */
  key?: string;
  /** Hidden at first, until the key is pressed. */
  hidden?: boolean;
  /** The weather to begin with. */
  weather?: Partial<Weather>;
}

/** The open panel. */
export interface Devtools {
  /** Whether the page shows it. */
  isHidden: boolean;
  /** What the dial says. */
  readonly weather: Weather;
  /** Turns the weather dial: what is left out stays. */
  changeWeather(weather: Partial<Weather>): void;
  /** Takes the panel off the page; the weather is fair again. */
  close(): void;
}

const refreshMs = 500;
const opened = new WeakMap<Hereabouts, Devtools>();

/**
 * Opens the panel of a connection; asked again for the same one, it gives the panel that there is. Needs a page.
 *
 * @example
 * ```ts
 * import { connect } from "hereabouts/client";
 * import { openDevtools } from "hereabouts/devtools";
 *
 * const devtools = openDevtools(await connect(), { key: "F9", hidden: true });
 * devtools.changeWeather({ delayMs: 80, loss: 0.02 });
 * ```
 */
export function openDevtools(here: Hereabouts, options: DevtoolsOptions = {}): Devtools {
  const devtools = opened.get(here) ?? open(here, options);
  opened.set(here, devtools);
  return devtools;
}

function open(
  here: Hereabouts,
  { key = "F2", hidden = false, weather: first = fairWeather }: DevtoolsOptions,
): Devtools {
  const weather = new WeatherTap(first);
  const recorder = new Recorder(weather, performance.now());
  const troubles = new Troubles(here);
  const panel = new Panel({ here, recorder, weather, troubles, key, onHide: () => hide(true) });
  const off = here.tap(recorder);
  const refresh = () => {
    troubles.look();
    if (!panel.isHidden) panel.show(performance.now());
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== key || event.repeat) return;
    event.preventDefault();
    hide(!panel.isHidden);
  };
  const hide = (isHidden: boolean) => {
    panel.isHidden = isHidden;
    refresh();
  };
  panel.isHidden = hidden;
  document.body.append(panel.host);
  addEventListener("keydown", onKey);
  const timer = setInterval(refresh, refreshMs);
  refresh();
  return {
    get isHidden() {
      return panel.isHidden;
    },
    set isHidden(isHidden) {
      hide(isHidden);
    },
    get weather() {
      return weather.weather;
    },
    changeWeather: (change) => panel.turn(change),
    close() {
      clearInterval(timer);
      removeEventListener("keydown", onKey);
      off();
      weather.flush();
      troubles.close();
      panel.host.remove();
      opened.delete(here);
    },
  };
}
