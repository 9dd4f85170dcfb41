/** Restrictions in the embedded database. */
import { inTransaction, type Storage } from "../storage.ts";
import type { Restriction, RestrictionStore, Scope } from "./store.ts";

type Row = { kind: "ban" | "mute"; person: string; scope: string; until: number | null; reason: string; at: number };

export function createSqliteRestrictions({ db }: Storage): RestrictionStore {
  db.exec(`
    CREATE TABLE IF NOT EXISTS restrictions (
      kind TEXT, scope TEXT, person TEXT, until REAL, reason TEXT NOT NULL, at REAL NOT NULL,
      PRIMARY KEY (kind, scope, person)) WITHOUT ROWID;
  `);
  const getAll = db.prepare("SELECT * FROM restrictions");
  const put = db.prepare("INSERT OR REPLACE INTO restrictions VALUES (?, ?, ?, ?, ?, ?)");
  const remove = db.prepare("DELETE FROM restrictions WHERE kind = ? AND scope = ? AND person = ?");
  const removeSame = db.prepare(
    "DELETE FROM restrictions WHERE kind = ? AND scope = ? AND person = ? AND at = ? AND until IS ?",
  );
  return {
    all: async () => (getAll.all() as unknown as Row[]).map(toRestriction),
    async put(...restrictions) {
      inTransaction(db, () => {
        for (const { kind, scope, person, until, reason, at } of restrictions) {
          put.run(kind, scope, person, Number.isFinite(until) ? until : null, reason, at);
        }
      });
    },
    remove: async ({ kind, scope, person }) => void remove.run(kind, scope, person),
    removeSame: async ({ kind, scope, person, at, until }) =>
      removeSame.run(kind, scope, person, at, Number.isFinite(until) ? until : null).changes === 1,
  };
}

function toRestriction({ until, scope, ...row }: Row): Restriction {
  return { ...row, scope: scope as Scope, until: until ?? Number.POSITIVE_INFINITY };
}
