/** Waiting in tests for what comes of itself: no sleeps of a guessed length. */
import { setTimeout as pause } from "node:timers/promises";
import { HereaboutsError } from "../schema/errors.ts";

/** How long to wait, and for what. */
export interface UntilOptions {
  /** 5000 if left out. */
  withinMs?: number;
  /** What is waited for, in the words of the error. */
  what?: string;
}

const lookMs = 5;

/**
 * Asks `check` until it answers something truthy, and gives that. What it throws meanwhile counts as not yet.
 *
 * @example
 * ```ts
 * import { until } from "hereabouts/testing";
 *
 * const ada = await until(() => [...world.people.values()].find(({ name }) => name === "Ada"), { withinMs: 1000 });
 * ```
 * @throws HereaboutsError TIMEOUT after `withinMs`; its cause is what `check` threw last.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  { withinMs = 5000, what = check.toString() }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + withinMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await check();
      if (answer) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) {
      throw new HereaboutsError("TIMEOUT", `Not within ${withinMs} ms: ${what}`, cause === undefined ? {} : { cause });
    }
    await pause(lookMs);
  }
}
