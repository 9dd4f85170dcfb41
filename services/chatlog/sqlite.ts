/**
 * The embedded chat log: one SQLite file, `<dataDir>/chat.db`, written by one worker thread. An answer comes when the
 * commit is on disk; what arrives while a commit runs shares the next one, so that many messages cost one sync. The
 * rooms' event loop waits for none of it. If the worker dies, what was pending is rejected (it may have been stored: a
 * repeat tells) and a new one starts.
 */
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { BatchLink, type Carrier } from "./batchLink.ts";
import type { ChatLog } from "./chatlog.ts";
import type { Call, Method, SqliteStore } from "./sqliteStore.ts";
import type { ToWorker, WorkerSettings } from "./sqliteWorker.ts";

export interface SqliteChatLogOptions {
  dataDir: string;
  /** Lines kept per instance. */
  keep?: number;
  /** What went wrong, once per failed batch or worker; who asked is told by a rejection as well. */
  onError(error: Error): void;
  /** Server time in ms since the epoch. */
  now?: () => number;
  /** How long a write waits for another program that has the file locked, in ms. */
  busyMs?: number;
  /** How the worker is made; a test takes hold of it here. */
  spawn?: (settings: WorkerSettings) => Carrier<ToWorker>;
}

/** In a folder of Node's version within the one it was given. Without it the thread keeps a compiler of types: 10 MB. */
const codeCache = getCompileCacheDir();

/** No flags of the process and nothing else of its environment: a debugger's or a watcher's are not meant for it. */
const spawnWorker = (settings: WorkerSettings): Carrier<ToWorker> =>
  new Worker(new URL("./sqliteWorker.ts", import.meta.url), {
    workerData: settings,
    name: "chatlog",
    env: codeCache ? { NODE_COMPILE_CACHE: dirname(codeCache) } : {},
    execArgv: [],
  });

export function createSqliteChatLog(options: SqliteChatLogOptions): ChatLog {
  const { dataDir, keep = 100_000, onError, now = Date.now, busyMs = 5000, spawn = spawnWorker } = options;
  if (!(Number.isInteger(keep) && keep >= 1)) throw new Error(`keep must be a whole number from 1, not ${keep}`);
  const time = () => Math.trunc(now());
  const link = new BatchLink<Call, ToWorker>({
    spawn: () => spawn({ dataDir, keep, busyMs }),
    batch: (calls) => ({ type: "batch", at: time(), calls }),
    bye: { type: "close" },
    onError,
  });
  const ask = <M extends Method>(method: M, ...args: Parameters<SqliteStore[M]>) =>
    link.send({ method, args } as Call) as Promise<ReturnType<SqliteStore[M]>>;

  return {
    begin: async () => 0,
    append: (instance, line) => ask("append", time(), instance, line),
    read: (instance, { limit, before }) => ask("read", instance, limit, before),
    line: (instance, seq) => ask("line", instance, seq),
    last: (instance) => ask("last", instance),
    edit: (instance, seq, text, original, by) => ask("edit", time(), instance, seq, text, original, by),
    delete: (instance, seq, by, reason) => ask("delete", time(), instance, seq, by, reason),
    heart: (instance, seq, person, on) => ask("heart", instance, seq, person, on),
    restrict: (instance, restriction, by) => ask("restrict", time(), instance, restriction, by),
    lift: (instance, person, kind, by, reason) => ask("lift", time(), instance, person, kind, by, reason),
    restrictions: (instance, at) => ask("restrictions", instance, at),
    allRestrictions: (at, limit) => ask("allRestrictions", at, limit),
    note: (entry) => ask("note", entry),
    notes: (instance, limit) => ask("notes", instance, limit),
    slow: (instance) => ask("slow", instance),
    erase: (person, by) => ask("erase", time(), person, by),
    flush: link.flush,
    close: () => link.close(),
  };
}
