/** The embedded database: opened, closed and opened again, and all or nothing in a transaction. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inTransaction, openStorage } from "./storage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "storage-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("[SV1] storage is embedded", () => {
  it("makes its folder and one file in it, and finds what it held when opened again", () => {
    const data = join(folder, "not", "there", "yet");
    const first = openStorage(data);
    first.db.exec("CREATE TABLE kept (text TEXT); INSERT INTO kept VALUES ('here')");
    first.close();
    expect(existsSync(join(data, "hereabouts.db"))).toBe(true);
    const second = openStorage(data);
    expect(second.db.prepare("SELECT text FROM kept").get()).toEqual({ text: "here" });
    second.close();
  });

  it("keeps what another connection to the same file wrote", () => {
    const [one, other] = [openStorage(folder), openStorage(folder)];
    one.db.exec("CREATE TABLE kept (text TEXT); INSERT INTO kept VALUES ('here')");
    expect(other.db.prepare("SELECT text FROM kept").get()).toEqual({ text: "here" });
    one.close();
    other.close();
  });

  it("keeps nothing in memory, and leaves no file", () => {
    const first = openStorage(":memory:");
    first.db.exec("CREATE TABLE kept (text TEXT)");
    first.close();
    const second = openStorage(":memory:");
    expect(() => second.db.prepare("SELECT * FROM kept")).toThrow("no such table");
    second.close();
    expect(existsSync(":memory:")).toBe(false);
  });

  it("writes ahead, so that readers do not wait", () => {
    const storage = openStorage(folder);
    expect(storage.db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    storage.close();
  });
});

describe("[SV5] the check", () => {
  it("passes while a write is taken, as often as it is asked", () => {
    const storage = openStorage(folder);
    for (let i = 0; i < 100; i++) storage.check();
    expect(storage.db.prepare("SELECT COUNT(*) AS rows FROM probe").get()).toEqual({ rows: 1 });
    storage.close();
  });

  it("throws when none is", () => {
    const storage = openStorage(folder);
    storage.db.exec("PRAGMA query_only = ON");
    expect(() => storage.check()).toThrow();
    storage.db.exec("PRAGMA query_only = OFF");
    expect(() => storage.check()).not.toThrow();
    storage.close();
    expect(() => storage.check()).toThrow();
  });
});

describe("a transaction", () => {
  const rows = (storage: ReturnType<typeof openStorage>) => storage.db.prepare("SELECT id FROM kept").all().length;

  it("keeps all of it and returns what the work returned", () => {
    const storage = openStorage(":memory:");
    storage.db.exec("CREATE TABLE kept (id INTEGER PRIMARY KEY)");
    const answer = inTransaction(storage.db, () => {
      storage.db.exec("INSERT INTO kept VALUES (1)");
      storage.db.exec("INSERT INTO kept VALUES (2)");
      return "done";
    });
    expect(answer).toBe("done");
    expect(rows(storage)).toBe(2);
    storage.close();
  });

  it("keeps nothing if the work fails, says why, and the next one works", () => {
    const storage = openStorage(":memory:");
    storage.db.exec("CREATE TABLE kept (id INTEGER PRIMARY KEY)");
    const failing = () =>
      inTransaction(storage.db, () => {
        storage.db.exec("INSERT INTO kept VALUES (1)");
        storage.db.exec("INSERT INTO kept VALUES (1)");
      });
    expect(failing).toThrow("UNIQUE");
    expect(rows(storage)).toBe(0);
    inTransaction(storage.db, () => storage.db.exec("INSERT INTO kept VALUES (1)"));
    expect(rows(storage)).toBe(1);
    storage.close();
  });

  it("says why also where the database has rolled back by itself, as it does when the disk is full", () => {
    const storage = openStorage(":memory:");
    const failing = () =>
      inTransaction(storage.db, () => {
        storage.db.exec("ROLLBACK");
        throw new Error("disk full");
      });
    expect(failing).toThrow("disk full");
    storage.close();
  });
});
