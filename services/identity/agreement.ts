/**
 * Processes that share a Redis sign with one secret, or a token of one would be refused by another. Redis keeps a
 * fingerprint of it, never the secret; the first to come sets it, also after Redis was emptied.
 */
import { createHmac } from "node:crypto";
import type { Redis } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";
import { answerOf } from "../redisAnswer.ts";

/** Throws BAD_SETTING where the others sign with another secret, UNAVAILABLE where Redis does not answer. */
export async function agreeOnSecret(redis: Redis, secret: string, key = "hereabouts:secret"): Promise<void> {
  const fingerprint = createHmac("sha256", secret).update("hereabouts").digest("base64url");
  await answerOf(redis.set(key, fingerprint, "NX"));
  const agreed = await answerOf(redis.get(key));
  if (agreed === fingerprint) {
    redis.on("ready", () => void answerOf(redis.set(key, fingerprint, "NX")).catch(() => {}));
    return;
  }
  throw new HereaboutsError(
    "BAD_SETTING",
    `AUTH_SECRET: the processes at REDIS_URL sign tokens with another secret. Give all of them the same AUTH_SECRET; ` +
      `to change it, stop them all and delete "${key}" in Redis.`,
  );
}
