/**
 * The thread that makes built-in pieces: renders, encodes and writes one for each message, in order, and answers with its
 * name. What another process makes in the same folder is waited for, behind what is left to do.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { draftOf, isMadeElsewhere } from "./drafts.ts";
import { encode } from "./encode.ts";
import { render } from "./mixdown.ts";
import { pieces } from "./pieces.ts";

/** What is asked for, and what comes back. */
export type Order = { name: string; path: string };
export type Made = { path: string } | { path: string; error: string };

/** Between two looks at whether another process is done. */
const lookMs = 500;
let last = Promise.resolve();

parentPort?.on("message", (order: Order) => {
  last = last.then(() => take(order));
});

async function take(order: Order): Promise<void> {
  const { path } = order;
  if (existsSync(path)) return parentPort!.postMessage({ path } satisfies Made);
  if (!isMadeElsewhere(path)) return make(order);
  void pause(lookMs).then(() => {
    last = last.then(() => take(order));
  });
}

async function make({ name, path }: Order): Promise<void> {
  const answer = (made: Made) => parentPort!.postMessage(made);
  const draft = draftOf(path);
  try {
    const piece = pieces.find((one) => one.name === name)!;
    writeFileSync(draft, ""); // tells other processes
    // a reader, or the next start after a crash, finds the whole file or none
    writeFileSync(draft, await encode(render(piece), piece));
    renameSync(draft, path);
    answer({ path });
  } catch (error) {
    rmSync(draft, { force: true });
    answer({ path, error: error instanceof Error ? error.message : String(error) });
  }
}
