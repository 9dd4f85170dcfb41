/**
 * The thread that owns `chat.db`: takes batches, answers each when it is on disk, and prunes between them. Everything
 * that blocks happens here, so that the rooms' event loop never waits for a disk.
 */
import { parentPort, workerData } from "node:worker_threads";
import { inTransaction } from "../storage.ts";
import type { Reply } from "./batchLink.ts";
import { createSqlitePruner } from "./sqlitePrune.ts";
import { type Call, createSqliteStore, runBatch } from "./sqliteStore.ts";
import { openChatDb } from "./sqliteTables.ts";

export type WorkerSettings = { dataDir: string; keep: number; busyMs: number };
/** `at`: the clock of the rooms, which is the one that counts. */
export type ToWorker = { type: "batch"; at: number; calls: Call[] } | { type: "close" };

/** Rows per step; pause between steps while there is more to do, and while there is not; how often all is looked at. */
const pruning = { rows: 200, moreMs: 10, pauseMs: 1000, sweepMs: 3600 * 1000 };

if (parentPort) serve(parentPort, workerData as WorkerSettings);

function serve(port: NonNullable<typeof parentPort>, { dataDir, keep, busyMs }: WorkerSettings): void {
  const db = openChatDb(dataDir, busyMs);
  const store = createSqliteStore(db);
  const pruner = createSqlitePruner(db, keep);
  const tell = (reply: Reply) => port.postMessage(reply);
  const trouble = (when: string, error: unknown) =>
    tell({ type: "trouble", error: `${when}: ${error instanceof Error ? error.message : String(error)}` });
  let timer: NodeJS.Timeout | undefined;
  let ahead: number | undefined;

  const plan = (ms: number) => {
    if (!timer && pruner.hasWork()) timer = setTimeout(prune, ms);
  };
  const prune = () => {
    timer = undefined;
    if (ahead === undefined) return;
    const now = performance.now() + ahead;
    try {
      const more = inTransaction(db, () => pruner.step(now, pruning.rows));
      plan(more ? pruning.moreMs : pruning.pauseMs);
    } catch (error) {
      trouble("pruning", error);
      plan(pruning.pauseMs);
    }
  };
  /** What was erased must not stay readable in the write-ahead log either. */
  const forget = () => {
    try {
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (error) {
      trouble("after erasing", error);
    }
  };
  const sweep = setInterval(() => {
    pruner.markAll();
    plan(pruning.pauseMs);
  }, pruning.sweepMs);

  port.on("message", (message: ToWorker) => {
    if (message.type === "close") {
      clearTimeout(timer);
      clearInterval(sweep);
      db.close();
      port.close();
      return;
    }
    ahead = message.at - performance.now();
    const answers = runBatch(db, store, message.calls);
    if (message.calls.some(({ method }) => method === "erase")) forget();
    tell({ type: "answers", answers });
    for (const { method, args } of message.calls) {
      if (method === "append") pruner.mark(args[1]);
      if (method === "note") pruner.mark(args[0].instance);
    }
    plan(pruning.pauseMs);
  });
}
