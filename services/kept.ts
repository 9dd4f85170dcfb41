/** What outlives the process, opened once: in the embedded database, or in Redis where processes share one. */
import type { Redis } from "ioredis";
import type { Config } from "../config.ts";
import { HereaboutsError } from "../schema/errors.ts";
import { createRedisRestrictions } from "./bans/redis.ts";
import { createSqliteRestrictions } from "./bans/sqlite.ts";
import type { RestrictionStore } from "./bans/store.ts";
import type { ChatLog } from "./chatlog/chatlog.ts";
import { createRedisChatLog } from "./chatlog/redis.ts";
import { createSqliteChatLog } from "./chatlog/sqlite.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { ready } from "./cluster/redis.ts";
import { agreeOnSecret } from "./identity/agreement.ts";
import { createHandles, type Handles } from "./identity/handles.ts";
import { createRedisHandles } from "./identity/redisHandles.ts";
import { secretOf } from "./identity/tokens.ts";
import type { Log } from "./ops/log.ts";
import { steadyNow } from "./presence/presence.ts";
import { answerOf } from "./redisAnswer.ts";
import { createRedisSaves } from "./saves/redis.ts";
import type { WorldSaves } from "./saves/saves.ts";
import { createSqliteSaves } from "./saves/sqlite.ts";
import { openStorage } from "./storage.ts";

export interface Kept {
  readonly chatLog: ChatLog;
  readonly saves: WorldSaves;
  readonly handles: Handles;
  readonly restrictions: RestrictionStore;
  /** In words, for whoever started the server. */
  readonly where: string;
  /** What /readyz asks: throws where it takes no write. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Throws BAD_SETTING where nothing can be kept. */
export async function keepInDatabase({ dataDir, chatKeep }: Config, log: Log): Promise<Kept> {
  const { onSavesError, onChatError } = reports(log);
  const storage = orBadSetting(() => openStorage(dataDir), `DATA_DIR: "${dataDir}" does not open`);
  const chatLog = createSqliteChatLog({ dataDir, keep: chatKeep, onError: onChatError, now: steadyNow });
  try {
    await chatLog.last("system");
  } catch (cause) {
    await chatLog.close().catch(() => {});
    throw badSetting(`DATA_DIR: "${dataDir}": chats cannot be kept`, cause);
  }
  const saves = createSqliteSaves(storage, onSavesError);
  return {
    chatLog,
    saves,
    handles: createHandles(storage),
    restrictions: createSqliteRestrictions(storage),
    where: `SQLite in ${dataDir}`,
    async check() {
      storage.check();
      await chatLog.last("system");
    },
    async close() {
      await saves.close();
      await chatLog.close();
      storage.close();
    },
  };
}

/**
 * The connection is the caller's. Throws BAD_SETTING where other processes sign with another secret, UNAVAILABLE where
 * Redis does not answer.
 */
export async function keepInRedis(config: Config, log: Log, redis: Redis, cluster: Cluster): Promise<Kept> {
  const { onSavesError, onWarning } = reports(log);
  await ready(redis);
  await agreeOnSecret(redis, secretOf(config));
  const chatLog = createRedisChatLog({ redis, keep: config.chatKeep, onWarning, now: steadyNow });
  const saves = createRedisSaves({ redis, onError: onSavesError, channel: cluster.channel("saves") });
  return {
    chatLog,
    saves,
    handles: createRedisHandles(redis),
    restrictions: createRedisRestrictions(redis),
    where: `Redis at ${new URL(config.redisUrl).host}; secret and music in ${config.dataDir}`,
    check: async () => void (await answerOf(redis.set("hereabouts:probe", Date.now()))),
    async close() {
      await saves.close();
      await chatLog.close();
    },
  };
}

function reports(log: Log) {
  return {
    onSavesError: (error: unknown) => log.limited("error", "saves", { error }, "could not save worlds"),
    onChatError: (error: unknown) => log.limited("error", "chatlog", { error }, "the chat log failed"),
    onWarning: (warning: string) => log.warn({ warning }, "the chat log is less durable than it should be"),
  };
}

function orBadSetting<T>(open: () => T, what: string): T {
  try {
    return open();
  } catch (cause) {
    throw badSetting(what, cause);
  }
}

function badSetting(what: string, cause: unknown): HereaboutsError {
  return new HereaboutsError("BAD_SETTING", `${what}: ${(cause as Error).message}.`, { cause });
}
