/** The weather dial: how late, how unevenly and how seldom frames arrive, each way. */
import { fairWeather, type Weather, type WeatherTap } from "../weather.ts";
import { element } from "./dom.ts";

const knobs = [
  { label: "delay", most: 1000, step: 10, unit: "ms", read: "delayMs", scale: 1 },
  { label: "jitter", most: 500, step: 5, unit: "ms", read: "jitterMs", scale: 1 },
  { label: "loss", most: 50, step: 1, unit: "%", read: "loss", scale: 100 },
] as const;

export interface Dial {
  readonly element: HTMLElement;
  /** What is left out stays. */
  turn(weather: Partial<Weather>): void;
}

export function dialOf(weather: WeatherTap): Dial {
  const shows: (() => void)[] = [];
  const rows = knobs.flatMap(({ label, most, step, unit, read, scale }) => {
    const id = `weather-${label}`;
    const input = element("input", { id, type: "range", min: "0", max: String(most), step: String(step) });
    const output = element("output", { htmlFor: id } as object);
    const show = () => {
      const value = Math.round(weather.weather[read] * scale);
      input.value = String(value);
      output.value = `${value} ${unit}`;
      input.setAttribute("aria-valuetext", `${value} ${unit} each way`);
    };
    input.addEventListener("input", () => {
      weather.change({ [read]: Number(input.value) / scale });
      show();
    });
    shows.push(show);
    show();
    return [element("label", { htmlFor: id }, label), input, output];
  });
  const fair = element("button", { type: "button" }, "Fair weather");
  const turn = (change: Partial<Weather>) => {
    weather.change(change);
    for (const show of shows) show();
  };
  fair.addEventListener("click", () => turn(fairWeather));
  return { element: element("div", {}, element("div", { className: "dial" }, ...rows), fair), turn };
}
