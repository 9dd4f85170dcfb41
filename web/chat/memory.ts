/**
 * What this browser remembers of the chats: which ones this tab is in, how far each was read, how people are coloured,
 * whether the sheet is open.
 */
import { read, write } from "../shared/storage.ts";

const chatsKey = "hereabouts-chats";
const seenKey = "hereabouts-seen";
const colorsKey = "hereabouts-colors";
const sheetKey = "hereabouts-sheet";
const maxSeen = 100;
const maxColors = 200;

/** Chats of this tab, for the next load of the page. */
export function rememberedChats(): string[] {
  const list: unknown = parse(read(chatsKey, "tab"));
  return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
}

export function rememberChats(instances: readonly string[]): void {
  write(chatsKey, JSON.stringify(instances), "tab");
}

export function seenOf(instance: string): number | undefined {
  const seen = allSeen()[instance];
  return typeof seen === "number" ? seen : undefined;
}

export function storeSeen(instance: string, seq: number): void {
  const { [instance]: _, ...others } = allSeen();
  const kept = Object.entries(others).slice(1 - maxSeen);
  write(seenKey, JSON.stringify({ ...Object.fromEntries(kept), [instance]: seq }));
}

/** Calls back when another tab has read further. */
export function onSeenElsewhere(listener: () => void): void {
  addEventListener("storage", ({ key }) => {
    if (key === seenKey) listener();
  });
}

/** Colours of people as they were seen last, so that they are the same on every page. */
export function storedColors(): [string, string][] {
  const list: unknown = parse(read(colorsKey));
  if (!Array.isArray(list)) return [];
  return list.filter(
    (each): each is [string, string] => Array.isArray(each) && each.every((part) => typeof part === "string"),
  );
}

export function storeColors(colors: Iterable<[string, string]>): void {
  write(colorsKey, JSON.stringify([...colors].slice(-maxColors)));
}

export function wasSheetOpen(): boolean | undefined {
  const state = read(sheetKey);
  return state === null ? undefined : state === "open";
}

export function storeSheetOpen(isOpen: boolean): void {
  write(sheetKey, isOpen ? "open" : "closed");
}

function allSeen(): Record<string, unknown> {
  const seen: unknown = parse(read(seenKey));
  return typeof seen === "object" && seen !== null ? { ...seen } : {};
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
