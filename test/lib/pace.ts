/** How evenly things came: gaps between times, and how late a bare timer of this process was meanwhile. */

/** Gaps in ms between the times that lie within [from, to], the largest first. */
export function gapsWithin(times: readonly number[], from: number, to: number): number[] {
  const within = times.filter((time) => time >= from && time <= to);
  const gaps = within.slice(1).map((time, i) => time - within[i]!);
  return gaps.sort((a, b) => b - a);
}

/** The share `p` (0 to 1) of `descending` is at most this; 0 if there is nothing. */
export function percentile(descending: readonly number[], p: number): number {
  return descending[Math.floor((1 - p) * descending.length)] ?? 0;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Watches a timer of 10 ms until the returned function is called, which gives the most that it was late, in ms. */
export function watchNoise(): () => number {
  const everyMs = 10;
  let worst = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - everyMs);
    last = now;
  }, everyMs);
  return () => {
    clearInterval(timer);
    return worst;
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Those of the log's lines that came less than `ms` after the one before. */
export function closerThan(ms: number, lines: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return lines.filter(({ time }, i) => i > 0 && Number(time) - Number(lines[i - 1]!["time"]) < ms);
}
