/** Makes the services from the settings, each once, and joins them to each other. */
import { matchMaker } from "@colyseus/core";
import type { Config } from "./config.ts";
import { chatsElsewhere } from "./rooms/chat/elsewhere.ts";
import type { RoomServices } from "./rooms/services.ts";
import { noStreams } from "./services/audio/stream/off.ts";
import type { Streams } from "./services/audio/stream/stream.ts";
import { createStreams } from "./services/audio/stream/streams.ts";
import { createChats } from "./services/chats/chats.ts";
import { createAlone } from "./services/cluster/alone.ts";
import type { Cluster } from "./services/cluster/cluster.ts";
import { type Connections, openRedis } from "./services/cluster/redis.ts";
import { createRedisCluster } from "./services/cluster/redisCluster.ts";
import { Datagrams } from "./services/datagram/datagrams.ts";
import { createTokens } from "./services/identity/tokens.ts";
import { type Kept, keepInDatabase, keepInRedis } from "./services/kept.ts";
import { createLog, type Log } from "./services/ops/log.ts";
import { createMetrics } from "./services/ops/metrics.ts";
import { createPresence, steadyNow } from "./services/presence/presence.ts";
import { createRedisSessionStore } from "./services/sessions/redisStore.ts";
import { Sessions, type SessionsOptions } from "./services/sessions/sessions.ts";

export interface Composed {
  kept: Kept;
  services: RoomServices;
  /** Where processes are several. */
  redis: Connections | undefined;
}

/** The services, and what the server itself has to check and close. Throws BAD_SETTING. */
export async function composeServices(config: Config): Promise<Composed> {
  const log = createLog(config);
  if (config.redisUrl) return composeShared(config, log);
  const cluster = createAlone(processId);
  const kept = await keepInDatabase(config, log);
  return { kept, services: createServices(config, log, cluster, kept), redis: undefined };
}

async function composeShared(config: Config, log: Log): Promise<Composed> {
  const onError = (error: unknown) => log.limited("error", "redis", { error }, "redis failed");
  const redis = await openRedis(config.redisUrl, onError);
  try {
    const cluster = await createRedisCluster({ redis, id: processId, now: steadyNow, onError });
    const kept = await keepInRedis(config, log, redis.open(), cluster);
    const shared = { cluster, store: createRedisSessionStore(redis.open()) };
    return { kept, services: createServices(config, log, cluster, kept, shared), redis };
  } catch (error) {
    redis.close();
    throw error;
  }
}

/** Colyseus makes it late. */
const processId = () => matchMaker.processId;

function createServices(
  config: Config,
  log: Log,
  cluster: Cluster,
  kept: Kept,
  shared?: SessionsOptions["shared"],
): RoomServices {
  const others = cluster.isAlone ? undefined : chatsElsewhere(cluster);
  const chats = createChats(config, kept.chatLog, steadyNow, others);
  const onPresenceError = (error: unknown) => log.limited("error", "presence", { error }, "presence failed");
  const presence = createPresence({ ...config, pieceOf: chats.pieceOf, cluster, onError: onPresenceError });
  const datagrams = new Datagrams();
  const sessions = createSessions(config, log, shared);
  return {
    config,
    log,
    chats,
    cluster,
    presence,
    datagrams,
    sessions,
    now: steadyNow,
    metrics: createMetrics(presence, datagrams, sessions),
    tokens: createTokens(config, kept.handles),
    saves: kept.saves,
  };
}

function createSessions(config: Config, log: Log, shared: SessionsOptions["shared"]): Sessions {
  return new Sessions({
    streams: config.audio ? openStreams(config, log) : noStreams,
    limits: {
      sessions: config.audioSessions,
      perMaker: config.audioSessionsEach,
      listeners: config.audioListeners,
    },
    shared,
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
