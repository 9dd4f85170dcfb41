/** The readers' part of `npm run fuzz`: each takes its share of the cases, and holds no more memory after them than before. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Reader } from "./reader.ts";
import { runReader, sharesOf } from "./readers.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const megabyte = 2 ** 20;
const most = 8 * megabyte;
/** Each time round a reader is warm: what it keeps once, it has by then. */
const warmUp = 1000;
const batch = 10_000;

/** Prints a line for each. False if one went wrong. */
export async function runReaders(cases: number, seed: number, chosen: readonly Reader[]): Promise<boolean> {
  let isOk = true;
  const shares = sharesOf(cases, chosen);
  for (const reader of chosen) {
    const count = shares.get(reader.name)!;
    try {
      await runReader(reader, seed, Math.min(warmUp, count));
      const before = held();
      const from = performance.now();
      let slowestMs = 0;
      for (let done = 0; done < count; done += batch) {
        const began = performance.now();
        await runReader(reader, seed + done, Math.min(batch, count - done));
        slowestMs = Math.max(slowestMs, performance.now() - began);
      }
      const seconds = (performance.now() - from) / 1000;
      const more = held() - before;
      console.log(
        `${reader.name.padEnd(11)} ${String(count).padStart(8)} cases, ${Math.round(count / seconds)} a second,` +
          ` slowest ${batch} in ${slowestMs.toFixed(0)} ms, held ${(more / megabyte).toFixed(1)} MB more` +
          `, goes on with --seed ${seed + count}`,
      );
      if (more > most) throw new Error(`${reader.name} holds ${more} bytes more after ${count} cases.`);
    } catch (error) {
      isOk = false;
      console.error(error);
    }
  }
  return isOk;
}

function held(): number {
  // what buffers were in is given back by the next collection after theirs
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
