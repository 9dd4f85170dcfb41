/**
 * The embedded database: one SQLite file in the data folder, opened once and shared by the services that keep something.
 * Each service creates its own tables. WAL, one writer; nothing here knows what is stored.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface Storage {
  readonly db: DatabaseSync;
  /** What /readyz asks: throws if the database does not take a write. */
  check(): void;
  close(): void;
}

/** Opens (or makes) the database below `dataDir`; `:memory:` keeps nothing. */
export function openStorage(dataDir: string): Storage {
  if (dataDir !== ":memory:") mkdirSync(dataDir, { recursive: true });
  // another process may be opening it too
  const db = new DatabaseSync(dataDir === ":memory:" ? dataDir : join(dataDir, "hereabouts.db"), { timeout: 5000 });
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;");
  db.exec("CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, at INTEGER)");
  // every room waits while this waits for another program that holds the file: a tick, and what failed is tried again
  db.exec("PRAGMA busy_timeout = 50");
  const probe = db.prepare("INSERT OR REPLACE INTO probe VALUES (1, ?)");
  return {
    db,
    check: () => void probe.run(Date.now()),
    close: () => db.close(),
  };
}

/** Runs `work` in one transaction: all of it is kept, or nothing. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK"); // SQLite has done so already where the disk is full
    throw error;
  }
}
