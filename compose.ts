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
import { Datagrams } from "./services/datagram/datagrams.ts";
import { createTokens } from "./services/identity/tokens.ts";
import { type Kept, keepInDatabase, keepInRedis } from "./services/kept.ts";
import { createLog, type Log } from "./services/ops/log.ts";
import { createMetrics } from "./services/ops/metrics.ts";
import { createPresence, steadyNow } from "./services/presence/presence.ts";
import { connectRedis } from "./services/redisClient.ts";
import { Sessions } from "./services/sessions/sessions.ts";

export type Composed = { kept: Kept; services: RoomServices };

/** The services, and what the server itself has to check and close. Throws BAD_SETTING. */
export async function composeServices(config: Config): Promise<Composed> {
  const log = createLog(config);
  const cluster = createAlone(() => matchMaker.processId);
  const kept = config.redisUrl ? await shareRedis(config, log, cluster) : await keepInDatabase(config, log);
  return { kept, services: createServices(config, log, cluster, kept) };
}

async function shareRedis(config: Config, log: Log, cluster: Cluster): Promise<Kept> {
  const redis = await connectRedis(config.redisUrl, (error) =>
    log.limited("error", "redis", { error }, "redis failed"),
  );
  try {
    const kept = await keepInRedis(config, log, redis, cluster);
    return { ...kept, close: () => kept.close().finally(() => redis.disconnect()) };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

function createServices(config: Config, log: Log, cluster: Cluster, kept: Kept): RoomServices {
  const others = cluster.isAlone ? undefined : chatsElsewhere(cluster);
  const chats = createChats(config, kept.chatLog, steadyNow, others);
  const presence = createPresence({ ...config, pieceOf: chats.pieceOf });
  const datagrams = new Datagrams();
  const sessions = createSessions(config, log);
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
