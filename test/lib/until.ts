/** Waiting in tests: for something to hold, and for time to pass. */
import { setTimeout as sleep } from "node:timers/promises";

/** Throws if `condition` does not hold within `ms`, naming `what` was waited for. */
export async function until(condition: () => unknown, what: string, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(10);
  }
}

export const pause = (ms: number): Promise<void> => sleep(ms);
