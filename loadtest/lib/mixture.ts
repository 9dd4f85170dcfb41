/** Several loads at once as one: how people are shared out among them, and what they measured together. Pure. */
import type { Sample } from "./sample.ts";
import { UsageError } from "./usage.ts";

export const kinds = ["world", "chat", "presence", "audio"] as const;
export type Kind = (typeof kinds)[number];

/** Shares as `world=4,chat=3`: whole people of each kind, all of them given out. Throws a UsageError. */
export function shareOut(text: string, people: number): Record<Kind, number> {
  const weights: Record<Kind, number> = { world: 0, chat: 0, presence: 0, audio: 0 };
  for (const part of text.split(",")) {
    const [, name = "", value = ""] = /^\s*(\w+)=(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    const kind = kinds.find((one) => one === name);
    if (!kind) throw new UsageError(`--shares "${part.trim()}": write kind=number. There are: ${kinds.join(" ")}`);
    weights[kind] = Number(value);
  }
  const total = kinds.reduce((sum, kind) => sum + weights[kind], 0);
  if (!(total > 0)) throw new UsageError("--shares must give at least one kind a share above 0.");
  let given = 0;
  let weighed = 0;
  for (const kind of kinds) {
    weighed += weights[kind];
    const until = Math.round((weighed / total) * people);
    weights[kind] = until - given;
    given = until;
  }
  return weights;
}

/** So many people in groups of about `size`, none smaller than two. */
export function groupsOf(people: number, size: number): number[] {
  if (people < 2) return [];
  const count = Math.max(1, Math.round(people / size));
  return Array.from(
    { length: count },
    (_, i) => Math.floor(((i + 1) * people) / count) - Math.floor((i * people) / count),
  );
}

/** Samples of loads at the same time as those of one, for as long as all of them last: counts are added, times are those of whoever waits longest. */
export function together(parts: readonly (readonly Sample[])[]): Sample[] {
  const seconds = Math.min(...parts.map((part) => part.length));
  return Array.from({ length: seconds }, (_, i) => {
    const now = parts.flatMap((part) => part[i] ?? []);
    const all = (key: keyof Sample) => now.map((sample) => Number(sample[key])).filter(Number.isFinite);
    const sum = (key: keyof Sample) => all(key).reduce((total, value) => total + value, 0);
    const most = (key: keyof Sample) => (all(key).length ? Math.max(...all(key)) : Number.NaN);
    return {
      at: most("at"),
      isMeasured: now.length === parts.length && now.every(({ isMeasured }) => isMeasured),
      people: sum("people"),
      p50: most("p50"),
      p95: most("p95"),
      p99: most("p99"),
      delivered: sum("delivered"),
      lost: sum("lost"),
      serverCpu: most("serverCpu"),
      serverMb: most("serverMb"),
      generatorCpu: most("generatorCpu"),
      generatorDelay: most("generatorDelay"),
      buffered: all("buffered").length ? Math.min(...all("buffered")) : Number.NaN,
    };
  });
}

/** Figures of loads of one kind: of each the worst that is known, which is the largest but where more is better. */
export function worst(figures: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(figures[0] ?? {});
  const pick = (name: string) => {
    const known = figures.map((one) => one[name]!).filter((value) => !Number.isNaN(value));
    if (known.length === 0) return Number.NaN;
    return (better.has(name) ? Math.min : Math.max)(...known);
  };
  return Object.fromEntries(names.map((name) => [name, pick(name)]));
}

const better = new Set([
  "seconds",
  "frames",
  "delivered",
  "movers",
  "movers.min",
  "near.movers",
  "lines",
  "joins",
  "buffered",
]);
