/**
 * The words of a chat that are put together: counts, who types, what someone is, times. Pure, in the reader's own time zone.
 */
import type { ChatLine, ChatPerson } from "hereabouts/client";
import { dayKey } from "./items.ts";

type Named = { readonly name: string; readonly handle: string };

export const nameOf = ({ name, handle }: Named): string => name || handle;

export function countsText({ here, online }: { here: number; online: number }): string {
  return `${here} here, ${online} online`;
}

export function unreadText({ count, isMore }: { count: number; isMore: boolean }): string {
  return count === 0 ? "" : `${count}${isMore ? "+" : ""}`;
}

export function typingText(names: readonly string[]): string {
  const [first, second, third] = names;
  if (first === undefined) return "";
  if (second === undefined) return `${first} is typing`;
  if (third === undefined) return `${first} and ${second} are typing`;
  return names.length === 3 ? `${first}, ${second} and ${third} are typing` : "several people are typing";
}

/** What an author is, if not simply a person who signed in. */
export function authorNote({ kind, guest, via }: ChatLine["author"]): string {
  return [kind === "human" ? "" : kind, guest && !via ? "guest" : "", via ? `via ${via}` : ""]
    .filter(Boolean)
    .join(", ");
}

/** What someone in the list is and does. */
export function personNote({ isMe, kind, guest, away, attention }: ChatPerson): string {
  const parts = [
    isMe && "you",
    kind !== "human" && kind,
    guest && "guest",
    away ? "away" : attention === "hidden" && "dozing",
  ];
  return parts.filter(Boolean).join(", ");
}

export function timeText(at: Date): string {
  return at.toLocaleTimeString([], { timeStyle: "short" });
}

export function momentText(at: Date): string {
  return at.toLocaleString([], { dateStyle: "full", timeStyle: "medium" });
}

export function dayText(day: Date, now: Date): string {
  const key = dayKey(day);
  if (key === dayKey(now)) return "Today";
  if (key === dayKey(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return "Yesterday";
  const year = day.getFullYear() === now.getFullYear() ? {} : { year: "numeric" as const };
  return day.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", ...year });
}

/** A text with a full stop, so that another sentence can follow. */
export function sentence(text: string): string {
  return /[\p{L}\p{N})]$/u.test(text) ? `${text}.` : text;
}

export function secondsText(seconds: number): string {
  const units = [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ] as const;
  const [size, unit] = units.find(([each]) => seconds >= each && seconds % each === 0) ?? [1, "second"];
  const amount = seconds / size;
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
