/** Command line options as a table: name, default, unit, meaning. Anything not in the table is a UsageError. */
import { UsageError } from "./usage.ts";

export type Option<T> = { parse(text: string): T; default: T; unit: string; meaning: string };
export type Options = Record<string, Option<unknown>>;
export type Values<T extends Options> = { [K in keyof T]: T[K] extends Option<infer V> ? V : never };

/** A number within limits. */
export function number(fallback: number, min: number, max: number, unit: string, meaning: string): Option<number> {
  const parse = (text: string) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= min && value <= max)) throw new UsageError(`must be a number from ${min} to ${max}`);
    return value;
  };
  return { parse, default: fallback, unit, meaning };
}

/** A whole number within limits. */
export function whole(fallback: number, min: number, max: number, unit: string, meaning: string): Option<number> {
  const option = number(fallback, min, max, unit, meaning);
  const parse = (text: string) => {
    const value = option.parse(text);
    if (!Number.isInteger(value)) throw new UsageError("must be a whole number");
    return value;
  };
  return { ...option, parse };
}

/** Some of what another option takes, between commas. */
export function list<T>(one: Option<T>, fallback: readonly T[]): Option<readonly T[]> {
  return { ...one, parse: (value) => value.split(",").map(one.parse), default: fallback };
}

/** Any text; empty if not given. */
export function text(unit: string, meaning: string, fallback = ""): Option<string> {
  return { parse: (value) => value, default: fallback, unit, meaning };
}

/** One of some words; empty if not given. */
export function choice<T extends string>(words: readonly T[], meaning: string): Option<T | ""> {
  const parse = (value: string) => {
    const word = words.find((one) => one === value);
    if (!word) throw new UsageError(`must be ${words.join(" or ")}`);
    return word;
  };
  return { parse, default: "", unit: "name", meaning };
}

export function defaultsOf<T extends Options>(options: T): Values<T> {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default])) as Values<T>;
}

/** Reads `--name value` and `--name=value`. Throws a UsageError that names what is wrong. */
export function parseOptions<T extends Options>(args: readonly string[], options: T): Values<T> {
  const values: Record<string, unknown> = defaultsOf(options);
  for (let i = 0; i < args.length; i++) {
    const match = /^--([a-z-]+)(?:=(.*))?$/.exec(args[i]!);
    const name = match?.[1]?.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const option = name !== undefined && Object.hasOwn(options, name) ? options[name] : undefined;
    if (name === undefined || !option) {
      throw new UsageError(`Unknown option ${args[i]}. There are: ${Object.keys(options).map(flag).join(" ")}`);
    }
    const given = match?.[2] ?? args[++i];
    if (given === undefined) throw new UsageError(`${flag(name)} needs a value (${option.unit}).`);
    try {
      values[name] = option.parse(given);
    } catch (error) {
      throw new UsageError(`${flag(name)} ${given}: ${(error as Error).message}.`);
    }
  }
  return values as Values<T>;
}

/** Rows that explain options: name, unit, default, meaning. */
export function describeOptions(options: Options): string[][] {
  return Object.entries(options).map(([name, { unit, default: fallback, meaning }]) => {
    return [flag(name), unit, shown(fallback), meaning];
  });
}

/** The value of an option for reading; "-" for none. */
export function shown(value: unknown): string {
  if (value === "" || value === undefined) return "-";
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${part}`)
    .join(", ");
}

export function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
