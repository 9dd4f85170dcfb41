/**
 * Whether the load generator itself was the limit: a thread's own CPU and how long its event loop kept things waiting.
 * Ages measured by a thread that is behind are its own delay, not the server's.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { now } from "./clock.ts";

const resolutionMs = 10;
const busyPercent = 85;
const delayedMs = 30;

/** CPU in percent of one core; delay of the event loop in ms. */
export type Load = { cpuPercent: number; delayP99Ms: number; delayMaxMs: number };

/** Measures the calling thread from now on; the returned function says how it was. */
export function gauge(): () => Load {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const cpu = process.threadCpuUsage();
  const since = now();
  return () => {
    const used = process.threadCpuUsage(cpu);
    const waited = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e5) / 10 - resolutionMs);
    return {
      cpuPercent: (used.user + used.system) / 10 / (now() - since),
      delayP99Ms: waited(delay.percentile(99)),
      delayMaxMs: waited(delay.max),
    };
  };
}

/** Why this thread was the limit, if it was. */
export function limitOf({ cpuPercent, delayP99Ms }: Load): string | undefined {
  if (cpuPercent > busyPercent) return `a thread of the load generator used ${cpuPercent.toFixed(0)} % of a core`;
  if (delayP99Ms > delayedMs) return `the load generator's event loop was late by ${delayP99Ms.toFixed(0)} ms (p99)`;
  return undefined;
}
