/** Makes the services from the settings, each once, and joins them to each other. */
import { matchMaker } from "@colyseus/core";
import type { Config } from "./config.ts";
import type { RoomServices } from "./rooms/services.ts";
import { HereaboutsError } from "./schema/errors.ts";
import { noStreams } from "./services/audio/stream/off.ts";
import type { Streams } from "./services/audio/stream/stream.ts";
import { createStreams } from "./services/audio/stream/streams.ts";
import type { ChatLog } from "./services/chatlog/chatlog.ts";
import { createRedisChatLog } from "./services/chatlog/redis.ts";
import { createSqliteChatLog } from "./services/chatlog/sqlite.ts";
import { createChats } from "./services/chats/chats.ts";
import { createAlone } from "./services/cluster/alone.ts";
import { Datagrams } from "./services/datagram/datagrams.ts";
import { createHandles } from "./services/identity/handles.ts";
import { createTokens } from "./services/identity/tokens.ts";
import { createLog, type Log } from "./services/ops/log.ts";
import { createMetrics } from "./services/ops/metrics.ts";
import { createPresence, steadyNow } from "./services/presence/presence.ts";
import { createSqliteSaves } from "./services/saves/sqlite.ts";
import { Sessions } from "./services/sessions/sessions.ts";
import { openStorage, type Storage } from "./services/storage.ts";

export type Composed = { storage: Storage; services: RoomServices };

/** The services, and what the server itself has to check and close. Throws BAD_SETTING. */
export async function composeServices(config: Config): Promise<Composed> {
  const log = createLog(config);
  const storage = openDataDir(config);
  const chatLog = await openChatLog(config, log);
  return { storage, services: createServices(config, log, storage, chatLog) };
}

function createServices(config: Config, log: Log, storage: Storage, chatLog: ChatLog): RoomServices {
  const chats = createChats(config, chatLog, steadyNow);
  const presence = createPresence({ ...config, pieceOf: chats.pieceOf });
  const datagrams = new Datagrams();
  const sessions = createSessions(config, log);
  return {
    config,
    log,
    chats,
    cluster: createAlone(() => matchMaker.processId),
    presence,
    datagrams,
    sessions,
    now: steadyNow,
    metrics: createMetrics(presence, datagrams, sessions),
    tokens: createTokens(config, createHandles(storage)),
    saves: createSqliteSaves(storage, (error) => log.limited("error", "saves", { error }, "could not save worlds")),
  };
}

function createSessions(config: Config, log: Log): Sessions {
  return new Sessions({
    streams: config.audio ? openStreams(config, log) : noStreams,
    limits: {
      sessions: config.audioSessions,
      perMaker: config.audioSessionsEach,
      listeners: config.audioListeners,
    },
    now: steadyNow,
    onError: (error) => log.limited("error", "sessions", { error }, "an audio session failed"),
  });
}

function openStreams(config: Config, log: Log): Streams {
  return createStreams({
    musicDir: config.musicDir,
    dataDir: config.dataDir,
    fadeMs: config.audioFadeMs,
    bitrate: Number(config.audioBitrate) as 128 | 160 | 192,
    onSkipped: (file, reason) => log.limited("warn", `music ${file}`, { file, reason }, "music was skipped"),
  });
}

/** Where chats are kept: Redis if there is one, else the embedded database. Throws BAD_SETTING where it does not answer. */
async function openChatLog({ redisUrl, dataDir, chatKeep: keep }: Config, log: Log): Promise<ChatLog> {
  const onError = (error: unknown) => log.limited("error", "chatlog", { error }, "the chat log failed");
  const onWarning = (warning: string) => log.warn({ warning }, "the chat log is less durable than it should be");
  // a tenth of the memory of a server that needs none
  const Redis = redisUrl && (await import("ioredis")).Redis;
  const redis = Redis ? new Redis(redisUrl, { maxRetriesPerRequest: 3 }).on("error", onError) : undefined;
  const chatLog = redis
    ? createRedisChatLog({ redis, keep, onWarning, now: steadyNow })
    : createSqliteChatLog({ dataDir, keep, onError, now: steadyNow });
  try {
    await chatLog.last("system");
    return redis ? { ...chatLog, close: () => chatLog.close().finally(() => redis.disconnect()) } : chatLog;
  } catch (cause) {
    redis?.disconnect();
    await chatLog.close().catch(() => {});
    const where = redis ? "REDIS_URL" : `DATA_DIR: "${dataDir}"`;
    throw new HereaboutsError("BAD_SETTING", `${where}: chats cannot be kept: ${(cause as Error).message}.`, { cause });
  }
}

/** Throws BAD_SETTING where nothing can be kept. */
function openDataDir({ dataDir }: Config): Storage {
  try {
    return openStorage(dataDir);
  } catch (cause) {
    throw new HereaboutsError("BAD_SETTING", `DATA_DIR: "${dataDir}" does not open: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
