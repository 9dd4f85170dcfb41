/** What runs in the chat log's worker: transactions that fail in part or whole, durability, and what is pruned when. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSqlitePruner } from "./sqlitePrune.ts";
import { type Call, createSqliteStore, runBatch, type SqliteStore } from "./sqliteStore.ts";
import { openChatDb } from "./sqliteTables.ts";
import { ada, bob, said } from "./testing/people.ts";

let dir: string;
let db: DatabaseSync;
let store: SqliteStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "hereabouts-store-"));
  db = openChatDb(dir, 0);
  store = createSqliteStore(db);
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true });
});

const append = (text: string, author = ada): Call => ({ method: "append", args: [1000, "x", said(author, text)] });
const run = (...calls: Call[]) => runBatch(db, store, calls);
const texts = () => store.read("x", 1000).map(({ text }) => text);
const count = (table: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()!["n"]);

describe("a batch", () => {
  it("[CH2] is on disk when it is answered: WAL with synchronous=FULL", () => {
    expect(db.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
    expect(db.prepare("PRAGMA synchronous").get()).toMatchObject({ synchronous: 2 });
    run(append("a"));
    const other = openChatDb(dir, 0);
    expect(createSqliteStore(other).last("x")).toBe(1);
    other.close();
  });

  it("answers questions after its changes", () => {
    const answers = run({ method: "last", args: ["x"] }, append("a"), { method: "last", args: ["x"] });
    expect(answers.map((answer) => answer.ok && answer.value)).toMatchObject([1, { line: { seq: 1 } }, 1]);
  });

  it("[CH2] takes back a call that is at fault by itself, alone", () => {
    // after its line was written
    db.exec(
      "CREATE TRIGGER poison AFTER INSERT ON receipts WHEN new.seq = 2 AND new.author = 'bob' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    const answers = run(append("a"), append("wrong", bob), append("b"));
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(texts()).toEqual(["a", "b"]);
    expect(store.last("x")).toBe(2);
    expect(run(append("c"))).toMatchObject([{ ok: true, value: { line: { seq: 3 } } }]);
  });

  it("[CH2] is taken back whole when the disk is full, and leaves no gap", () => {
    run(append("first"));
    const pages = Number(db.prepare("PRAGMA page_count").get()!["page_count"]);
    db.exec(`PRAGMA max_page_count = ${pages + 1}`);
    const big = Array.from({ length: 40 }, (_, i) => append(`${i} ${"x".repeat(500)}`, i % 2 ? ada : bob));
    const answers = run(...big, { method: "last", args: ["x"] });
    const stored = answers.slice(0, 40).filter(({ ok }) => ok).length;
    expect(answers.some((answer) => !answer.ok && /full/.test(answer.error))).toBe(true);
    // whatever was answered is there, and nothing else
    expect(store.last("x")).toBe(1 + stored);
    expect(answers.at(-1)).toEqual({ ok: true, value: 1 + stored });
    expect(db.isTransaction).toBe(false);
    db.exec("PRAGMA max_page_count = 1000000");
    expect(run(append("next"))).toMatchObject([{ ok: true, value: { line: { seq: 2 + stored } } }]);
  });

  it("[CH2] is taken back whole when the commit fails", () => {
    // a constraint that only the commit looks at
    db.exec("CREATE TABLE known (id TEXT PRIMARY KEY); PRAGMA foreign_keys = ON");
    db.exec("CREATE TABLE bound (id TEXT REFERENCES known (id) DEFERRABLE INITIALLY DEFERRED)");
    db.exec(
      "CREATE TRIGGER poison AFTER INSERT ON lines WHEN new.text = 'b' BEGIN INSERT INTO bound VALUES ('?'); END",
    );
    const answers = run(append("a"), append("b"), { method: "heart", args: ["x", 1, "bob", true] });
    expect(answers.map(({ ok }) => ok)).toEqual([false, false, false]);
    expect([count("lines"), count("receipts"), count("hearts")]).toEqual([0, 0, 0]);
    expect(run(append("c"))).toMatchObject([{ ok: true, value: { line: { seq: 1 } } }]);
  });
});

describe("pruning", () => {
  const day = 24 * 3600 * 1000;
  const say = (at: number, text: string) => store.append(at, "x", said(ada, text));

  it("[CH3] goes in small steps, the oldest first", () => {
    for (let i = 0; i < 100; i++) say(i, `${i}`);
    store.heart("x", 3, "bob", true);
    const pruner = createSqlitePruner(db, 10);
    expect(pruner.step(0, 40)).toBe(true);
    expect(store.read("x", 1000)[0]!.seq).toBe(41);
    expect(count("hearts")).toBe(0);
    while (pruner.step(0, 40));
    expect(store.read("x", 1000).map(({ seq }) => seq)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    expect(pruner.hasWork()).toBe(false);
  });

  it("[CH2] remembers client ids for as long as their lines and a day", () => {
    const keep = 3;
    const pruner = createSqlitePruner(db, keep);
    const prune = (now: number) => {
      pruner.markAll();
      while (pruner.step(now, 100));
    };
    // lines 1 to 7 at 1000, 2000, ..., the first said three times
    for (const text of ["1", "1", "1"]) say(1000, text);
    for (let i = 2; i <= 7; i++) say(i * 1000, `${i}`);
    prune(8000);
    expect([count("lines"), count("receipts")]).toEqual([3, 9]);
    // line 1 went when line 4 came, at 4000
    prune(3999 + day);
    expect(count("receipts")).toBe(9);
    prune(4000 + day);
    expect(count("receipts")).toBe(6);
    prune(5000 + day);
    expect(count("receipts")).toBe(5);
    // those of lines that are still there stay for good
    prune(5000 + 1000 * day);
    expect(count("receipts")).toBe(3);
  });

  it("does nothing where nothing is too old, and looks at every instance when it begins", () => {
    for (const instance of ["b", "a", "c"]) {
      for (let i = 0; i < 5; i++) store.append(1, instance, said(ada, `${i}`));
    }
    const idle = createSqlitePruner(db, 5);
    while (idle.step(0, 2));
    expect(count("lines")).toBe(15);
    const pruner = createSqlitePruner(db, 2);
    while (pruner.step(0, 2));
    expect(count("lines")).toBe(6);
  });
});
