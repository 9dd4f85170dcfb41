/**
 * What was found out about music, kept by content (`library.db`, SQLite): a file that moved or was copied is known, and
 * killing the process loses at most what it was working on. Only a cache: one that cannot be read is made anew.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Analysis } from "./jobs.ts";
import type { Found } from "./walk.ts";

/** Raised when analysis finds out other things: what was kept by older versions counts no more. */
export const analysisVersion = 1;

/** What was found in a content: its analysis, or why there is none. */
export type Known = { analysis: Analysis } | { broken: string };

export class LibraryCache {
  readonly #db: DatabaseSync;

  /** `dir` is made if need be; `:memory:` keeps nothing. */
  constructor(dir: string) {
    this.#db = open(dir);
  }

  /** The hash of a file that has not changed since. */
  hashOf({ path, size, mtimeMs }: Found): string | undefined {
    const row = this.#db
      .prepare("SELECT hash FROM files WHERE path = ? AND size = ? AND mtimeMs = ?")
      .get(path, size, mtimeMs);
    return row && String(row["hash"]);
  }

  keepHash({ path, size, mtimeMs }: Found, hash: string): void {
    this.#db.prepare("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)").run(path, size, mtimeMs, hash);
  }

  known(hash: string): Known | undefined {
    const row = this.#db
      .prepare("SELECT known FROM contents WHERE hash = ? AND version = ?")
      .get(hash, analysisVersion);
    return row && (JSON.parse(String(row["known"])) as Known);
  }

  keep(hash: string, known: Known): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO contents VALUES (?, ?, ?)")
      .run(hash, analysisVersion, JSON.stringify(known));
  }

  close(): void {
    this.#db.close();
  }
}

function open(dir: string): DatabaseSync {
  if (dir === ":memory:") return withTables(new DatabaseSync(dir));
  mkdirSync(dir, { recursive: true });
  const path = join(dir, "library.db");
  try {
    return withTables(new DatabaseSync(path));
  } catch {
    for (const ending of ["", "-wal", "-shm"]) rmSync(path + ending, { force: true });
    return withTables(new DatabaseSync(path));
  }
}

function withTables(db: DatabaseSync): DatabaseSync {
  try {
    db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 1000;
      CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, size REAL, mtimeMs REAL, hash TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS contents (hash TEXT PRIMARY KEY, version INTEGER, known TEXT NOT NULL);
    `);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
