/**
 * How the chat log speaks with Redis: scripts by name, plain commands, and what is still on its way. Calls of one client
 * run in the order they were made.
 */
import type { Redis } from "ioredis";
import { answerOf } from "../redisAnswer.ts";
import type { Line } from "./chatlog.ts";
import { type ScriptName, scripts } from "./redisScripts.ts";
import { idOf } from "./rules.ts";

export type Value = string | number;
/** A line as JSON, then those who gave it a heart. */
export type View = [json: string, ...hearts: string[]];

/** Strings as they come back from UTF-8, which has no lone surrogates; Lua's decoder refuses them. */
export const toJson = (value: unknown) =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? part.toWellFormed() : part));

export function lineOf(instance: string, [json, ...hearts]: View): Line {
  const { seq, author, text, font, at, count, editedAt, state } = JSON.parse(json) as Line;
  return { seq, id: idOf(instance, seq), author, text, font, at, count, editedAt, state, hearts };
}

export class RedisCalls {
  readonly keep: number;
  #redis: Redis;
  #prefix: string;
  #answerMs: number | undefined;
  #pending = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(redis: Redis, prefix: string, keep: number, answerMs?: number) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.keep = keep;
    this.#answerMs = answerMs;
    // ioredis sends a script's text once per connection, its hash from then on, and the text again if it was forgotten
    for (const [name, lua] of Object.entries(scripts)) redis.defineCommand(`chatlog_${name}`, { numberOfKeys: 1, lua });
  }

  /** `Answer` is what the script says it returns in `redisScripts.ts`. */
  script<Answer>(name: ScriptName, instance: string, ...args: Value[]): Promise<Answer> {
    const commands = this.#redis as unknown as Record<string, (...args: Value[]) => Promise<Answer>>;
    return this.plain(() => commands[`chatlog_${name}`]!(this.#prefix, instance, this.keep, ...args));
  }

  plain<Answer>(ask: (redis: Redis, prefix: string) => Promise<Answer>): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(new Error("The chat log is closed."));
    const answered = answerOf(ask(this.#redis, this.#prefix), this.#answerMs);
    this.#pending.add(answered);
    const done = () => void this.#pending.delete(answered);
    answered.then(done, done);
    return answered;
  }

  /** Waits until all that was sent so far is answered, one way or the other. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
  }
}
