/** Restrictions in Redis, for many processes: one hash, as they are few. */
import type { Redis } from "ioredis";
import { answerOf } from "../redisAnswer.ts";
import { nameOf, type Restriction, type RestrictionStore } from "./store.ts";

const removeSame = `
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end
return 0`;

export function createRedisRestrictions(redis: Redis, key = "hereabouts:restrictions"): RestrictionStore {
  return {
    async all() {
      const texts = await answerOf(redis.hvals(key));
      return texts.map((text) => {
        const kept = JSON.parse(text) as Omit<Restriction, "until"> & { until: number | null };
        return { ...kept, until: kept.until ?? Number.POSITIVE_INFINITY };
      });
    },
    async put(...restrictions) {
      if (restrictions.length === 0) return;
      // JSON has no infinity: it is null
      const pairs = restrictions.map((restriction) => [nameOf(restriction), JSON.stringify(restriction)]);
      await answerOf(redis.hset(key, Object.fromEntries(pairs)));
    },
    remove: async (id) => void (await answerOf(redis.hdel(key, nameOf(id)))),
    // what was read is written as it was: its fields keep their order
    removeSame: async (one) =>
      (await answerOf(redis.eval(removeSame, 1, key, nameOf(one), JSON.stringify(one)) as Promise<number>)) === 1,
  };
}
