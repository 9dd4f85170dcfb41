/** `--weather loss=5,delay=50`: what the network does to everyone in a load test, in both directions. */
import type { Option } from "./options.ts";
import { UsageError } from "./usage.ts";
import { fairWeather, type Weather } from "./weather.ts";

const percent = { most: 100, unit: "%" };
const ms = { most: 10_000, unit: "ms" };
const words = {
  loss: { ...percent, key: "loss" },
  delay: { ...ms, key: "delayMs" },
  jitter: { ...ms, key: "jitterMs" },
  reorder: { ...percent, key: "reorder" },
  duplicate: { ...percent, key: "duplicate" },
} as const;

/** Round trips within which TCP never sends again on Linux and most others, in ms (RFC 6298 asks for 1 s; Linux takes 0.2). */
const leastRepairMs = 200;

export const weatherOption: Option<Weather | undefined> = {
  parse: parseWeather,
  default: undefined,
  unit: "list",
  meaning: "such as loss=5,delay=50,jitter=20,reorder=1,duplicate=1 in % and ms, each way; without root",
};

/** Throws a UsageError. */
export function parseWeather(text: string): Weather {
  const weather = { ...fairWeather };
  for (const part of text.split(",")) {
    const [, name = "", value = ""] = /^\s*([a-z]+)=(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (!Object.hasOwn(words, name))
      throw new UsageError(`"${part.trim()}": write name=number. There are: ${Object.keys(words).join(" ")}`);
    const { key, most, unit } = words[name as keyof typeof words];
    if (Number(value) > most) throw new UsageError(`${name} must be at most ${most} ${unit}`);
    weather[key] = unit === "%" ? Number(value) / 100 : Number(value);
  }
  return weather;
}

/**
 * The same network as what goes by TCP feels it: nothing is lost, doubled or overtaken, but what was lost comes again after
 * a round trip and the least time that TCP waits, and all behind it wait. A message counts as one packet.
 */
export function repaired(weather: Weather): Weather {
  return { ...weather, duplicate: 0, repairMs: leastRepairMs + 2 * weather.delayMs };
}
