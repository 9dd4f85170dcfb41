/**
 * The built-in set in its folder: made once, in a worker thread, first piece first, and kept under names with the hash of
 * what made them, so that a new version replaces the old pieces. A start that was cut short goes on where it was; processes
 * that start on the same folder share the work.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { draftOf, isOfAnother } from "./drafts.ts";
import { pieces } from "./pieces.ts";
import type { Made, Order } from "./worker.ts";

export type BuiltinSet = {
  /** Settles when every piece was made or failed. */
  done: Promise<void>;
  /** Ends the making; what is complete stays. */
  stop(): Promise<void>;
};

/** `onReady` is called for each piece with its path, in the set's order; those already there before this returns. */
export function makeBuiltinSet(options: {
  dir: string;
  onReady(path: string): void;
  onError(error: Error): void;
  /** Fewer pieces than all, by name: for tests. */
  only?: readonly string[];
}): BuiltinSet {
  const { dir, onReady, onError } = options;
  mkdirSync(dir, { recursive: true });
  const version = versionOf();
  const wanted = pieces.filter(({ name }) => options.only?.includes(name) ?? true);
  const orders = wanted.map(({ name }): Order => ({ name, path: join(dir, `${name}-${version}.mp3`) }));
  removeOthers(dir, version);
  const missing = orders.filter(({ path }) => !existsSync(path));
  for (const order of orders) if (!missing.includes(order)) onReady(order.path);
  if (missing.length === 0) return { done: Promise.resolve(), stop: async () => {} };

  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  const done = new Promise<void>((resolve) => {
    let left = missing.length;
    worker.on("message", (made: Made) => {
      if ("error" in made) onError(new Error(`${made.path}: ${made.error}`));
      else onReady(made.path);
      if (--left === 0) void worker.terminate();
    });
    worker.on("error", (error) => onError(error instanceof Error ? error : new Error(String(error))));
    worker.on("exit", () => resolve());
  });
  for (const order of missing) worker.postMessage(order);
  return {
    done,
    stop: async () => {
      await worker.terminate();
      await done;
      for (const { path } of missing) rmSync(draftOf(path), { force: true });
    },
  };
}

/** Changes with anything that the sound depends on: the sources themselves. */
function versionOf(): string {
  const here = import.meta.dirname;
  const sources = globSync(["builtin/!(*.test).ts", "loudness.ts", "../random.ts"], { cwd: join(here, "..") }).sort();
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(join(here, "..", source)));
  return hash.digest("hex").slice(0, 12);
}

/** Pieces of other versions, and what a killed process left half written. */
function removeOthers(dir: string, version: string): void {
  for (const file of readdirSync(dir)) {
    const [, ofVersion] = /-([0-9a-f]{12})\.mp3(\.\d+\.partial)?$/.exec(file) ?? [];
    if (ofVersion && (ofVersion !== version || (file.endsWith(".partial") && !isOfAnother(file)))) {
      rmSync(join(dir, file), { force: true });
    }
  }
}
