/**
 * Moderation in SQLite: restrictions, the moderation log, erasing a person. Each call runs inside a transaction of the
 * caller's. A restriction that expired stays until it is lifted or replaced: `restrictions` tells which hold.
 */
import type { DatabaseSync } from "node:sqlite";
import type { InstanceRestriction, ModerationEntry, Restriction } from "./chatlog.ts";
import { byPerson, byPlace, erasedAuthor, eraseNote, liftNote, restrictNote, secondsOf, wordActions } from "./rules.ts";
import { lineOf, noteOf, type Row } from "./sqliteTables.ts";

export function createSqliteModeration(db: DatabaseSync) {
  const lastNote = db.prepare("SELECT max(n) AS n FROM notes WHERE instance = ?");
  const putNote = db.prepare(
    "INSERT INTO notes (instance, n, at, by, action, person, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const putSlow = db.prepare("INSERT OR REPLACE INTO slow (instance, seconds) VALUES (?, ?)");
  const slow = db.prepare("SELECT seconds FROM slow WHERE instance = ?");
  const newestNotes = db.prepare("SELECT * FROM notes WHERE instance = ? ORDER BY n DESC LIMIT ?");
  const blankNotes = db.prepare(
    `UPDATE notes SET detail = '' WHERE instance = ? AND person = ? AND action IN (${wordActions.map(() => "?").join()})`,
  );
  const putRestriction = db.prepare(
    "INSERT OR REPLACE INTO restrictions (instance, person, kind, until, reason) VALUES (?, ?, ?, ?, ?)",
  );
  const dropRestriction = db.prepare("DELETE FROM restrictions WHERE instance = ? AND person = ? AND kind = ?");
  const holding = db.prepare("SELECT * FROM restrictions WHERE instance = ? AND until > ?");
  const holdingAnywhere = db.prepare(
    "SELECT * FROM restrictions WHERE until > ? ORDER BY instance, person, kind LIMIT ?",
  );
  const putPlace = db.prepare("INSERT OR IGNORE INTO places (person, instance) VALUES (?, ?)");
  const placesOf = db.prepare("SELECT instance FROM places WHERE person = ?");
  const leave = db.prepare("DELETE FROM places WHERE person = ?");
  const saidBy = db.prepare(
    `SELECT * FROM lines WHERE instance = ? AND author = ?
     AND (state <> 'gone' OR handle <> '' OR name <> '' OR via IS NOT NULL)`,
  );
  const blankLine = db.prepare(
    `UPDATE lines SET text = '', state = 'gone', handle = ?, name = ?, via = ? WHERE instance = ? AND seq = ?`,
  );
  const dropHearts = db.prepare("DELETE FROM hearts WHERE instance = ? AND seq = ?");
  const takeHearts = db.prepare("DELETE FROM hearts WHERE instance = ? AND person = ? RETURNING seq");

  function note(entry: ModerationEntry): void {
    const { instance, at, by, action, person, reason, detail } = entry;
    const n = Number(lastNote.get(instance)?.["n"] ?? 0) + 1;
    putNote.run(instance, n, at, by, action, person, reason, detail);
    if (person !== "") putPlace.run(person, instance);
    if (action === "slow") putSlow.run(instance, secondsOf(detail));
  }

  function eraseIn(instance: string, person: string): number[] {
    const touched = new Set<number>();
    for (const row of saidBy.all(instance, person)) {
      const { seq, author } = lineOf(row, []);
      const { handle, name, via } = erasedAuthor(author);
      blankLine.run(handle, name, via ?? null, instance, seq);
      dropHearts.run(instance, seq);
      touched.add(seq);
    }
    for (const row of takeHearts.all(instance, person)) touched.add(Number(row["seq"]));
    blankNotes.run(instance, person, ...wordActions);
    return [...touched];
  }

  return {
    note,
    slow: (instance: string) => Number(slow.get(instance)?.["seconds"] ?? 0),
    notes: (instance: string, limit: number): ModerationEntry[] =>
      newestNotes.all(instance, Math.max(0, limit)).map(noteOf),

    restrict(at: number, instance: string, what: Restriction, by: string): void {
      putRestriction.run(instance, what.person, what.kind, what.until, what.reason);
      note(restrictNote(instance, at, by, what));
    },

    lift(at: number, instance: string, person: string, kind: Restriction["kind"], by: string, reason: string): void {
      const { changes } = dropRestriction.run(instance, person, kind);
      if (changes > 0) note(liftNote(kind, { instance, at, by, person, reason }));
    },

    restrictions: (instance: string, now: number): Restriction[] =>
      holding.all(instance, now).map(restrictionOf).sort(byPerson),

    allRestrictions: (now: number, limit: number): InstanceRestriction[] =>
      holdingAnywhere
        .all(now, Math.max(0, limit))
        .map((row) => ({ instance: String(row["instance"]), ...restrictionOf(row) })),

    erase(at: number, person: string, by: string): { instance: string; seq: number }[] {
      const touched: { instance: string; seq: number }[] = [];
      for (const instance of placesOf.all(person).map((row) => String(row["instance"]))) {
        const lines = eraseIn(instance, person);
        if (lines.length > 0) note(eraseNote(instance, at, by, person, lines.length));
        touched.push(...lines.map((seq) => ({ instance, seq })));
      }
      leave.run(person);
      return touched.sort(byPlace);
    },
  };
}

const restrictionOf = (row: Row): Restriction => ({
  person: String(row["person"]),
  kind: row["kind"] as Restriction["kind"],
  until: Number(row["until"]),
  reason: String(row["reason"]),
});
