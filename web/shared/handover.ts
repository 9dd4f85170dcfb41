/** What a page leaves to the one that is loaded after it in the same tab: taken once, and told how old it is. */
import { drop, read, write } from "./storage.ts";

type Left = { at: number; value: unknown };

export function handOver(key: string, value: unknown): void {
  write(key, JSON.stringify({ at: Date.now(), value } satisfies Left), "tab");
}

/** Undefined where nothing was left that could be read. */
export function takeOver(key: string): { value: unknown; ageMs: number } | undefined {
  const text = read(key, "tab");
  if (text === null) return undefined;
  drop(key, "tab");
  try {
    const { at, value } = JSON.parse(text) as Left;
    return { value, ageMs: Date.now() - at };
  } catch {
    return undefined;
  }
}
