/** Work that is done many times, some at once. */
import { now, pause } from "./clock.ts";
import { UsageError } from "./usage.ts";

const atOnce = 16;

/**
 * Does `work` for 0 to `count`, at most 16 at once, evenly over `ms` if that is given. Throws a UsageError when it is told
 * to stop.
 */
export async function inTurn<T>(
  count: number,
  work: (i: number) => Promise<T>,
  ms = 0,
  signal?: AbortSignal,
): Promise<T[]> {
  const results: T[] = new Array(count);
  const from = now();
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      await pause(from + (i / count) * ms - now(), signal);
      if (signal?.aborted) throw new UsageError("Stopped before anything was measured.");
      results[i] = await work(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return results;
}
