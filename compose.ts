/** Makes the services from the settings, each once, and joins them to each other. */
import { matchMaker } from "@colyseus/core";
import { Registry } from "prom-client";
import { type Config, list } from "./config.ts";
import { openRooms } from "./rooms/BaseRoom.ts";
import { chatsElsewhere } from "./rooms/chat/elsewhere.ts";
import type { RoomServices } from "./rooms/services.ts";
import { Admission } from "./services/admission/admission.ts";
import type { Artifacts } from "./services/artifacts/artifacts.ts";
import { recordAudio } from "./services/artifacts/audioRecorder.ts";
import { Folders } from "./services/artifacts/folders.ts";
import { noArtifacts } from "./services/artifacts/off.ts";
import { noStreams } from "./services/audio/stream/off.ts";
import type { Streams } from "./services/audio/stream/stream.ts";
import { createStreams } from "./services/audio/stream/streams.ts";
import { Bans } from "./services/bans/bans.ts";
import { createChats } from "./services/chats/chats.ts";
import { createAlone } from "./services/cluster/alone.ts";
import type { Cluster } from "./services/cluster/cluster.ts";
import { type Connections, openRedis } from "./services/cluster/redis.ts";
import { createRedisCluster } from "./services/cluster/redisCluster.ts";
import { Datagrams } from "./services/datagram/datagrams.ts";
import { createTokens } from "./services/identity/tokens.ts";
import { type Kept, keepInDatabase, keepInRedis } from "./services/kept.ts";
import { LifecycleBus } from "./services/lifecycle.ts";
import { measureArtifacts } from "./services/ops/artifactMetrics.ts";
import { measureChatLog, measureChats } from "./services/ops/chatMetrics.ts";
import { logBeginnings, logLives } from "./services/ops/lifecycleLog.ts";
import { apartFrom, createLog, type Log, type SessionSink } from "./services/ops/log.ts";
import { type Meters, metersOf } from "./services/ops/meters.ts";
import { createMetrics } from "./services/ops/metrics.ts";
import { createScanLog } from "./services/ops/scanLog.ts";
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
  const lines = openLog(config);
  if (config.redisUrl) return composeShared(config, lines);
  const cluster = createAlone(processId);
  const kept = await keepInDatabase(config, lines.shared);
  return { kept, services: await createServices({ config, lines, cluster, kept }), redis: undefined };
}

async function composeShared(config: Config, lines: Lines): Promise<Composed> {
  const onError = (error: unknown) => lines.shared.limited("error", "redis", { error }, "redis failed");
  const redis = await openRedis(config.redisUrl, onError);
  try {
    const cluster = await createRedisCluster({ redis, id: processId, now: steadyNow, onError });
    const kept = await keepInRedis(config, lines.shared, redis.open(), cluster);
    const shared = { cluster, store: createRedisSessionStore(redis.open()) };
    return { kept, services: await createServices({ config, lines, cluster, kept, shared, redis }), redis };
  } catch (error) {
    redis.close();
    throw error;
  }
}

/** Colyseus makes it late. */
const processId = () => matchMaker.processId;

interface Lines {
  readonly log: Log;
  /** For what sessions share. */
  readonly shared: Log;
  /** From now on the lines of sessions are kept with the rest of what is kept of them. */
  keepIn(artifacts: Artifacts): void;
}

/** The log comes first, as all that is made may have something to say. */
function openLog(config: Config): Lines {
  let artifacts = noArtifacts;
  const sink: SessionSink = (session, file, line) => artifacts.folder(session)?.log(file, line);
  const log = createLog(config, { sink: config.artifacts ? sink : undefined });
  return {
    log,
    shared: apartFrom(log),
    keepIn(made) {
      artifacts = made;
    },
  };
}

interface Parts {
  config: Config;
  lines: Lines;
  cluster: Cluster;
  kept: Kept;
  shared?: SessionsOptions["shared"];
  redis?: Connections;
}

async function createServices({ config, lines, cluster, kept, shared, redis }: Parts): Promise<RoomServices> {
  const { log, shared: sharedLog, keepIn } = lines;
  const meters = metersOf(new Registry());
  const bans = await openBans(sharedLog, cluster, kept);
  const others = cluster.isAlone ? undefined : chatsElsewhere(cluster);
  const chatLog = measureChatLog(meters, kept.chatLog);
  const chats = measureChats(meters, createChats(config, chatLog, steadyNow, { bans, others }));
  const onPresenceError = (error: unknown) => sharedLog.limited("error", "presence", { error }, "presence failed");
  const presence = createPresence({ ...config, pieceOf: chats.pieceOf, cluster, onError: onPresenceError });
  const datagrams = new Datagrams();
  const onLifecycleError = (error: unknown) => log.limited("error", "lifecycle", { error }, "a listener failed");
  const admission = new Admission({ atOnce: config.joinsAtOnce, lagMs: config.joinsLagMs });
  const lifecycle = new LifecycleBus(onLifecycleError);
  logLives(lifecycle, log);
  const artifacts = config.artifacts ? openFolders({ config, log, lifecycle, cluster, meters }) : noArtifacts;
  keepIn(artifacts);
  logBeginnings(lifecycle, log);
  const sessions = createSessions(config, log, lifecycle, shared);
  return {
    config,
    log,
    chats,
    bans,
    cluster,
    presence,
    datagrams,
    admission,
    sessions,
    lifecycle,
    artifacts,
    now: steadyNow,
    metrics: createMetrics(meters, {
      ...{ cluster, presence, datagrams, sessions, redis, admission, bus: lifecycle },
      ...{ rooms: () => openRooms, checkStorage: kept.check, dataDir: config.dataDir },
    }),
    tokens: createTokens(config, kept.handles),
    saves: kept.saves,
  };
}

async function openBans(log: Log, cluster: Cluster, { restrictions: store }: Kept): Promise<Bans> {
  const onError = (error: unknown) => log.limited("error", "bans", { error }, "bans could not be read");
  const bans = new Bans({ store, cluster, channel: cluster.channel("bans"), now: steadyNow, onError });
  await bans.begin();
  return bans;
}

interface Keeping extends Pick<RoomServices, "config" | "log" | "lifecycle" | "cluster"> {
  meters: Meters;
}

/** Before the sessions: it hears of them by the bus. */
function openFolders({ config, log, lifecycle: bus, cluster, meters }: Keeping): Artifacts {
  const onError = (error: unknown) => log.limited("error", "artifacts", { error }, "could not keep artifacts");
  const channel = cluster.channel("artifacts");
  const watch: Cluster["watch"] = (listener) => cluster.watch(listener);
  const meter = measureArtifacts(meters);
  const artifacts = new Folders({ config, bus, channel, watch, meter, onError, now: steadyNow });
  artifacts.begin();
  if (list(config.record).includes("audio")) recordAudio({ bus, artifacts, onError });
  return artifacts;
}

function createSessions(config: Config, log: Log, bus: LifecycleBus, shared: SessionsOptions["shared"]): Sessions {
  return new Sessions({
    bus,
    streams: config.audio ? openStreams(config, apartFrom(log)) : noStreams,
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
    ...createScanLog(log, steadyNow),
  });
}
