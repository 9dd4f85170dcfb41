/**
 * A chat log in one SQLite connection, blocking: what the worker runs. `runBatch` is the group commit: everything that
 * changes something is kept by one commit or, if that fails, not at all; only then are questions answered.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Answer } from "./batchLink.ts";
import { createSqliteLines } from "./sqliteLines.ts";
import { createSqliteModeration } from "./sqliteModeration.ts";

export function createSqliteStore(db: DatabaseSync) {
  const moderation = createSqliteModeration(db);
  return { ...createSqliteLines(db, moderation.note), ...moderation };
}

export type SqliteStore = ReturnType<typeof createSqliteStore>;
export type Method = keyof SqliteStore;
export type Call = { [M in Method]: { method: M; args: Parameters<SqliteStore[M]> } }[Method];

const questions: ReadonlySet<Method> = new Set([
  "line",
  "last",
  "read",
  "restrictions",
  "allRestrictions",
  "notes",
  "slow",
]);

/** Answers in the order of the calls. Never throws. */
export function runBatch(db: DatabaseSync, store: SqliteStore, calls: readonly Call[]): Answer[] {
  const answers: Answer[] = new Array(calls.length);
  const changes = [...calls.entries()].filter(([, { method }]) => !questions.has(method));
  if (changes.length > 0) {
    try {
      db.exec("BEGIN IMMEDIATE");
      for (const [i, call] of changes) answers[i] = guarded(db, store, call);
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      for (const [i] of changes) answers[i] = refused(error);
    }
  }
  for (const [i, call] of calls.entries()) if (questions.has(call.method)) answers[i] = tried(store, call);
  return answers;
}

/** One change within the batch: if it alone is at fault, it alone is taken back. */
function guarded(db: DatabaseSync, store: SqliteStore, call: Call): Answer {
  db.exec("SAVEPOINT change");
  try {
    const value = perform(store, call);
    db.exec("RELEASE change");
    return { ok: true, value };
  } catch (error) {
    // a full or failing disk may have rolled back the whole transaction already: then nothing of the batch counts
    if (!db.isTransaction) throw error;
    db.exec("ROLLBACK TO change; RELEASE change");
    return refused(error);
  }
}

function tried(store: SqliteStore, call: Call): Answer {
  try {
    return { ok: true, value: perform(store, call) };
  } catch (error) {
    return refused(error);
  }
}

/** The types of method and arguments belong together in `Call`; the compiler cannot follow that through the lookup. */
const perform = (store: SqliteStore, { method, args }: Call): unknown =>
  (store[method] as (...args: unknown[]) => unknown)(...args);

/** SQLite's busy, locked, readonly, I/O error, corrupt, full, cannot open, and not a database: https://sqlite.org/rescode.html */
const ofStorage = new Set([5, 6, 8, 10, 11, 13, 14, 26]);

function refused(error: unknown): Answer {
  const { message = String(error), errcode = 0 } = error as { message?: string; errcode?: number };
  // the low byte says which, the others more of it
  return { ok: false, error: message, isStorage: ofStorage.has(errcode & 0xff) };
}
