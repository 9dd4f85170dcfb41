/** What a Redis is asked and works, by its own count: `INFO commandstats` and `INFO cpu`, two readings apart. */
import type { Redis } from "ioredis";
import { now } from "./clock.ts";

export type RedisUse = { readonly calls: ReadonlyMap<string, number>; readonly cpuMs: number; readonly ms: number };

/** Starts counting; the returned function says what came since. What counting itself asks is left out. */
export async function countRedis(redis: Redis): Promise<() => Promise<RedisUse>> {
  const first = await read(redis);
  return async () => {
    const last = await read(redis);
    const calls = new Map<string, number>();
    for (const [name, count] of last.calls) {
      const more = count - (first.calls.get(name) ?? 0);
      if (more > 0 && name !== "info") calls.set(name, more);
    }
    return { calls, cpuMs: last.cpuMs - first.cpuMs, ms: last.at - first.at };
  };
}

/** What came beyond what comes anyway, per each of `count`: commands by name, those that round to nothing left out. */
export function perEach(use: RedisUse, idle: RedisUse, count: number): { calls: Map<string, number>; cpuMs: number } {
  const share = use.ms / idle.ms;
  const calls = new Map<string, number>();
  for (const [name, total] of use.calls) {
    const each = (total - (idle.calls.get(name) ?? 0) * share) / count;
    if (Math.abs(each) >= leastShown) calls.set(name, each);
  }
  return { calls, cpuMs: (use.cpuMs - idle.cpuMs * share) / count };
}

const leastShown = 0.005;

/** The calls of `INFO commandstats`. */
export function callsOf(info: string): Map<string, number> {
  const lines = [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
  return new Map(lines.map(([, name, calls]) => [name!, Number(calls)]));
}

async function read(redis: Redis) {
  const info = `${await redis.info("commandstats")}\n${await redis.info("cpu")}`;
  const seconds = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1]);
  return { calls: callsOf(info), cpuMs: (seconds("used_cpu_user") + seconds("used_cpu_sys")) * 1000, at: now() };
}
