/**
 * Connections to a Redis that may go away at any time: each has an error listener, tries again for ever, notices a Redis
 * that is connected and says nothing, and answers or fails within a second. Nothing is sent twice.
 */
import type { Redis, RedisOptions } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";

export const callMs = 1000;
/** A socket that is silent for so long while an answer is due is replaced. */
const silentMs = 2000;
const retryMs = 250;
/** Redis may be starting too. */
const startMs = 10_000;

export interface Connections {
  /** For whoever asks for one more: a library closes what it was given. `duplicate()` of it makes the like. */
  open(): Redis;
  close(): void;
  /** How long the newest answer took to a ping, of which there is one a second; undefined before the first. */
  readonly roundTripMs: number | undefined;
}

const options: RedisOptions = {
  commandTimeout: callMs,
  connectTimeout: silentMs,
  socketTimeout: silentMs,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // asked at each connecting, its answers get between those of a subscriber
  disableClientInfo: true,
  retryStrategy: () => retryMs,
};

/** Resolves when Redis answers; throws BAD_SETTING where it does not within ten seconds. */
export async function openRedis(url: string, onError: (error: unknown) => void): Promise<Connections> {
  // a tenth of the memory of a server that needs none
  const { Redis } = await import("ioredis");
  const opened = new Set<Redis>();
  let roundTripMs: number | undefined;

  const ping = async (redis: Redis) => {
    const since = performance.now();
    await redis.ping();
    roundTripMs = performance.now() - since;
  };
  const watched = (redis: Redis): Redis => {
    redis.on("error", onError);
    // a subscriber asks for nothing by itself, and would never learn that nobody is there, or that answers are out of step
    const ask = () => redis.status === "ready" && ping(redis).catch(() => redis.disconnect(true));
    const asking = setInterval(ask, callMs).unref();
    opened.add(redis);
    redis.on("end", () => {
      clearInterval(asking);
      opened.delete(redis);
    });
    // subscribers are made so by libraries, and used before they are connected
    redis.duplicate = (override) => watched(new Redis({ ...redis.options, ...override, enableOfflineQueue: true }));
    return redis;
  };
  const open = () => watched(new Redis(url, options));

  const first = open();
  try {
    await ready(first, startMs);
  } catch (cause) {
    throw new HereaboutsError("BAD_SETTING", `REDIS_URL: ${(cause as Error).message}`, { cause });
  } finally {
    first.disconnect();
  }
  return {
    open,
    get roundTripMs() {
      return roundTripMs;
    },
    close() {
      for (const redis of opened) redis.disconnect();
    },
  };
}

/** Resolves when a connection may be used; rejects after `withinMs`. */
export function ready(redis: Redis, withinMs = silentMs): Promise<void> {
  if (redis.status === "ready") return Promise.resolve();
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("Redis does not answer.")), withinMs);
    redis.once("ready", () => {
      clearTimeout(late);
      resolve();
    });
  });
}
