/**
 * What a log shows, in order: days, the place from which on it is new, lines grouped by author, and lines that are not
 * stored yet. Pure: the same lines give the same items, and an item's key stays the same for as long as it is shown.
 */
import type { ChatLine } from "hereabouts/client";
import type { Pending } from "./outgoing.ts";

export type Item =
  | { readonly kind: "day"; readonly key: string; readonly day: Date }
  | { readonly kind: "new"; readonly key: string }
  | { readonly kind: "line"; readonly key: string; readonly line: ChatLine; readonly isFirst: boolean }
  /** Lines of one author in a row of which nothing is left to read. */
  | {
      readonly kind: "gone";
      readonly key: string;
      readonly line: ChatLine;
      readonly count: number;
      readonly isFirst: boolean;
    }
  | { readonly kind: "pending"; readonly key: string; readonly pending: Pending; readonly isFirst: boolean };

/** After a pause this long an author is named again. */
const pauseMs = 10 * 60_000;

/** `newAfter`: the last line that was looked at before, if there are newer ones. */
export function itemsOf(lines: readonly ChatLine[], pending: readonly Pending[], newAfter?: number): Item[] {
  const items: Item[] = [];
  let before: ChatLine | undefined;
  for (const line of lines) {
    const isOtherDay = !before || dayKey(before.at) !== dayKey(line.at);
    if (isOtherDay) items.push({ kind: "day", key: `day ${dayKey(line.at)}`, day: line.at });
    const isNew = newAfter !== undefined && line.seq > newAfter && (before?.seq ?? 0) <= newAfter;
    if (isNew && before) items.push({ kind: "new", key: `new ${newAfter}` });
    const isFirst = isOtherDay || isNew || !continues(before!, line);
    const last = items.at(-1);
    if (line.gone && !isFirst && last?.kind === "gone") items[items.length - 1] = { ...last, count: last.count + 1 };
    else if (line.gone) items.push({ kind: "gone", key: `line ${line.seq}`, line, count: 1, isFirst });
    else items.push({ kind: "line", key: `line ${line.seq}`, line, isFirst });
    before = line;
  }
  const isOthers = before?.isMine !== true || before.author.via !== undefined;
  pending.forEach((each, i) => {
    items.push({ kind: "pending", key: `pending ${each.id}`, pending: each, isFirst: i === 0 && isOthers });
  });
  return items;
}

/** Whether `line` is said on by whoever said the one before. */
function continues(before: ChatLine, line: ChatLine): boolean {
  const isSame = before.author.id === line.author.id && before.author.via === line.author.via;
  return isSame && line.at.getTime() - before.at.getTime() < pauseMs;
}

export function dayKey(date: Date): string {
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** Whether two items of one key look the same. */
export function isSameItem(a: Item, b: Item): boolean {
  if (a.kind === "line" && b.kind === "line") return a.line === b.line && a.isFirst === b.isFirst;
  if (a.kind === "gone" && b.kind === "gone") {
    return a.line === b.line && a.count === b.count && a.isFirst === b.isFirst;
  }
  if (a.kind === "pending" && b.kind === "pending") return a.pending === b.pending && a.isFirst === b.isFirst;
  return a.kind === b.kind;
}
