/**
 * Several processes of hereabouts and a Redis of their own, as `npm start -- --processes 2` runs them: one address for all,
 * and one for each. Redis syncs each write to disk, as the guide asks. Only ever ends what it started.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { hasRedis, startRedis } from "../../services/chatlog/testing/redisServer.ts";
import { freePorts } from "../../test/lib/ports.ts";
import { startChild, stopChild } from "./child.ts";
import { pause } from "./clock.ts";
import type { Usage } from "./prometheus.ts";
import {
  audioEnv,
  cannotKill,
  readUsage,
  type ServerOptions,
  serverArgs,
  serverEnv,
  type Target,
  untilReady,
} from "./target.ts";
import { UsageError } from "./usage.ts";

export interface Processes extends Target {
  /** The address of each alone. */
  readonly urls: readonly string[];
  readonly redis: Redis;
  usages(): Promise<(Usage | undefined)[]>;
  /** Ends one; it is started again, as anywhere. */
  signal(index: number, signal: "SIGKILL" | "SIGTERM"): void;
}

type LogLine = { level: number; msg: string; process?: number; pid?: number };

const warnLevel = 40;
/** Until all have heard of each other. */
const meetMs = 1500;

export async function startProcesses(count: number, { withAudio = false }: ServerOptions = {}): Promise<Processes> {
  if (!hasRedis) throw new UsageError("Several processes need Redis: apt-get install redis-server.");
  const data = mkdtempSync(join(tmpdir(), "hereabouts-load-"));
  const [port, server] = await Promise.all([freePorts(count + 1), startRedis()]);
  const pids: number[] = [];
  const onLine = (line: string) => {
    if (!line.startsWith("{")) return;
    const { level, msg, process: number, pid } = JSON.parse(line) as LogLine;
    if (msg === "a process is up") pids[number! - 1] = pid!;
    if (level >= warnLevel) console.error(line);
  };
  const audio = withAudio ? audioEnv : {};
  const env = { ...serverEnv(port, data), ...audio, LOG_LEVEL: "info", REDIS_URL: `redis://127.0.0.1:${server.port}` };
  const child = startChild({ args: [...serverArgs, "--processes", String(count)], env, onLine });
  const url = `http://127.0.0.1:${port}`;
  const urls = Array.from({ length: count }, (_, i) => `http://127.0.0.1:${port + i + 1}`);
  const usages = () => Promise.all(urls.map(readUsage));
  const processes: Processes = {
    url,
    urls,
    pid: undefined,
    redis: server.connect(),
    usages,
    usage: async () => (await usages()).reduce(added),
    killCarrier: cannotKill,
    signal: (index, signal) => void process.kill(pids[index]!, signal),
    async stop() {
      await stopChild(child, 12_000);
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
  for (const each of urls) await untilReady(each, child, processes);
  await pause(meetMs);
  return processes;
}

function added(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (!one || !other) return undefined;
  const sum = (key: "refused" | "dropped" | "late") => (one[key] ?? 0) + (other[key] ?? 0);
  return {
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    rssBytes: one.rssBytes + other.rssBytes,
    refused: sum("refused"),
    dropped: sum("dropped"),
    late: sum("late"),
  };
}
