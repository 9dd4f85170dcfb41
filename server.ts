/**
 * Composes everything and listens: services, rooms, routes and pages on one port.
 * `npm start` runs it; tests call `startServer` with a configuration of their own.
 */
import "./rooms/plainMsgpack.ts";
import cluster from "node:cluster";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { format } from "node:util";
import { LocalPresence, matchMaker, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import express, { type Application } from "express";
import { composeServices } from "./compose.ts";
import { type Config, list, readProcessConfig } from "./config.ts";
import { backlog, checkPort, listenTogether } from "./ports.ts";
import { supervise, type Up } from "./processes.ts";
import { audioRoomWith } from "./rooms/audio/AudioRoom.ts";
import { openRooms, toServerError } from "./rooms/BaseRoom.ts";
import { chatRoomWith } from "./rooms/chat/ChatRoom.ts";
import { takeJoins } from "./rooms/colyseus.ts";
import { countJoin } from "./rooms/counting.ts";
import { Matchmaking, passedOnHeader } from "./rooms/matchmaking.ts";
import { createOperations } from "./rooms/operations.ts";
import type { RoomServices } from "./rooms/services.ts";
import { worldRoomWith } from "./rooms/world/WorldRoom.ts";
import { admitJoins } from "./routes/admission.ts";
import { artifactRoutes } from "./routes/artifacts.ts";
import { audioRoutes } from "./routes/audio/index.ts";
import { authRoutes } from "./routes/auth.ts";
import { chatRoutes } from "./routes/chat.ts";
import { clusterRoutes } from "./routes/cluster.ts";
import { countResponses } from "./routes/counting.ts";
import { errorHandler, notFound } from "./routes/errors.ts";
import { guardRequests } from "./routes/guard.ts";
import { healthRoutes } from "./routes/health.ts";
import { mountMonitor } from "./routes/monitor.ts";
import { OperatorDoor } from "./routes/operatorDoor.ts";
import { mountOperations } from "./routes/ops.ts";
import { mountSessionFiles } from "./routes/opsSessions.ts";
import { mountPages } from "./routes/pages.ts";
import { Peers } from "./routes/peers.ts";
import { sessionRoutes } from "./routes/session.ts";
import { HereaboutsError, isErrorCode } from "./schema/errors.ts";
import { createCarrier } from "./services/datagram/carrier/carrier.ts";
import { secretOf } from "./services/identity/tokens.ts";
import { createAudit } from "./services/ops/audit.ts";
import { apartFrom, type Log } from "./services/ops/log.ts";
import type { Metrics } from "./services/ops/metrics.ts";
import { keptSecret } from "./services/secrets.ts";
import { onStop } from "./signals.ts";

/** How long the welcome waits for what carries datagrams. */
const carrierMs = 2000;
const spareMs = 10_000;
const devCloseMs = 500;

export interface RunningServer {
  readonly port: number;
  readonly services: RoomServices;
  /** How to log in to the monitor, for the one who started the server. */
  readonly monitorLogin: string;
  /** Where things are kept, in words. */
  readonly storage: string;
  /** What carries datagrams, in words: known a moment after the port is open. */
  readonly datagrams: Promise<string>;
  /** Lets everyone go, keeps what is to be kept, and closes the port. */
  close(): Promise<void>;
}

/** Starts a server. Throws PORT_IN_USE or BAD_SETTING. One at a time in a process: Colyseus has one matchmaker. */
export async function startServer(config: Config): Promise<RunningServer> {
  await checkPort(config);
  const { services, kept, redis } = await composeServices(config);
  const { log, sessions } = services;
  const http = createHttpServer({ shouldUpgradeCallback: isWebSocket });
  // these pings are for those who never took the seat that they reserved: rooms/readers.ts has its own
  const transport = new WebSocketTransport({ server: http, maxPayload: config.maxPayload, pingInterval: spareMs });
  // by number it would ask for a port that other processes may have too
  transport.listen = (port, host, _backlog, listener) => {
    http.listen({ port, host, backlog, exclusive: true }, listener);
    return transport;
  };
  const colyseus = new Server({
    ...(redis
      ? await (await import("./rooms/shared.ts")).shareRooms(redis, services)
      : { presence: new LocalPresence() }),
    transport,
    gracefullyShutdown: false,
    greet: false,
    logger: colyseusLog(log),
    express: (app) => mountRoutes(app),
  });
  matchMaker.controller.exposedMethods = ["joinOrCreate", "joinById", "reconnect"];
  // by listing the rooms of all processes
  if (!redis) matchMaker.controller.exposedMethods.push("join");
  defineRooms(colyseus, services);
  const ticking = setInterval(() => sessions.tick(), 1000).unref();

  let isDraining = false;
  let closePages = async () => {};
  const login = monitorLogin(config);
  const audit = createAudit({ folder: config.dataDir, log, process: () => matchMaker.processId, now: services.now });
  const door = new OperatorDoor(login, audit);

  async function mountRoutes(app: Application): Promise<void> {
    app.disable("x-powered-by");
    app.set("trust proxy", config.trustProxy ? list(config.trustProxy) : false);
    app.use(countResponses(services.metrics));
    const router = express.Router();
    healthRoutes(router, { ...services, isDraining: () => isDraining, checkStorage: kept.check });
    clusterRoutes(router, services.cluster);
    sessionRoutes(router, services);
    authRoutes(router, services);
    chatRoutes(router, services);
    artifactRoutes(router, services);
    app.use(router, audioRoutes({ ...services, door, audit, tracks: sessions.streams.tracks }));
    mountMonitor(app, door, audit);
    const asking = { ...services, peers: new Peers(secretOf(config), Date.now) };
    mountOperations(app, door, { ...services, audit, asking, operations: createOperations(services) });
    mountSessionFiles(app, { ...services, audit });
    closePages = await mountPages(app, { dev: config.dev, server: http });
    app.use(notFound);
    app.use(errorHandler(log));
  }

  await colyseus.listen(config.port, config.host);
  guardRequests(http, admitJoins({ ...services, onRefused: (...join) => countRefused(services.metrics, ...join) }));
  const { port } = http.address() as AddressInfo;
  await services.cluster.begin(
    {
      peerUrl: config.peerUrl || `http://127.0.0.1:${port}`,
      address: (config.publicAddress || (redis ? ":{port}" : "")).replace("{port}", String(port)),
    },
    () => ({ seats: matchMaker.stats.local.ccu, rooms: matchMaker.stats.local.roomCount }),
  );
  await sessions.begin();
  const carrier = createCarrier({ config, httpPort: port, log: apartFrom(log) });
  services.datagrams.begin(carrier);
  const leaveSharedPort = await listenTogether(config, http);

  return {
    port,
    services,
    monitorLogin: login.shown,
    storage: kept.where,
    datagrams: carrier.begun,
    async close() {
      await leaveSharedPort();
      isDraining = true;
      await services.cluster.drain();
      await moveOn(services);
      clearInterval(ticking);
      sessions.close();
      await colyseus.gracefullyShutdown(false);
      await services.artifacts.close();
      await closePages();
      await services.datagrams.close();
      await services.cluster.close();
      http.closeAllConnections();
      await sessions.streams.close();
      services.presence.close();
      services.bans.close();
      await kept.close();
      redis?.close();
    },
  };
}

/** Everything that is here goes on in other processes, where there are any. */
async function moveOn({ cluster, presence, sessions }: RoomServices): Promise<void> {
  if (cluster.isAlone) return;
  await presence.drain();
  await Promise.all([sessions.handOver(), ...[...openRooms].map((room) => room.moveOn())]);
}

/** The rooms, and the way that joins go to them. */
function defineRooms(colyseus: Server, services: RoomServices): void {
  const { admission, cluster, config, log, metrics, sessions } = services;
  const keys = { world: "slug", chat: "instance", audio: "session" };
  const boundTo = async (key: string) =>
    key.startsWith("audio:") ? (await sessions.placeOf(key.slice("audio:".length))).process || undefined : undefined;
  const matchmaking = new Matchmaking({ cluster, secret: secretOf(config), keys, boundTo });
  const openWorld = (slug: string) => matchmaking.open("world", { slug });
  colyseus.define("world", worldRoomWith(services, openWorld)).filterBy([keys.world]);
  colyseus.define("chat", chatRoomWith(services)).filterBy([keys.chat]);
  colyseus.define("audio", audioRoomWith(services)).filterBy([keys.audio]);
  takeJoins({
    joinOrCreate: (...join) => counted(metrics, join, matchmaking.joinOrCreate(...join)),
    onSeat: ({ processId, sessionId }) => processId === cluster.id && admission.give(sessionId),
    addressOf: (...asked) => matchmaking.addressOf(...asked),
    explain(error) {
      const { code } = error as { code?: unknown };
      // a room could not be made: Colyseus has kept nothing else of the error
      if (isErrorCode(code)) return toServerError(new HereaboutsError(code));
      metrics.errors.inc({ where: "join" });
      log.limited("error", "join", { error }, "a join failed");
      return toServerError(new HereaboutsError("INTERNAL"));
    },
  });
}

/** By the process that the client asked; the one that it passed the join on to leaves it to that. */
async function counted<T>({ joins, joinSeconds }: Metrics, [kind, , context]: Join, join: Promise<T>): Promise<T> {
  const since = performance.now();
  const isPassedOn = context.headers.has(passedOnHeader);
  try {
    const seat = await join;
    if (isPassedOn) return seat;
    countJoin({ joins }, kind);
    joinSeconds.observe({ kind }, (performance.now() - since) / 1000);
    return seat;
  } catch (error) {
    if (!isPassedOn) countJoin({ joins }, kind, error);
    throw error;
  }
}

/** One that was refused before it came so far. */
function countRefused({ joins }: Metrics, { url, headers }: IncomingMessage, error: HereaboutsError): void {
  if (headers[passedOnHeader] !== undefined) return;
  const kind = /^\/matchmake\/joinOrCreate\/(\w+)/.exec(url!)?.[1];
  if (kind) countJoin({ joins }, kind, toServerError(error));
}

type Join = Parameters<Matchmaking["joinOrCreate"]>;

/** Other upgrades (a client that offers HTTP/2, say) are answered as if they had not been asked for, as HTTP says. */
function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
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

async function welcomeOf(server: RunningServer, config: Config): Promise<Up> {
  const { port: own, monitorLogin, datagrams, storage } = server;
  const carriage = await Promise.race([datagrams, pause(carrierMs, "not up yet; the log tells", { ref: false })]);
  const port = config.sharedPort || own;
  const addresses = Object.values(networkInterfaces()).flat();
  const others = addresses.filter((address) => address?.family === "IPv4" && !address.internal);
  const hosts = config.host === "0.0.0.0" ? ["localhost", ...others.map((address) => address!.address)] : [config.host];
  const url = config.publicUrl || `http://${hosts[0]}:${port}`;
  const welcome = `
  hereabouts is up

  pages     ${url}/   ${url}/field
  also at   ${hosts.map((host) => `http://${host}:${port}`).join("  ")}
  monitor   ${url}/monitor/   (${monitorLogin})
  music     ${config.audio ? `${config.musicDir || "the built-in set"}, at ${url}/radio` : "off by AUDIO"}
  storage   ${storage}`;
  return { welcome, datagrams: carriage };
}

async function main(): Promise<void> {
  const { config } = readProcessConfig();
  if (config.processes > 1) return supervise(config);
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
    console[level] = (...words: unknown[]) => {
      const detail = format(...words);
      // it makes room by itself, and each room of some hundred people would say so
      const isHarmless = detail.startsWith("@colyseus/schema buffer overflow");
      log.limited(isHarmless ? "debug" : level, `console ${level}`, { detail }, "a library");
    };
  }
  process.on("unhandledRejection", keepRunning("unhandledRejection"));
  process.on("uncaughtException", keepRunning("uncaughtException"));

  const { worker } = cluster;
  let isDraining = false;
  const drain = (signal: string) => {
    if (isDraining) return;
    isDraining = true;
    // what has changed waits for the next start
    if (config.dev) setTimeout(() => process.exit(0), devCloseMs);
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
  // a supervisor passes on what the terminal has told already, and ends by force what must end at once
  onStop({ drain, end: () => worker || process.exit(1) });
  worker?.on("disconnect", () => {
    worker.exitedAfterDisconnect = true; // else Node ends the process at once
    drain("the supervisor is gone");
  });
  const up = await welcomeOf(server, config);
  if (worker) worker.send(up);
  else console.log(`${up.welcome}\n  datagrams ${up.datagrams}\n`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof HereaboutsError ? error.message : error);
    process.exit(1);
  });
}
