/**
 * A load that is to last, whatever becomes of a process of the load generator: the native library for datagrams, a part of
 * it, ends it now and then with a bug of its own. Others come then for the rest of the time; what they tell is the report.
 */
import { EndedBySignal } from "./threads.ts";

/** One that ends sooner does not last: that is no bad luck. */
const leastMs = 60_000;

export interface Stretches {
  seconds: number;
  /** In ms. */
  now(): number;
  /** Nobody comes any more once it is aborted. */
  signal: AbortSignal;
  onEnded(why: Error): void;
}

/** Resolves with what the last stretch came to, and how many were cut short. */
export async function inStretches<T>(
  run: (seconds: number) => Promise<T>,
  { seconds, now, signal, onEnded }: Stretches,
): Promise<{ outcome: T; cut: number }> {
  const until = now() + seconds * 1000;
  for (let cut = 0; ; cut++) {
    const from = now();
    try {
      return { outcome: await run(Math.max(1, (until - from) / 1000)), cut };
    } catch (error) {
      if (!(error instanceof EndedBySignal) || signal.aborted || now() - from < leastMs) throw error;
      onEnded(error);
    }
  }
}
