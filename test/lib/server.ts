/**
 * A server of one's own for a test: `server.ts` as a child process on a free port, with a data folder that goes away with
 * it. Its output is kept line by line.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const readyMs = 15_000;

export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Lines of standard output and standard error so far. */
  readonly lines: readonly string[];
  readonly pid: number;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts again on the same port with the same data, after `kill` or `stop`. */
  restart(): Promise<void>;
  /** SIGTERM; resolves with the exit code. The data folder goes with `dispose`. */
  stop(): Promise<number | null>;
  /** Stops it, if it runs, and removes its data. */
  dispose(): Promise<void>;
  /** A token made by `npm run token` with these arguments. */
  mint(...args: string[]): Promise<string>;
}

export async function startServerProcess(env: Record<string, string> = {}): Promise<ServerProcess> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-test-"));
  const settings = {
    ...process.env,
    PORT: String(port),
    HOST: "127.0.0.1",
    DATA_DIR: dataDir,
    LOG_FORMAT: "json",
    ...env,
  };
  const url = `http://127.0.0.1:${port}`;
  const lines: string[] = [];
  let child: ChildProcess;

  const start = async () => {
    child = spawn(process.execPath, ["server.ts"], { cwd: root, env: settings, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on("line", (line) => lines.push(line));
    const end = performance.now() + readyMs;
    while (!(await isReady(url))) {
      if (child.exitCode !== null || performance.now() > end) throw new Error(`no server:\n${lines.join("\n")}`);
      await new Promise((retry) => setTimeout(retry, 50));
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    await once(child, "exit");
    return child.exitCode;
  };

  await start();
  return {
    url,
    port,
    dataDir,
    lines,
    get pid() {
      return child.pid!;
    },
    kill: async () => void (await end("SIGKILL")),
    restart: start,
    stop: () => end("SIGTERM"),
    async dispose() {
      await end("SIGTERM");
      rmSync(dataDir, { recursive: true, force: true });
    },
    async mint(...args) {
      const command = ["services/identity/mint.ts", ...args];
      const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root, env: settings });
      return stdout.trim();
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
