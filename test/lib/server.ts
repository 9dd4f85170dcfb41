/**
 * The whole server as a child process, as an operator starts it: on a free port of 127.0.0.1, with a data folder of its
 * own and nothing of this process's environment. What it writes is kept line by line.
 *
 * `stop()` ends it and removes the folder. Call it in `afterAll` or `onTestFinished`, whatever happened; what was
 * forgotten ends with this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { linkMusic, makeMusic } from "./music.ts";

const entry = fileURLToPath(new URL("../../server.ts", import.meta.url));
const readyWithinMs = 50_000;

/** A line of output and when it came, in ms of performance.now(). */
export type Line = { at: number; text: string; from: "stdout" | "stderr" };
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export interface Launched {
  readonly pid: number;
  readonly dataDir: string;
  readonly lines: readonly Line[];
  /** Settles when the process is gone and all it wrote was read. */
  readonly exited: Promise<Exit>;
  /** SIGTERM, and SIGKILL if it takes longer than `withinMs`; then removes the data folder. */
  stop(withinMs?: number): Promise<Exit>;
}

export interface TestServer extends Launched {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** The structured log lines so far. */
  logs(): Record<string, unknown>[];
  /** Value of a metric: all series of that name added up, or those that have the given labels. 0 if there is none. */
  metric(name: string, labels?: string): Promise<number>;
  rssBytes(): Promise<number>;
}

export interface LaunchOptions {
  /** Settings by their names in config.ts. */
  env?: Record<string, string>;
  args?: readonly string[];
  /** Modules that the process loads before the server: fixtures that watch or break something. */
  preload?: readonly URL[];
  /** A data folder of the caller's, which is not removed. */
  dataDir?: string;
}

const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** Starts the process and waits for nothing. */
export function launch({ env = {}, args = [], preload = [], dataDir }: LaunchOptions = {}): Launched {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "hereabouts-test-"));
  if (dataDir === undefined) linkMusic(folder);
  const child: ChildProcess = spawn(
    process.execPath,
    [...preload.flatMap(({ href }) => ["--import", href]), entry, ...args],
    {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", DATA_DIR: folder, LOG_FORMAT: "json", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  children.add(child);
  const lines: Line[] = [];
  for (const from of ["stdout", "stderr"] as const) {
    createInterface({ input: child[from]! }).on("line", (text) => lines.push({ at: performance.now(), text, from }));
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once("close", (code, signal) => {
      children.delete(child);
      resolve({ code, signal });
    });
  });
  return {
    pid: child.pid!,
    dataDir: folder,
    lines,
    exited,
    async stop(withinMs = 10_000) {
      const kill = setTimeout(() => child.kill("SIGKILL"), withinMs);
      child.kill("SIGTERM");
      const exit = await exited;
      clearTimeout(kill);
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
      return exit;
    },
  };
}

/** Starts a server and waits until /readyz says that it may take seats. */
export async function startTestServer(options: LaunchOptions = {}): Promise<TestServer> {
  await makeMusic();
  const process = launch(options);
  let gone: Exit | undefined;
  void process.exited.then((exit) => (gone = exit));
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    const port = process.lines.map(({ text }) => /also at\s+http:\/\/[^ :]+:(\d+)/.exec(text)?.[1]).find(Boolean);
    if (port && (await isReady(`http://127.0.0.1:${port}`))) return running(process, Number(port));
    if (gone || performance.now() > deadline) {
      await process.stop(0);
      throw new Error(`The server did not come up:\n${process.lines.map(({ text }) => text).join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function running(process: Launched, port: number): TestServer {
  const url = `http://127.0.0.1:${port}`;
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  const sum = (text: string, name: string, labels = "") => {
    let total = 0;
    for (const line of text.split("\n")) {
      const [, series, given, value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (series === name && (given ?? "").includes(labels)) total += Number(value);
    }
    return total;
  };
  return {
    ...process,
    port,
    url,
    logs: () =>
      process.lines.flatMap(({ text }) => (text.startsWith("{") ? [JSON.parse(text) as Record<string, unknown>] : [])),
    metric: async (name, labels) => sum(await metrics(), name, labels),
    rssBytes: async () => sum(await metrics(), "process_resident_memory_bytes"),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}
