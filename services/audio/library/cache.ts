/**
 * What was found out about music, kept by content (`library.db`, SQLite): a file that moved or was copied is known, and
 * killing the process loses at most what it was working on. Only a cache: one that cannot be read is made anew, and where
 * that cannot be done either (a full disk, a folder that is not ours) nothing is kept.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { Analysis } from "./jobs.ts";
import type { Found } from "./walk.ts";

/** Raised when analysis finds out other things: what was kept by older versions counts no more. */
export const analysisVersion = 1;

/** What was found in a content: its analysis, or why there is none. */
export type Known = { analysis: Analysis } | { broken: string };

export class LibraryCache {
  readonly #db: DatabaseSync;
  /** A large library asks each of them a hundred thousand times. */
  readonly #statements = new Map<string, StatementSync>();

  /** `dir` is made if need be; `:memory:` keeps nothing. */
  constructor(dir: string) {
    this.#db = open(dir);
  }

  /** The hash of a file that has not changed since. */
  hashOf({ path, size, mtimeMs }: Found): string | undefined {
    const row = this.#try("SELECT hash FROM files WHERE path = ? AND size = ? AND mtimeMs = ?", path, size, mtimeMs);
    return row && String(row["hash"]);
  }

  keepHash({ path, size, mtimeMs }: Found, hash: string): void {
    this.#try("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", path, size, mtimeMs, hash);
  }

  known(hash: string): Known | undefined {
    const row = this.#try("SELECT known FROM contents WHERE hash = ? AND version = ?", hash, analysisVersion);
    return row && (JSON.parse(String(row["known"])) as Known);
  }

  keep(hash: string, known: Known): void {
    this.#try("INSERT OR REPLACE INTO contents VALUES (?, ?, ?)", hash, analysisVersion, JSON.stringify(known));
  }

  close(): void {
    this.#db.close();
  }

  /** The first row, if there is one and it can be read. */
  #try(sql: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue> | undefined {
    try {
      const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
      this.#statements.set(sql, statement);
      return statement.get(...values);
    } catch {
      return undefined;
    }
  }
}

function open(dir: string): DatabaseSync {
  const inMemory = ":memory:";
  const path = dir === inMemory ? dir : join(dir, "library.db");
  try {
    if (dir !== inMemory) mkdirSync(dir, { recursive: true });
    return withTables(openFile(path));
  } catch (error) {
    try {
      if ((error as { errcode?: number }).errcode === busyCode) throw error; // another process reads it well
      for (const ending of ["", "-wal", "-shm"]) rmSync(path + ending, { force: true });
      return withTables(openFile(path));
    } catch {
      return withTables(new DatabaseSync(inMemory));
    }
  }
}

/** SQLITE_BUSY. */
const busyCode = 5;

/** Waits while another process opens or writes it. */
const openFile = (path: string) => new DatabaseSync(path, { timeout: 1000 });

function withTables(db: DatabaseSync): DatabaseSync {
  try {
    db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, size REAL, mtimeMs REAL, hash TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS contents (hash TEXT PRIMARY KEY, version INTEGER, known TEXT NOT NULL);
    `);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
