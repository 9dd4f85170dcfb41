/**
 * Lines in SQLite: saying, reading, changing. Each call runs inside a transaction of the caller's and keeps nothing in
 * memory, so that rolling back takes everything back. Knows no thread and no clock.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Appended, Author, Line, ModerationEntry, NewLine } from "./chatlog.ts";
import { countsUp, prunedLine, wellFormed } from "./rules.ts";
import { lineOf } from "./sqliteTables.ts";

type Note = (entry: ModerationEntry) => void;

export function createSqliteLines(db: DatabaseSync, note: Note) {
  const receipt = db.prepare("SELECT seq, n, at FROM receipts WHERE instance = ? AND author = ? AND client = ?");
  const firstReceipt = db.prepare("SELECT at FROM receipts WHERE instance = ? AND seq = ? AND n = 1");
  const putReceipt = db.prepare(
    "INSERT INTO receipts (instance, seq, n, author, client, at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const newest = db.prepare("SELECT * FROM lines WHERE instance = ? ORDER BY seq DESC LIMIT 1");
  const one = db.prepare("SELECT * FROM lines WHERE instance = ? AND seq = ?");
  const page = db.prepare("SELECT * FROM lines WHERE instance = ? AND seq < ? ORDER BY seq DESC LIMIT ?");
  const putLine = db.prepare(
    `INSERT INTO lines (instance, seq, author, handle, name, kind, guest, via, text, font, at, count, editedAt, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, ?)`,
  );
  const putPlace = db.prepare("INSERT OR IGNORE INTO places (person, instance) VALUES (?, ?)");
  const setCount = db.prepare("UPDATE lines SET count = ? WHERE instance = ? AND seq = ?");
  const setText = db.prepare("UPDATE lines SET text = ?, editedAt = ? WHERE instance = ? AND seq = ?");
  const setGone = db.prepare("UPDATE lines SET text = '', state = 'gone' WHERE instance = ? AND seq = ?");
  const heartsOf = db.prepare("SELECT seq, person FROM hearts WHERE instance = ? AND seq BETWEEN ? AND ? ORDER BY id");
  const giveHeart = db.prepare("INSERT OR IGNORE INTO hearts (instance, seq, person) VALUES (?, ?, ?)");
  const takeHeart = db.prepare("DELETE FROM hearts WHERE instance = ? AND seq = ? AND person = ?");
  const dropHearts = db.prepare("DELETE FROM hearts WHERE instance = ? AND seq = ?");

  const hearts = (instance: string, seq: number) =>
    heartsOf.all(instance, seq, seq).map((row) => String(row["person"]));
  const line = (instance: string, seq: number): Line | undefined => {
    const row = one.get(instance, seq);
    return row && lineOf(row, hearts(instance, seq));
  };
  const shown = (instance: string, seq: number): Line | undefined => {
    const found = line(instance, seq);
    return found?.state === "gone" ? undefined : found;
  };

  function repeated(instance: string, author: Author, clientId: string): Appended | undefined {
    const kept = receipt.get(instance, author.id, clientId);
    if (!kept) return undefined;
    const seq = Number(kept["seq"]);
    const at = Number(firstReceipt.get(instance, seq)?.["at"] ?? kept["at"]);
    const found = line(instance, seq) ?? prunedLine(instance, seq, author, at);
    return { line: found, isRepeat: true, isCounted: Number(kept["n"]) > 1, lostBefore: 0 };
  }

  return {
    append(at: number, instance: string, given: NewLine): Appended {
      const { author, font, clientId, isShadow, original } = given;
      const before = repeated(instance, author, clientId);
      if (before) return before;
      const text = wellFormed(given.text);
      const row = newest.get(instance);
      const last = row && lineOf(row, []);
      const time = Math.max(at, last?.at ?? 0);
      if (original !== undefined) {
        const entry = { instance, at: time, by: "filter", person: author.id, reason: "", detail: original };
        note({ ...entry, action: "filter" });
      }
      if (last && countsUp(last, { ...given, text })) {
        const count = last.count + 1;
        setCount.run(count, instance, last.seq);
        putReceipt.run(instance, last.seq, count, author.id, clientId, time);
        const counted = { ...last, count, hearts: hearts(instance, last.seq) };
        return { line: counted, isRepeat: false, isCounted: true, lostBefore: 0 };
      }
      const seq = (last?.seq ?? 0) + 1;
      const { id, handle, name, kind, guest, via } = author;
      const state = isShadow ? "shadow" : "shown";
      putLine.run(instance, seq, id, handle, name, kind, guest ? 1 : 0, via ?? null, text, font, time, state);
      putReceipt.run(instance, seq, 1, id, clientId, time);
      putPlace.run(id, instance);
      return { line: line(instance, seq)!, isRepeat: false, isCounted: false, lostBefore: 0 };
    },

    line,
    last: (instance: string) => Number(newest.get(instance)?.["seq"] ?? 0),

    read(instance: string, limit: number, before = Number.MAX_SAFE_INTEGER): Line[] {
      const rows = page.all(instance, before, Math.max(0, limit)).reverse();
      if (rows.length === 0) return [];
      const given = new Map<number, string[]>(rows.map((row) => [Number(row["seq"]), []]));
      for (const heart of heartsOf.all(instance, Number(rows[0]!["seq"]), Number(rows.at(-1)!["seq"]))) {
        given.get(Number(heart["seq"]))?.push(String(heart["person"]));
      }
      return rows.map((row) => lineOf(row, given.get(Number(row["seq"]))!));
    },

    edit(at: number, instance: string, seq: number, text: string, original?: string, by?: string): Line | undefined {
      const found = shown(instance, seq);
      if (!found) return undefined;
      const time = Math.max(at, found.at, found.editedAt);
      const entry = { instance, at: time, person: found.author.id, reason: "" };
      note({ ...entry, by: by ?? found.author.id, action: "edit", detail: found.text });
      if (original !== undefined) note({ ...entry, by: "filter", action: "filter", detail: original });
      setText.run(text, time, instance, seq);
      return line(instance, seq);
    },

    delete(at: number, instance: string, seq: number, by: string, reason: string): Line | undefined {
      const found = shown(instance, seq);
      if (!found) return undefined;
      const entry = { instance, at: Math.max(at, found.at), by, person: found.author.id, reason };
      note({ ...entry, action: "delete", detail: found.text });
      setGone.run(instance, seq);
      dropHearts.run(instance, seq);
      return line(instance, seq);
    },

    heart(instance: string, seq: number, person: string, on: boolean): Line | undefined {
      if (!shown(instance, seq)) return undefined;
      if (on) {
        giveHeart.run(instance, seq, person);
        putPlace.run(person, instance);
      } else takeHeart.run(instance, seq, person);
      return line(instance, seq);
    },
  };
}
