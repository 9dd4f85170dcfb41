/** The embedded chat log: the contract, what survives kill -9, and what happens when the disk or the worker fails. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it, vi } from "vitest";
import { chatLogContract } from "./contract.suite.ts";
import { createSqliteChatLog } from "./sqlite.ts";
import { ada, bob, said } from "./testing/people.ts";
import { type Acknowledged, expectKept } from "./testing/writers.ts";

const root = mkdtempSync(join(tmpdir(), "hereabouts-chat-"));
/** In memory, where there is such a folder: the contract does not ask for a disk, and a busy one takes a second to sync. */
const quick = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "hereabouts-chat-"));
const newDir = (under = root) => mkdtempSync(join(under, "place-"));
afterAll(() => {
  for (const dir of [root, quick]) rmSync(dir, { recursive: true, force: true });
});

const onError = (error: Error) => {
  throw error;
};

chatLogContract("SQLite", () => {
  const dataDir = newDir(quick);
  return { open: (options) => createSqliteChatLog({ dataDir, onError, ...options }) };
});

describe("kill -9", () => {
  const program = new URL("./testing/killed.ts", import.meta.url).pathname;

  /** Lets the program write for a moment after its first acknowledgement, then kills it. */
  async function round(dataDir: string, next: readonly number[]): Promise<Acknowledged[]> {
    const file = join(dataDir, "acknowledged");
    const out = openSync(file, "w");
    const child = spawn(process.execPath, [program, dataDir, JSON.stringify(next)], {
      stdio: ["ignore", out, "inherit"],
    });
    const ended = once(child, "exit");
    await vi.waitFor(() => expect(statSync(file).size).toBeGreaterThan(0), { timeout: 10_000, interval: 5 });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
    child.kill("SIGKILL");
    await ended;
    closeSync(out);
    expect(child.signalCode).toBe("SIGKILL");
    return readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ").map(Number))
      .map(([writer, number, seq]) => ({ writer: writer!, number: number!, seq: seq! }));
  }

  it("[CH2] 24 times in the middle of writing: every acknowledged line is there once, in order", async () => {
    const chains = [0, 1].map(async () => {
      const dataDir = newDir();
      const next: number[] = Array(10).fill(0);
      const told: Acknowledged[] = [];
      for (let kill = 0; kill < 12; kill++) {
        for (const one of await round(dataDir, next)) {
          told.push(one);
          next[one.writer] = one.number + 1;
        }
      }
      const log = createSqliteChatLog({ dataDir, onError });
      const stored = await expectKept(log, told);
      // unacknowledged at the end: at most what each writer had begun
      expect(stored - told.length).toBeLessThanOrEqual(10);
      await log.close();
      return told.length;
    });
    for (const told of await Promise.all(chains)) expect(told).toBeGreaterThan(100);
  }, 30_000);
});

describe("what goes wrong", () => {
  it("[CH2] a transaction that fails rejects its lines, stores nothing of them and leaves no gap", async () => {
    const dataDir = newDir();
    const errors: string[] = [];
    const log = createSqliteChatLog({ dataDir, onError: (error) => errors.push(error.message), busyMs: 20 });
    const [first, second] = [said(ada, "1"), said(bob, "2")];
    await log.append("x", first);
    const other = new DatabaseSync(join(dataDir, "chat.db"));
    other.exec("BEGIN IMMEDIATE");
    const failing = [log.append("x", second), log.append("x", said(bob, "3")), log.heart("x", 1, "bob", true)];
    const asked = log.last("x");
    for (const answer of failing) await expect(answer).rejects.toThrow("The chat log's storage: database is locked");
    expect(await asked).toBe(1);
    other.exec("ROLLBACK");
    other.close();
    expect(errors).toEqual(["chat log: database is locked"]);
    expect(await log.append("x", second)).toMatchObject({ isRepeat: false, line: { seq: 2 } });
    expect((await log.line("x", 1))!.hearts).toEqual([]);
    await log.close();
  });

  it("a worker that dies takes what was pending with it, and another one goes on", async () => {
    const workers: Worker[] = [];
    const errors: string[] = [];
    const log = createSqliteChatLog({
      dataDir: newDir(),
      onError: (error) => errors.push(error.message),
      spawn(settings) {
        const worker = new Worker(new URL("./sqliteWorker.ts", import.meta.url), { workerData: settings });
        workers.push(worker);
        return worker;
      },
    });
    await log.append("x", said(ada, "0"));
    const lines = Array.from({ length: 2000 }, (_, i) => said(i % 2 ? ada : bob, `${i + 1}`));
    const answers = lines.map((line) => log.append("x", line));
    await answers[0];
    await workers[0]!.terminate();
    const settled = await Promise.allSettled(answers);
    const rejected = settled.filter(({ status }) => status === "rejected");
    expect(rejected.length).toBeGreaterThan(0);
    for (const { reason } of rejected as PromiseRejectedResult[]) expect(String(reason)).toContain("worker ended");
    expect(errors).toEqual(["The chat log's worker ended."]);

    // a repeat tells which of them were stored, and stores the others
    for (const line of lines) await log.append("x", line);
    const stored = await log.read("x", { limit: 3000 });
    expect(stored.map(({ text, seq }) => [Number(text), seq])).toEqual(
      Array.from({ length: 2001 }, (_, i) => [i, i + 1]),
    );
    expect(workers).toHaveLength(2);
    await log.close();
  });

  it("a folder that cannot be written is told, and closing does not hang", async () => {
    const dataDir = join(newDir(), "taken");
    writeFileSync(dataDir, "not a folder");
    const errors: Error[] = [];
    const log = createSqliteChatLog({ dataDir, onError: (error) => errors.push(error) });
    await expect(log.append("x", said(ada, "hi"))).rejects.toThrow("worker ended");
    expect(String(errors[0]!.cause)).toMatch(/EEXIST|ENOTDIR/);
    rmSync(dataDir);
    mkdirSync(dataDir);
    // it comes back by itself
    await vi.waitFor(async () => expect((await log.append("x", said(ada, "hi"))).line.seq).toBe(1), { interval: 20 });
    rmSync(dataDir, { recursive: true });
    await log.close();
  });

  it("refuses a file of a later version rather than misread it", async () => {
    const dataDir = newDir();
    const db = new DatabaseSync(join(dataDir, "chat.db"));
    db.exec("PRAGMA user_version = 99");
    db.close();
    const errors: Error[] = [];
    const log = createSqliteChatLog({ dataDir, onError: (error) => errors.push(error) });
    await expect(log.last("x")).rejects.toThrow();
    expect(String(errors[0]!.cause)).toContain("version 99");
    await log.close();
  });
});

describe("[ID5] erasing", () => {
  it("leaves no trace in the files", async () => {
    const dataDir = newDir();
    const log = createSqliteChatLog({ dataDir, onError });
    const holds = (text: string) =>
      ["chat.db", "chat.db-wal"].some((file) => readFileSync(join(dataDir, file), "latin1").includes(text));
    for (let i = 0; i < 300; i++) void log.append("x", said(i % 2 ? bob : ada, `marzipan-${i % 2} ${i}`));
    await log.append("x", said(ada, "****", { original: "marzipan-0" }));
    await log.edit("x", 1, "marzipan-0 edited");
    await log.flush();
    expect(holds("marzipan-0")).toBe(true);
    await log.erase("ada", "mod");
    expect(holds("marzipan-0")).toBe(false);
    expect(holds("marzipan-1")).toBe(true);
    await log.close();
  });
});
