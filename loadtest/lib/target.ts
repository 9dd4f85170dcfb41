/**
 * The server under load: one that runs already, hereabouts started here, or the baseline started here. Each is an
 * address, its use of CPU and memory, and how to end it.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasEnded, startChild, stopChild } from "./child.ts";
import { pause } from "./clock.ts";
import { freePort } from "./freePort.ts";
import { type Inventory, type InventoryAnswer, inventoryQuestion } from "./inventory.ts";
import { type Usage, usageOf } from "./prometheus.ts";
import { UsageError } from "./usage.ts";

export interface Target {
  readonly url: string;
  /** Its process, if it was started here. */
  readonly pid: number | undefined;
  /** Undefined if the server does not tell. */
  usage(): Promise<Usage | undefined>;
  /** What it holds after a collection of garbage: of a server that was started so. */
  inventory?(): Promise<Inventory>;
  /** Ends the process that carries datagrams as a crash would: of a server that was started here, on Linux. */
  killCarrier(): void;
  stop(): Promise<void>;
}

export const cannotKill = () => {
  throw new UsageError("Only what carries the datagrams of a server that was started here can be killed, on Linux.");
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const startMs = 20_000;
/** As in `npm start`: more room for what is short-lived costs its multiple in memory, and saves no time. */
const nodeOptions = ["--max-semi-space-size=2"];
/**
 * As there: threads that share arenas of memory give it back where each with its own would keep 20 MB; what is large gets
 * pages of its own, which go back when it is done with; and whose code is cached needs no compiler of types.
 */
const nodeEnv = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "131072",
  NODE_COMPILE_CACHE: join(root, "node_modules/.cache"),
};

export const serverArgs: readonly string[] = [...nodeOptions, join(root, "server.ts")];

/** Room for as many as a test may want, and only log lines that matter. */
export function serverEnv(port: number, dataDir: string): Record<string, string> {
  return {
    ...nodeEnv,
    PORT: String(port),
    HOST: "127.0.0.1",
    DATA_DIR: dataDir,
    MAX_PEOPLE: "8000",
    DATAGRAM_PEERS: "2000",
    // making music at the first start is part of no other load
    AUDIO: "off",
    LOG_LEVEL: "warn",
    LOG_FORMAT: "json",
  };
}

export const audioEnv = { AUDIO: "on", AUDIO_SESSIONS: "8000", AUDIO_SESSIONS_EACH: "8000", AUDIO_LISTENERS: "16000" };

export type ServerOptions = {
  withAudio?: boolean;
  withInventory?: boolean;
  env?: Record<string, string>;
  /** Instead of showing its log lines. */
  onLine?: (line: string) => void;
};

/** Loaded before a server that is to say what it holds. */
const inventoryArgs = ["--expose-gc", "--import", join(root, "loadtest/lib/inventory.ts")];

/** A server that runs already: it is left as it is. */
export async function runningServer(address: string): Promise<Target> {
  if (!URL.canParse(address)) throw new UsageError(`--url ${address} is no address: write http://127.0.0.1:2567.`);
  const url = new URL(address).origin;
  if (!(await isReady(url))) throw new UsageError(`--url ${address}: no server is ready there (${url}/readyz).`);
  return { url, pid: undefined, usage: () => readUsage(url), killCarrier: cannotKill, stop: async () => {} };
}

/** `server.ts` on a free port, with room for as many as a test may want and an empty data folder that goes with it. Its log lines are shown, its welcome is not. */
export async function startHereabouts(
  core: number | undefined,
  { withAudio = false, withInventory = false, env: more = {}, onLine: take = console.error }: ServerOptions = {},
): Promise<Target> {
  const data = mkdtempSync(join(tmpdir(), "hereabouts-load-"));
  const port = await freePort();
  const env = { ...serverEnv(port, data), ...(withAudio && audioEnv), ...more };
  const onLine = (line: string) => line.startsWith("{") && take(line);
  const args = [...(withInventory ? inventoryArgs : []), ...serverArgs];
  const child = startChild({ args, env, core, ipc: withInventory, onLine });
  const url = `http://127.0.0.1:${port}`;
  const target: Target = {
    url,
    pid: child.pid,
    usage: () => readUsage(url),
    inventory: () => askInventory(child),
    killCarrier() {
      if (process.platform !== "linux") cannotKill();
      // its only child
      process.kill(Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")), "SIGKILL");
    },
    async stop() {
      await stopChild(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
  await untilReady(url, child, target);
  return target;
}

function askInventory(child: ChildProcess): Promise<Inventory> {
  child.send(inventoryQuestion);
  return new Promise((resolve, reject) => {
    const ended = () => reject(new UsageError("The server ended before it said what it holds."));
    const listen = (message: Partial<InventoryAnswer>) => {
      if (!message.inventory) return;
      child.off("message", listen).off("exit", ended);
      resolve(message.inventory);
    };
    child.on("message", listen).on("exit", ended);
  });
}

/** Waits until a server that was started takes people; ends it and throws a UsageError if that takes too long. */
export async function untilReady(url: string, child: ChildProcess, target: Pick<Target, "stop">): Promise<void> {
  const deadline = Date.now() + startMs;
  while (!(await isReady(url))) {
    if (hasEnded(child) || Date.now() > deadline) {
      await target.stop();
      throw new UsageError(`server.ts ${hasEnded(child) ? "ended" : "was not ready"} before the load could start.`);
    }
    await pause(50);
  }
}

/** What the baseline's process says. Colyseus says "ready" on the same channel, for process managers. */
type PlainReport = { port: number } | { cpu: NodeJS.CpuUsage; rssBytes: number };

/** What a load is compared with, by its name in baselines/. */
export async function startBaseline(name: string, core: number | undefined): Promise<Target> {
  const args = [join(root, `loadtest/baselines/${name}.ts`)];
  const child = startChild({ args, env: { DOTENV_QUIET: "true" }, core, ipc: true, onLine: () => {} });
  const hear = <Key extends "port" | "cpu">(key: Key) =>
    new Promise<Extract<PlainReport, Record<Key, unknown>>>((resolve, reject) => {
      const ended = () => reject(new UsageError("The baseline ended before it answered."));
      const listen = (message: unknown) => {
        if (typeof message !== "object" || message === null || !(key in message)) return;
        child.off("message", listen).off("exit", ended);
        resolve(message as Extract<PlainReport, Record<Key, unknown>>);
      };
      child.on("message", listen).on("exit", ended);
    });
  const { port } = await hear("port");
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async usage() {
      child.send("usage");
      const { cpu, rssBytes } = await hear("cpu");
      return { cpuSeconds: (cpu.user + cpu.system) / 1e6, rssBytes };
    },
    killCarrier: cannotKill,
    stop: () => stopChild(child),
  };
}

export async function readUsage(url: string): Promise<Usage | undefined> {
  const answer = await fetch(`${url}/metrics`).catch(() => undefined);
  return answer?.ok ? usageOf(await answer.text()) : undefined;
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );
}
