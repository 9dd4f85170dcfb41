/** Processes that a load test starts: waits for them, pins them to a core, and ends them by their own pid, always. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { pause } from "./clock.ts";

export type ChildOptions = {
  /** A .ts file and its arguments. */
  args: readonly string[];
  env?: Record<string, string>;
  /** Core to run on, if taskset is there. */
  core?: number | undefined;
  ipc?: boolean;
  /** Called with each line it prints. */
  onLine(line: string): void;
  /** Called with each line of its errors; they go to the terminal by themselves if left out. */
  onError?(line: string): void;
};

/** Whether processes can be pinned here. */
export const canPin = spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0;

/** Starts Node on a file, in a process group of its own: Ctrl+C in the terminal is for its parent to handle. */
export function startChild({ args, env, core, ipc, onLine, onError }: ChildOptions): ChildProcess {
  const pinned = core !== undefined && canPin;
  const command = pinned ? "taskset" : process.execPath;
  const child = spawn(command, [...(pinned ? ["-c", String(core), process.execPath] : []), ...args], {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", onError ? "pipe" : "inherit", ...(ipc ? (["ipc"] as const) : [])],
  });
  createInterface({ input: child.stdout! }).on("line", onLine);
  if (onError) createInterface({ input: child.stderr! }).on("line", onError);
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  child.once("exit", () => process.off("exit", killed));
  return child;
}

/** Ends a child: SIGTERM, and SIGKILL if that does not do within `patienceMs`. */
export async function stopChild(child: ChildProcess, patienceMs = 5000): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await Promise.race([gone, pause(patienceMs)]);
  if (hasEnded(child)) return;
  child.kill("SIGKILL");
  await gone;
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
