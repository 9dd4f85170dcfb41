/**
 * What is kept in SQLite: the newest `keep` lines and notes of an instance, and each client id at least a day longer
 * than its line. Works in steps of a bounded number of rows, so that nobody who speaks waits for it.
 */
import type { DatabaseSync } from "node:sqlite";
import { receiptMs } from "./rules.ts";

/** `mark`: something was said there. `step`: takes out at most about `rows` rows; true if there is more to do at once. */
export function createSqlitePruner(db: DatabaseSync, keep: number) {
  const instances = db.prepare(
    `WITH RECURSIVE found(instance) AS (
       SELECT min(instance) FROM lines UNION ALL
       SELECT (SELECT min(instance) FROM lines WHERE instance > found.instance) FROM found WHERE instance IS NOT NULL)
     SELECT instance FROM found WHERE instance IS NOT NULL`,
  );
  const firstLine = db.prepare("SELECT min(seq) AS n FROM lines WHERE instance = ?");
  const lastLine = db.prepare("SELECT max(seq) AS n FROM lines WHERE instance = ?");
  const dropLines = db.prepare("DELETE FROM lines WHERE instance = ? AND seq <= ?");
  const dropHearts = db.prepare("DELETE FROM hearts WHERE instance = ? AND seq <= ?");
  const firstReceipt = db.prepare("SELECT seq, n FROM receipts WHERE instance = ? ORDER BY seq, n LIMIT 1");
  const receiptAt = db.prepare("SELECT at FROM receipts WHERE instance = ? AND seq = ? AND n = 1");
  const dropReceipts = db.prepare("DELETE FROM receipts WHERE instance = ? AND seq = ? AND n < ?");
  const firstNote = db.prepare("SELECT min(n) AS n FROM notes WHERE instance = ?");
  const lastNote = db.prepare("SELECT max(n) AS n FROM notes WHERE instance = ?");
  const dropNotes = db.prepare("DELETE FROM notes WHERE instance = ? AND n <= ?");

  const marked = new Set<string>();
  const markAll = () => {
    for (const row of instances.all()) marked.add(String(row["instance"]));
  };
  markAll();

  type Find = typeof firstLine;
  const number = (find: Find, instance: string) => Number(find.get(instance)?.["n"] ?? 0);

  /** How many rows went: those before the newest `keep`, the oldest first. */
  function oldest(instance: string, rows: number, first: Find, last: Find, drops: Find[]): number {
    const from = number(first, instance);
    const to = Math.min(number(last, instance) - keep, from + rows - 1);
    if (from === 0 || to < from) return 0;
    for (const drop of drops) drop.run(instance, to);
    return to - from + 1;
  }

  /**
   * A line was pruned when the one `keep` after it was said, so that one's time tells how long its client id was kept
   * since. That one's receipt is still there, because receipts go in the order of their lines.
   */
  function receipts(instance: string, rows: number, now: number): number {
    let gone = 0;
    while (gone < rows) {
      const found = firstReceipt.get(instance);
      if (!found) break;
      const seq = Number(found["seq"]);
      const prunedAt = receiptAt.get(instance, seq + keep)?.["at"];
      if (seq >= number(firstLine, instance) || prunedAt === undefined || Number(prunedAt) > now - receiptMs) break;
      gone += Number(dropReceipts.run(instance, seq, Number(found["n"]) + rows - gone).changes);
    }
    return gone;
  }

  return {
    markAll,
    mark: (instance: string) => void marked.add(instance),
    hasWork: () => marked.size > 0,
    step(now: number, rows: number): boolean {
      let left = rows;
      for (const instance of marked) {
        if (left <= 0) break;
        left -= oldest(instance, left, firstLine, lastLine, [dropLines, dropHearts]);
        if (left > 0) left -= oldest(instance, left, firstNote, lastNote, [dropNotes]);
        if (left > 0) left -= receipts(instance, left, now);
        if (left > 0) marked.delete(instance);
        left--;
      }
      return left <= 0 && marked.size > 0;
    },
  };
}
