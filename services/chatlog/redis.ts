/**
 * The chat log in Redis, for many processes: each operation that must be whole is one Lua script, and scripts of one
 * client run in the order they were called. An answer is durable if Redis answers after writing, that is with
 * `appendonly yes` and `appendfsync always`; anything less is told through `onWarning`, never changed. Erased text stays
 * in the append-only file until Redis rewrites it. The client is the caller's: closing the log leaves it open.
 */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { HereaboutsError } from "../../schema/errors.ts";
import type { ChatLog, InstanceRestriction, Line, ModerationEntry, Restriction } from "./chatlog.ts";
import { lineOf, RedisCalls, toJson, type Value, type View } from "./redisCalls.ts";
import { warnIfNotDurable } from "./redisDurability.ts";
import { eraseInRedis } from "./redisErase.ts";
import { byPerson, liftNote, prunedLine, receiptMs, restrictNote, secondsOf } from "./rules.ts";

export interface RedisChatLogOptions {
  redis: Redis;
  /** Lines kept per instance. */
  keep?: number;
  /** Before every key. */
  prefix?: string;
  /** What makes an answer less durable than the contract says, once each. */
  onWarning?: (warning: string) => void;
  /** How long Redis may take to answer. */
  answerMs?: number;
  /** Server time in ms since the epoch. */
  now?: () => number;
}

/** Lines read by one script, and instances asked at once, so that nobody else waits long for it. */
const pageSize = 500;

export function createRedisChatLog(options: RedisChatLogOptions): ChatLog {
  const {
    redis,
    answerMs,
    keep = 100_000,
    prefix = "hereabouts:chat:",
    onWarning = () => {},
    now = Date.now,
  } = options;
  if (!(Number.isInteger(keep) && keep >= 1)) throw new Error(`keep must be a whole number from 1, not ${keep}`);
  const calls = new RedisCalls(redis, prefix, keep, answerMs);
  const time = () => Math.trunc(now());
  /** Names each append, so that one which ioredis sent twice is told from one that a client repeats. */
  const origin = randomUUID().slice(0, 8);
  let attempts = 0;

  const optional = (text: string | undefined): Value[] => (text === undefined ? [0, ""] : [1, text]);
  const view = async (asked: Promise<View | null>, instance: string): Promise<Line | undefined> => {
    const found = await asked;
    return found ? lineOf(instance, found) : undefined;
  };
  const restrictionsIn = async (instance: string, at: number): Promise<Restriction[]> => {
    type Kept = Omit<Restriction, "until"> & { until: number | null };
    return Object.values(await calls.plain(() => redis.hgetall(`${prefix}rules:${instance}`)))
      .map((text) => JSON.parse(text) as Kept)
      .map(({ person, kind, until, reason }) => ({ person, kind, until: until ?? Infinity, reason }))
      .filter(({ until }) => until > at)
      .sort(byPerson);
  };
  void warnIfNotDurable(redis, onWarning);

  return {
    async begin(instance, fence) {
      const lostBefore = await calls.script<Value | null>("begin", instance, fence);
      if (lostBefore === null) throw moved(instance);
      return Number(lostBefore);
    },

    async append(instance, { author, text, font, clientId, isShadow, original }, { floor = 0, fence = 0 } = {}) {
      const said = toJson({ author, text, font });
      const args = [time(), `${origin}${++attempts}`, said, clientId, isShadow ? 1 : 0, ...optional(original)];
      args.push(receiptMs, floor, fence);
      type Answer = [repeat: number, counted: number, seq: Value, at: Value, line: View | null, lostBefore: Value];
      const answer = await calls.script<Answer | null>("append", instance, ...args);
      if (!answer) throw moved(instance);
      const [repeat, counted, seq, at, found, lostBefore] = answer;
      const line = found ? lineOf(instance, found) : prunedLine(instance, Number(seq), author, Number(at));
      return { line, isRepeat: repeat === 1, isCounted: counted === 1, lostBefore: Number(lostBefore) };
    },

    async read(instance, { limit, before }) {
      const found: Line[] = [];
      for (let next: Value = before ?? ""; found.length < limit; next = found[0]!.seq) {
        const asked = Math.min(pageSize, limit - found.length);
        const views = await calls.script<View[]>("read", instance, asked, next);
        found.unshift(...views.map((line) => lineOf(instance, line)));
        if (views.length < asked) break;
      }
      return found;
    },

    line: (instance, seq) => view(calls.script("line", instance, seq), instance),
    last: async (instance) => Number(await calls.plain(() => redis.hget(`${prefix}meta:${instance}`, "last"))),
    edit: (instance, seq, text, original, by = "") =>
      view(calls.script("edit", instance, time(), seq, text, ...optional(original), by), instance),
    delete: (instance, seq, by, reason) => view(calls.script("remove", instance, time(), seq, by, reason), instance),
    heart: (instance, seq, person, on) => view(calls.script("heart", instance, seq, person, on ? 1 : 0), instance),

    async restrict(instance, what, by) {
      // JSON knows no infinity: a restriction for good has no end
      const kept = { ...what, until: what.until === Infinity ? null : what.until };
      const note = toJson(restrictNote(instance, time(), by, what));
      await calls.script("restrict", instance, toJson([what.kind, what.person]), toJson(kept), note);
    },
    async lift(instance, person, kind, by, reason) {
      const note = toJson(liftNote(kind, { instance, at: time(), by, person, reason }));
      await calls.script("lift", instance, toJson([kind, person]), note);
    },
    restrictions: restrictionsIn,
    async allRestrictions(at, limit) {
      const instances = (await calls.plain(() => redis.smembers(`${prefix}ruled`))).sort();
      const found: InstanceRestriction[] = [];
      for (let from = 0; from < instances.length && found.length < limit; from += pageSize) {
        const page = instances.slice(from, from + pageSize).map(async (instance) => {
          const held = await restrictionsIn(instance, at);
          return held.map((one) => ({ instance, ...one }));
        });
        found.push(...(await Promise.all(page)).flat());
      }
      return found.slice(0, Math.max(0, limit));
    },

    note: async (entry) => void (await calls.script("write", entry.instance, toJson(entry))),
    notes: async (instance, limit) =>
      (await calls.script<string[]>("log", instance, limit)).map((text) => JSON.parse(text) as ModerationEntry),
    slow: async (instance) =>
      secondsOf((await calls.plain(() => redis.hget(`${prefix}meta:${instance}`, "slow"))) ?? ""),
    erase: (person, by) => eraseInRedis(calls, time(), person, by),
    flush: () => calls.flush(),
    close: () => calls.close(),
  };
}

function moved(instance: string): HereaboutsError {
  return new HereaboutsError("MOVED", `chat:${instance}.`);
}
