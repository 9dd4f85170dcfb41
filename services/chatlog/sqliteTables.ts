/**
 * The tables of `chat.db` and how rows become lines. A commit is on disk when it returns (WAL, synchronous=FULL), and
 * what is deleted is overwritten (secure_delete), so that erasing a person leaves no traces in free pages.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import type { Line, ModerationEntry } from "./chatlog.ts";
import { idOf } from "./rules.ts";

export type Row = Record<string, SQLOutputValue>;

/** Raised when the tables change: a file of a later version is refused rather than misread. */
const version = 1;

/**
 * `receipts` remember client ids: `n` is the count the line had when this one was stored. `places` tell in which
 * instances a person left something, so that erasing them need not look everywhere. `slow` outlives the note of it.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS lines (
    instance TEXT, seq INTEGER, author TEXT NOT NULL, handle TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    guest INTEGER NOT NULL, via TEXT, text TEXT NOT NULL, font TEXT NOT NULL, at INTEGER NOT NULL,
    count INTEGER NOT NULL, editedAt INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (instance, seq)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS receipts (
    instance TEXT, seq INTEGER, n INTEGER, author TEXT NOT NULL, client TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (instance, seq, n), UNIQUE (instance, author, client)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hearts (
    id INTEGER PRIMARY KEY, instance TEXT, seq INTEGER, person TEXT, UNIQUE (instance, seq, person));
  CREATE TABLE IF NOT EXISTS notes (
    instance TEXT, n INTEGER, at INTEGER NOT NULL, by TEXT NOT NULL, action TEXT NOT NULL, person TEXT NOT NULL,
    reason TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (instance, n)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS restrictions (
    instance TEXT, person TEXT, kind TEXT, until REAL NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (instance, person, kind)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS slow (instance TEXT PRIMARY KEY, seconds INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS places (person TEXT, instance TEXT, PRIMARY KEY (person, instance)) WITHOUT ROWID;
`;

/** Opens or makes `<dataDir>/chat.db`. `busyMs`: how long a write waits for another program that holds the file. */
export function openChatDb(dataDir: string, busyMs: number): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const db = new DatabaseSync(join(dataDir, "chat.db"), { timeout: busyMs });
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
  // macOS only: there fsync alone does not reach the disk
  db.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;");
  db.exec("PRAGMA journal_size_limit = 67108864;");
  const found = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found > version) throw new Error(`${dataDir}/chat.db is of version ${found}; this program reads ${version}`);
  db.exec(`BEGIN IMMEDIATE; ${tables} PRAGMA user_version = ${version}; COMMIT;`);
  return db;
}

export function lineOf(row: Row, hearts: string[]): Line {
  const via = row["via"];
  return {
    seq: Number(row["seq"]),
    id: idOf(String(row["instance"]), Number(row["seq"])),
    author: {
      id: String(row["author"]),
      handle: String(row["handle"]),
      name: String(row["name"]),
      kind: row["kind"] as Line["author"]["kind"],
      guest: row["guest"] === 1,
      ...(via === null ? {} : { via: String(via) }),
    },
    text: String(row["text"]),
    font: String(row["font"]),
    at: Number(row["at"]),
    count: Number(row["count"]),
    editedAt: Number(row["editedAt"]),
    state: row["state"] as Line["state"],
    hearts,
  };
}

export const noteOf = (row: Row): ModerationEntry => ({
  instance: String(row["instance"]),
  at: Number(row["at"]),
  by: String(row["by"]),
  action: row["action"] as ModerationEntry["action"],
  person: String(row["person"]),
  reason: String(row["reason"]),
  detail: String(row["detail"]),
});
