/** Loaded into a server before it starts: at SIGUSR2 its database fails each read and write from then on, as a broken disk does. */
import { DatabaseSync, type StatementSync } from "node:sqlite";

let isBroken = false;
process.on("SIGUSR2", () => {
  isBroken = true;
});

const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string): StatementSync {
  const statement = prepare.call(this, sql);
  return new Proxy(statement, {
    get(target, name: keyof StatementSync) {
      const value: unknown = target[name];
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (isBroken) throw Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR" });
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
};
