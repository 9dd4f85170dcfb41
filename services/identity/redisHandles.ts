/**
 * Handles in Redis, for many processes. What was confirmed is known by memory, so that whoever comes again costs nothing
 * and comes while Redis is away; when Redis comes back empty, those are claimed again.
 */
import type { Redis } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";
import { answerOf } from "../redisAnswer.ts";
import { checkHandle, type Handles, skeletonOf } from "./handles.ts";

const remembered = 10_000;

export function createRedisHandles(redis: Redis, key = "hereabouts:handles"): Handles {
  /** Skeleton to what is kept of it: the subject and the handle as it was written. */
  const confirmed = new Map<string, string>();
  const claim = async (skeleton: string, kept: string): Promise<string> => {
    const answers = await answerOf(redis.multi().hsetnx(key, skeleton, kept).hget(key, skeleton).exec());
    const [error, owner] = answers![1]!;
    if (error) throw error;
    return owner as string;
  };
  redis.on("ready", () => {
    const known = [...confirmed];
    confirmed.clear();
    for (const [skeleton, kept] of known) claim(skeleton, kept).catch(() => {});
  });

  return {
    async claim(subject, handle) {
      checkHandle(handle);
      const skeleton = skeletonOf(handle);
      const kept = confirmed.get(skeleton) ?? (await claim(skeleton, JSON.stringify([subject, handle])));
      if ((JSON.parse(kept) as [string])[0] !== subject) throw new HereaboutsError("HANDLE_TAKEN", `"${handle}".`);
      confirmed.set(skeleton, kept);
      if (confirmed.size > remembered) confirmed.delete(confirmed.keys().next().value!);
    },
  };
}
