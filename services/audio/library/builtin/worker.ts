/** The thread that makes built-in pieces: renders, encodes and writes one for each message, and answers with its name. */
import { renameSync, writeFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { encode } from "./encode.ts";
import { render } from "./mixdown.ts";
import { pieces } from "./pieces.ts";

/** What is asked for, and what comes back. */
export type Order = { name: string; path: string };
export type Made = { path: string } | { path: string; error: string };

parentPort?.on("message", async ({ name, path }: Order) => {
  const answer = (made: Made) => parentPort!.postMessage(made);
  try {
    const piece = pieces.find((one) => one.name === name)!;
    const bytes = await encode(render(piece), piece);
    // a reader, or the next start after a crash, finds the whole file or none
    const partial = `${path}.${process.pid}.partial`;
    writeFileSync(partial, bytes);
    renameSync(partial, path);
    answer({ path });
  } catch (error) {
    answer({ path, error: error instanceof Error ? error.message : String(error) });
  }
});
