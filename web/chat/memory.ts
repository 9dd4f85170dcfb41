/**
 * What this browser remembers of the chats: which ones this tab is in, how far each was read, whether the sheet is open.
 */
import { read, write } from "../shared/storage.ts";

const chatsKey = "hereabouts-chats";
const seenKey = "hereabouts-seen";
const sheetKey = "hereabouts-sheet";
const maxSeen = 100;

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
