/**
 * How settings are read: from the environment, a `.env` file and arguments, checked against a table of them. What was
 * meant for a setting and is none is refused. Which settings there are is config.ts's.
 */
import { z } from "zod";
import { HereaboutsError } from "./schema/errors.ts";

/** On or off; `--name` alone is on. */
export const flag = z.stringbool({ truthy: ["1", "true", "yes", "on"], falsy: ["0", "false", "no", "off", ""] });

export type Setting = { type: z.ZodType; unit: string; default: string; meaning: string; secret?: true };
type Settings = Record<string, Setting>;
type Camel<S extends string> = S extends `${infer A}_${infer B}`
  ? `${Lowercase<A>}${Capitalize<Camel<B>>}`
  : Lowercase<S>;

export type ConfigOf<T extends Settings> = { readonly [K in keyof T & string as Camel<K>]: z.infer<T[K]["type"]> };
type Source = "default" | "environment" | ".env" | "argument";
export type Reading<T extends Settings> = { config: ConfigOf<T>; sources: Record<keyof T & string, Source> };

/** Later sources win. Throws BAD_SETTING or UNKNOWN_SETTING. */
export function readSettings<T extends Settings>(
  settings: T,
  env: Record<string, string | undefined>,
  args: readonly string[],
  dotenv: Record<string, string | undefined>,
): Reading<T> {
  const names = Object.keys(settings);
  const given = new Map<string, { value: string; source: Source }>();
  const take = (key: string, value: string | undefined, source: Source, mustExist: boolean) => {
    if (value === undefined) return;
    if (names.includes(key)) given.set(key, { value, source });
    else if (mustExist || isTypo(key, names)) throw unknownSetting(key, source, names);
  };
  for (const [key, value] of Object.entries(env)) take(key, value, "environment", false);
  for (const [key, value] of Object.entries(dotenv)) take(key, value, ".env", true);
  for (const [key, value] of parseArgs(args, settings)) take(key, value, "argument", true);

  const config: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const { value, source } = given.get(name) ?? { value: setting.default, source: "default" as const };
    const parsed = setting.type.safeParse(value.trim());
    if (!parsed.success) {
      const shown = setting.secret ? "its value" : `"${value}"`;
      const reason = parsed.error.issues[0]?.message ?? "is not valid";
      throw new HereaboutsError("BAD_SETTING", `${name} (${source}): ${shown} ${reason}.`);
    }
    config[camel(name)] = parsed.data;
    sources[name] = source;
  }
  return { config: Object.freeze(config), sources } as Reading<T>;
}

/** A table of every setting, one a line, secrets hidden. */
export function describeSettings<T extends Settings>(settings: T, { config, sources }: Reading<T>): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const value = String((config as Record<string, unknown>)[camel(name)]);
    const shown = setting.secret ? (value ? "(hidden)" : "") : value;
    return [name, shown || "-", setting.unit, sources[name]!, setting.meaning];
  });
  const table = [["setting", "value", "unit", "source", "meaning"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) => row.map((cell, i) => (i < 4 ? cell.padEnd(widths[i]!) : cell)).join("  ")).join("\n");
}

function parseArgs(args: readonly string[], settings: Settings): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < args.length; i++) {
    const match = /^--([a-z0-9-]+)(?:=(.*))?$/i.exec(args[i]!);
    if (!match) throw new HereaboutsError("UNKNOWN_SETTING", `Argument "${args[i]}": write --port 3000.`);
    const name = match[1]!.toUpperCase().replaceAll("-", "_");
    const next = args[i + 1];
    const isAlone = match[2] === undefined && (next === undefined || next.startsWith("--"));
    const setting = settings[name];
    if (isAlone && setting && setting.type !== flag) {
      throw new HereaboutsError("BAD_SETTING", `${name} (argument): it needs a value.`);
    }
    pairs.push([name, match[2] ?? (isAlone ? "1" : args[++i]!)]);
  }
  return pairs;
}

function unknownSetting(key: string, source: Source, names: readonly string[]): HereaboutsError {
  const near = names.find((name) => distance(key, name) <= 2);
  return new HereaboutsError("UNKNOWN_SETTING", `${key} (${source})${near ? `: did you mean ${near}?` : "."}`);
}

/** The environment holds much that is not ours: only what nearly spells a setting is taken for a mistake. */
function isTypo(key: string, names: readonly string[]): boolean {
  return key.length >= 7 && names.some((name) => name.length >= 7 && name[0] === key[0] && distance(key, name) === 1);
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function camel(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
