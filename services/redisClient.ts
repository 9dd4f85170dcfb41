/**
 * A connection to Redis that fails fast and comes back by itself. The library is loaded only here: a server without Redis
 * does not pay for it.
 */
import type { Redis } from "ioredis";
import { HereaboutsError } from "../schema/errors.ts";
import { answerOf } from "./redisAnswer.ts";

const startMs = 5000;

/** Throws BAD_SETTING where there is no Redis within a few seconds. */
export async function connectRedis(url: string, onError: (error: unknown) => void): Promise<Redis> {
  const { Redis } = await import("ioredis");
  const redis = new Redis(url, {
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(50 * attempt, 500),
    connectTimeout: 1000,
    // a connection that was cut without a word would hold all that is asked
    socketTimeout: 2000,
  });
  let failure: unknown = new Error("it does not answer");
  redis.on("error", (error) => {
    failure = error;
    onError(error);
  });
  try {
    await untilReady(redis);
    return redis;
  } catch {
    redis.disconnect();
    throw new HereaboutsError("BAD_SETTING", `REDIS_URL: ${(failure as Error).message}.`, { cause: failure });
  }
}

/** Resolves when a connection may be used. Rejects with UNAVAILABLE where that takes more than a few seconds. */
export async function untilReady(redis: Redis): Promise<void> {
  if (redis.status === "ready") return;
  await answerOf(new Promise<void>((resolve) => redis.once("ready", () => resolve())), startMs);
}
