/**
 * Composes everything and listens: services, rooms, routes and pages on one port.
 * `npm start` runs it; tests call `startServer` with a configuration of their own.
 */
import "./rooms/plainMsgpack.ts";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createNetServer } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { format } from "node:util";
import { LocalPresence, matchMaker, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import express, { type Application } from "express";
import { Redis } from "ioredis";
import { type Config, readProcessConfig } from "./config.ts";
import { toServerError } from "./rooms/BaseRoom.ts";
import { chatRoomWith } from "./rooms/chat/ChatRoom.ts";
import { guardJoins } from "./rooms/colyseus.ts";
import type { RoomServices } from "./rooms/services.ts";
import { worldRoomWith } from "./rooms/world/WorldRoom.ts";
import { authRoutes } from "./routes/auth.ts";
import { chatRoutes } from "./routes/chat.ts";
import { errorHandler, notFound } from "./routes/errors.ts";
import { guardRequests } from "./routes/guard.ts";
import { healthRoutes } from "./routes/health.ts";
import { mountMonitor } from "./routes/monitor.ts";
import { mountOperations } from "./routes/ops.ts";
import { mountPages } from "./routes/pages.ts";
import { sessionRoutes } from "./routes/session.ts";
import { HereaboutsError } from "./schema/errors.ts";
import type { ChatLog } from "./services/chatlog/chatlog.ts";
import { createRedisChatLog } from "./services/chatlog/redis.ts";
import { createSqliteChatLog } from "./services/chatlog/sqlite.ts";
import { createChats } from "./services/chats/chats.ts";
import { createCarrier } from "./services/datagram/carrier/carrier.ts";
import { Datagrams } from "./services/datagram/datagrams.ts";
import { createHandles } from "./services/identity/handles.ts";
import { createTokens } from "./services/identity/tokens.ts";
import { createLog, type Log } from "./services/ops/log.ts";
import { createMetrics } from "./services/ops/metrics.ts";
import { createPresence, steadyNow } from "./services/presence/presence.ts";
import { keptSecret } from "./services/secrets.ts";
import { openStorage, type Storage } from "./services/storage.ts";
import { createWorldSaves } from "./services/worldsaves.ts";

/** How long the welcome waits for what carries datagrams. */
const carrierMs = 2000;

export interface RunningServer {
  readonly port: number;
  readonly services: RoomServices;
  /** How to log in to the monitor, for the one who started the server. */
  readonly monitorLogin: string;
  /** What carries datagrams, in words: known a moment after the port is open. */
  readonly datagrams: Promise<string>;
  /** Lets everyone go, keeps what is to be kept, and closes the port. */
  close(): Promise<void>;
}

/** Starts a server. Throws PORT_IN_USE or BAD_SETTING. One at a time in a process: Colyseus has one matchmaker. */
export async function startServer(config: Config): Promise<RunningServer> {
  await checkPort(config);
  const log = createLog(config);
  const storage = openDataDir(config);
  const chatLog = await openChatLog(config, log);
  const services = createServices(config, log, storage, chatLog);
  const http = createHttpServer({ shouldUpgradeCallback: isWebSocket });
  const matchmaking = new LocalPresence();
  matchmaking.subscriptions.setMaxListeners(0); // each join that waits for a room to be made listens
  const colyseus = new Server({
    presence: matchmaking,
    transport: new WebSocketTransport({ server: http, maxPayload: config.maxPayload }),
    gracefullyShutdown: false,
    greet: false,
    logger: colyseusLog(log),
    express: (app) => mountRoutes(app),
  });
  matchMaker.controller.exposedMethods = ["joinOrCreate", "join", "joinById", "reconnect"];
  guardJoins((error) => {
    services.metrics.errors.inc({ where: "join" });
    log.limited("error", "join", { error }, "a join failed");
    return toServerError(new HereaboutsError("INTERNAL"));
  });
  colyseus.define("world", worldRoomWith(services)).filterBy(["slug"]);
  colyseus.define("chat", chatRoomWith(services)).filterBy(["instance"]);

  let isDraining = false;
  let closePages = async () => {};
  const login = monitorLogin(config);

  async function checkStorage(): Promise<void> {
    storage.check();
    await chatLog.last("system");
  }

  async function mountRoutes(app: Application): Promise<void> {
    app.disable("x-powered-by");
    app.set("trust proxy", config.trustProxy ? config.trustProxy.split(/[\s,]+/).filter(Boolean) : false);
    const router = express.Router();
    healthRoutes(router, { ...services, isDraining: () => isDraining, checkStorage });
    sessionRoutes(router, services);
    authRoutes(router, services);
    chatRoutes(router, services);
    app.use(router);
    mountMonitor(app, login, log);
    mountOperations(app, login, { ...services, process: () => matchMaker.processId });
    closePages = await mountPages(app, { dev: config.dev, server: http });
    app.use(notFound);
    app.use(errorHandler(log));
  }

  await colyseus.listen(config.port, config.host);
  guardRequests(http);
  const { port } = http.address() as AddressInfo;
  const carrier = createCarrier({ config, httpPort: port, log });
  services.datagrams.begin(carrier);

  return {
    port,
    services,
    monitorLogin: login.shown,
    datagrams: carrier.begun,
    async close() {
      isDraining = true;
      await colyseus.gracefullyShutdown(false);
      await closePages();
      await services.datagrams.close();
      http.closeAllConnections();
      services.presence.close();
      services.saves.close();
      await services.chats.log.close();
      storage.close();
    },
  };
}

/** Other upgrades (a client that offers HTTP/2, say) are answered as if they had not been asked for, as HTTP says. */
function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

function createServices(config: Config, log: Log, storage: Storage, chatLog: ChatLog): RoomServices {
  const chats = createChats(config, chatLog, steadyNow);
  const presence = createPresence({ ...config, pieceOf: chats.pieceOf });
  const datagrams = new Datagrams();
  return {
    config,
    log,
    chats,
    presence,
    datagrams,
    now: steadyNow,
    metrics: createMetrics(presence, datagrams),
    tokens: createTokens(config, createHandles(storage)),
    saves: createWorldSaves(storage, (error) => log.limited("error", "saves", { error }, "could not save worlds")),
  };
}

/** Where chats are kept: Redis if there is one, else the embedded database. Throws BAD_SETTING where it does not answer. */
async function openChatLog({ redisUrl, dataDir, chatKeep: keep }: Config, log: Log): Promise<ChatLog> {
  const onError = (error: unknown) => log.limited("error", "chatlog", { error }, "the chat log failed");
  const onWarning = (warning: string) => log.warn({ warning }, "the chat log is less durable than it should be");
  const redis = redisUrl ? new Redis(redisUrl, { maxRetriesPerRequest: 3 }).on("error", onError) : undefined;
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

/** Without a password for operators one is made at the first start; only that start shows it. */
function monitorLogin(config: Config) {
  const kept = config.monitorPassword ? undefined : keptSecret(config.dataDir, "monitor-password", 12);
  const operatorPassword = config.monitorPassword || kept!.value;
  const shown = !kept
    ? "operator, MONITOR_PASSWORD"
    : kept.isNew
      ? `operator, ${kept.value}`
      : `operator, the password in ${kept.file}`;
  return { operatorPassword, viewerPassword: config.monitorViewPassword, shown };
}

/** Colyseus's own lines, which repeat for each client: one a second at most. */
function colyseusLog(log: Log) {
  const write = (level: "debug" | "info" | "warn" | "error") => (message: unknown) =>
    log.limited(level, `colyseus ${level}`, { detail: String(message) }, "colyseus");
  return {
    debug: write("debug"),
    trace: write("debug"),
    info: write("debug"),
    warn: write("warn"),
    error: write("warn"),
  };
}

/** Colyseus never settles `listen` on a port that is taken. */
async function checkPort({ port, host }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createNetServer();
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === "EADDRINUSE";
      const details = isTaken ? `Port ${port} is taken.` : `PORT ${port} on HOST "${host}": ${cause.message}.`;
      reject(new HereaboutsError(isTaken ? "PORT_IN_USE" : "BAD_SETTING", details, { cause }));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

async function printWelcome({ port, monitorLogin, datagrams }: RunningServer, config: Config): Promise<void> {
  const carriage = await Promise.race([datagrams, pause(carrierMs, "not up yet; the log tells", { ref: false })]);
  const addresses = Object.values(networkInterfaces()).flat();
  const others = addresses.filter((address) => address?.family === "IPv4" && !address.internal);
  const hosts = config.host === "0.0.0.0" ? ["localhost", ...others.map((address) => address!.address)] : [config.host];
  const url = config.publicUrl || `http://${hosts[0]}:${port}`;
  console.log(`
  hereabouts is up

  pages     ${url}/   ${url}/field
  also at   ${hosts.map((host) => `http://${host}:${port}`).join("  ")}
  monitor   ${url}/monitor/   (${monitorLogin})
  storage   SQLite in ${config.dataDir}${config.redisUrl ? ", chats in Redis" : ""}
  datagrams ${carriage}
`);
}

async function main(): Promise<void> {
  const { config } = readProcessConfig();
  const server = await startServer(config);
  const { log, metrics } = server.services;
  const keepRunning = (where: string) => (error: unknown) => {
    metrics.errors.inc({ where });
    log.limited("error", where, { error }, "an error reached the process; it goes on");
  };
  // whoever read our output has gone: that is no reason to go too, and saying so would be another write
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  // what libraries have to say, one line a second at most
  for (const level of ["warn", "error"] as const) {
    console[level] = (...detail: unknown[]) =>
      log.limited(level, `console ${level}`, { detail: format(...detail) }, "a library");
  }
  process.on("unhandledRejection", keepRunning("unhandledRejection"));
  process.on("uncaughtException", keepRunning("uncaughtException"));

  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping || config.dev) process.exit(isStopping ? 1 : 0);
    isStopping = true;
    log.info({ signal }, "draining");
    setTimeout(() => process.exit(1), config.drainMs).unref();
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, "could not drain");
        process.exit(1);
      },
    );
  };
  if (config.dev) process.on("disconnect", () => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  await printWelcome(server, config);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof HereaboutsError ? error.message : error);
    process.exit(1);
  });
}
