/**
 * Records of audio sessions in Redis: four hashes, by id or by name, changed by scripts as a whole. A record is only
 * replaced by one whose fence is as high.
 */
import type { Redis } from "ioredis";
import { answerOf } from "../redisAnswer.ts";
import { nameKey } from "./ids.ts";
import type { SessionRecord, SessionStore } from "./record.ts";

/** KEYS: records, fences and names by id; ids by name. */
const save = `
if tonumber(redis.call("HGET", KEYS[2], ARGV[1]) or "0") > tonumber(ARGV[2]) then return 0 end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])
if ARGV[4] ~= "" then
  redis.call("HSET", KEYS[3], ARGV[1], ARGV[4])
  redis.call("HSET", KEYS[4], ARGV[4], ARGV[1])
end
return 1`;
const drop = `
local name = redis.call("HGET", KEYS[3], ARGV[1])
if name and redis.call("HGET", KEYS[4], name) == ARGV[1] then redis.call("HDEL", KEYS[4], name) end
for i = 1, 3 do redis.call("HDEL", KEYS[i], ARGV[1]) end
return 1`;

export function createRedisSessionStore(redis: Redis, prefix = "hereabouts:audio:"): SessionStore {
  const [records, fences, names, ids] = ["records", "fences", "names", "ids"].map((name) => prefix + name) as [
    string,
    string,
    string,
    string,
  ];
  const run = (script: string, ...args: (string | number)[]) =>
    answerOf(redis.eval(script, 4, records, fences, names, ids, ...args));
  return {
    async save(record) {
      const name = record.name && nameKey(record.name);
      await run(save, record.id, record.fence, JSON.stringify(record), name);
    },
    async drop(id) {
      await run(drop, id);
    },
    async load(id) {
      const text = await answerOf(redis.hget(records, id));
      return text === null ? undefined : (JSON.parse(text) as SessionRecord);
    },
    async named(key) {
      return (await answerOf(redis.hget(ids, key))) ?? undefined;
    },
    all: () => answerOf(redis.hkeys(records)),
  };
}
