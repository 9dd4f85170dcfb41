/**
 * A Redis server of a test's own: on a free loopback port, with its files in a temporary folder, durable as the chat log
 * asks. Only ever ends the process it started.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePorts } from "../../../test/lib/ports.ts";

const program = "/usr/bin/redis-server";

export const hasRedis = existsSync(program);
export const noRedis = `skipped: there is no ${program} (Debian: apt-get install redis-server)`;

export interface RedisServer {
  readonly port: number;
  /** A client that waits for the server however long it is away. */
  connect(): Redis;
  /** As if the machine had stopped it: SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same files; `empty`: on none. */
  restart(options?: { empty?: boolean }): Promise<void>;
  /** SIGSTOP: it takes connections and answers nothing, until `resume`. */
  stall(): void;
  resume(): void;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

export async function startRedis(settings: Record<string, string> = {}): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), "hereabouts-redis-"));
  const port = await freePorts(1);
  const all = { appendonly: "yes", appendfsync: "always", save: '""', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...value.split(" ")]);
  const clients: Redis[] = [];
  let child: ChildProcess;
  // a test that fails or is broken off must not leave a server behind
  const atExit = () => void child.kill("SIGKILL");
  process.on("exit", atExit);

  const connect = () => {
    const client = new Redis({ host: "127.0.0.1", port, maxRetriesPerRequest: null, retryStrategy: () => 20 });
    client.on("error", () => {});
    clients.push(client);
    return client;
  };
  const restart = async ({ empty = false } = {}) => {
    for (const file of empty ? readdirSync(dir) : []) rmSync(join(dir, file), { recursive: true });
    child = spawn(program, ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, ...flags], {
      stdio: "ignore",
    });
    const probe = connect();
    await probe.ping();
    probe.disconnect();
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  await restart();
  return {
    port,
    connect,
    kill,
    restart,
    stall: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async stop() {
      for (const client of clients) client.disconnect();
      await kill();
      process.off("exit", atExit);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
