/**
 * `npm start -- --processes 4`: as many servers on one machine, each a process with a port of its own (PORT + its number),
 * all answering at PORT together. One that ends is started again on its port. SIGTERM or Ctrl+C drains all at once;
 * SIGUSR2 restarts one after the other, the next when the one before is ready. Serves nothing itself: should it be
 * killed, the servers drain.
 */
import cluster, { type Worker } from "node:cluster";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "./config.ts";
import { createLog, type Log } from "./services/ops/log.ts";
import { onStop } from "./signals.ts";

/** What a server tells its supervisor when it listens. */
export type Up = { welcome: string; datagrams: string };

type Ports = Pick<Config, "port" | "udpPort" | "publicUdpPort" | "peerUrl">;

/** Between an end and the next start: doubled while a process ends soon, up to the longest. */
const [shortestPauseMs, longestPauseMs] = [500, 10_000];
/** A run this long is a new beginning: the next pause is the shortest again. */
const soonMs = 10_000;
const readyMs = 100;

/** The settings in which process `number` (from 1) differs: every port that is set is counted up by it. */
export function argumentsOf({ port, udpPort, publicUdpPort, peerUrl }: Ports, number: number): string[] {
  const given: Record<string, string | number> = { processes: 1, "shared-port": port, port: port + number };
  if (udpPort) given["udp-port"] = udpPort + number;
  if (publicUdpPort) given["public-udp-port"] = publicUdpPort + number;
  if (peerUrl) given["peer-url"] = Object.assign(new URL(peerUrl), { port: String(port + number) }).href;
  return Object.entries(given).map(([name, value]) => `--${name}=${value}`);
}

/** The pause before a process that ended for the `failures`th time soon after its start (from 0) is started again. */
export function pauseAfter(failures: number): number {
  return Math.min(shortestPauseMs * 2 ** failures, longestPauseMs);
}

/** Starts the servers and keeps them until it is told to stop; then ends the process. */
export async function supervise(config: Config): Promise<void> {
  // a process that stands still takes no connection: each takes its own, none is handed out
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const log = createLog(config);
  const servers = Array.from({ length: config.processes }, (_, i) => new Supervised(config, i + 1, log));
  let isRolling = true; // nothing to restart before all are up
  let isStopping = false;

  async function roll(): Promise<void> {
    if (isRolling) return log.warn({}, "the processes are being started already");
    isRolling = true;
    log.info({}, "restarting the processes one after the other");
    try {
      for (const server of servers) await server.restart();
      log.info({}, "all processes were restarted");
    } catch (error) {
      if (!isStopping) log.error({ error }, "a process does not come up again; the others are left as they are");
    }
    isRolling = false;
  }

  async function drain(signal: string): Promise<void> {
    isStopping = true;
    log.info({ signal }, "draining all processes");
    const codes = await Promise.all(servers.map((server) => server.stop()));
    process.exit(codes.every((code) => code === 0) ? 0 : 1);
  }

  function end(): never {
    for (const server of servers) server.kill("SIGKILL");
    process.exit(1);
  }

  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {}); // its reader has gone
  onStop({ drain, end });
  process.on("SIGUSR2", () => void roll());

  const [first, ...others] = servers;
  try {
    // alone at first: it makes the secrets, and says in one line what keeps all of them from starting
    const ups = [await first!.begin()];
    ups.push(...(await Promise.all(others.map((server) => server.begin()))));
    if (!isStopping) console.log(welcomeOf(ups, config));
    isRolling = false;
  } catch (error) {
    if (isStopping) return;
    isStopping = true;
    log.debug({ error }, "a process could not start");
    await Promise.all(servers.map((server) => server.stop()));
    process.exit(1);
  }
}

function welcomeOf(ups: readonly Up[], { port }: Config): string {
  const lines = ups.map(({ datagrams }, i) => `${i + 1} at port ${port + i + 1}, datagrams ${datagrams}`);
  return `${ups[0]!.welcome}
  processes ${lines.join("\n            ")}
  restart   kill -USR2 ${process.pid}   (one after the other)
`;
}

/** One of the servers: started again whenever it ends, until it is stopped. */
class Supervised {
  readonly #config: Config;
  readonly #number: number;
  readonly #log: Log;
  #worker: Worker | undefined;
  #ended: Promise<number | null> = Promise.resolve(0);
  #up = Promise.withResolvers<Up>();
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Whether its end is what was asked for. */
  #isExpected = false;
  #isStopped = false;
  #isUp = false;
  #hasBeenUp = false;

  constructor(config: Config, number: number, log: Log) {
    this.#config = config;
    this.#number = number;
    this.#log = log;
  }

  /** Resolves when it listens. Rejects if it says that it cannot; it has told why, then. */
  begin(): Promise<Up> {
    this.#start();
    return this.#up.promise;
  }

  /** Drains it, starts it again and waits until it takes seats. Rejects if that start fails; it is tried again. */
  async restart(): Promise<void> {
    if (this.#worker) {
      await this.#drain();
      this.#start();
      const ended = this.#ended.then((code) => Promise.reject(new Error(`process ${this.#number} ended with ${code}`)));
      ended.catch(() => {});
      await Promise.race([this.#up.promise, ended]);
    }
    while (!(await this.#isReady())) await pause(readyMs);
  }

  /** Drains it for good; its exit code. One that was still starting has nothing to drain. */
  async stop(): Promise<number | null> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const wasUp = this.#isUp;
    const code = await this.#drain();
    return wasUp ? code : 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#worker?.process.kill(signal);
  }

  async #drain(): Promise<number | null> {
    if (!this.#worker) return 0;
    this.#isExpected = true;
    this.kill("SIGTERM");
    // it gives up by itself then, unless it stands still
    const timer = setTimeout(() => this.kill("SIGKILL"), this.#config.drainMs + 200);
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  #start(): void {
    if (this.#isStopped) return;
    const args = [...process.argv.slice(2), ...argumentsOf(this.#config, this.#number)];
    cluster.setupPrimary({ exec: join(import.meta.dirname, "server.ts"), args });
    const worker = cluster.fork();
    const startedAt = performance.now();
    this.#worker = worker;
    this.#isExpected = false;
    this.#isUp = false;
    if (this.#hasBeenUp) this.#up = Promise.withResolvers();
    worker.on("message", (up: Up) => {
      this.#hasBeenUp = true;
      this.#isUp = true;
      this.#log.info({ process: this.#number, pid: worker.process.pid }, "a process is up");
      this.#up.resolve(up);
    });
    this.#ended = new Promise((resolve) => {
      worker.once("error", (error) => {
        this.#log.error({ process: this.#number, error }, "a process could not be started");
        resolve(null);
      });
      worker.once("exit", resolve);
    });
    void this.#ended.then((code) => {
      this.#worker = undefined;
      if (this.#isExpected) return;
      if (!this.#hasBeenUp && code === 1) return this.#up.reject(new Error(`process ${this.#number}`));
      if (performance.now() - startedAt > soonMs) this.#failures = 0;
      const pauseMs = pauseAfter(this.#failures++);
      const { exitCode, signalCode } = worker.process;
      const how = { process: this.#number, code: exitCode, signal: signalCode, pauseMs };
      this.#log.error(how, "a process ended; it is started again");
      this.#timer = setTimeout(() => this.#start(), pauseMs);
    });
  }

  /** As a load balancer asks, at its own port. */
  async #isReady(): Promise<boolean> {
    const { host, port } = this.#config;
    const here = host === "0.0.0.0" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
    try {
      const signal = AbortSignal.timeout(2000);
      return (await fetch(`http://${here}:${port + this.#number}/readyz`, { signal })).ok;
    } catch {
      return false;
    }
  }
}
