/**
 * `npm run dev`: runs the server in development and restarts it when its code changes; pages reload by themselves (Vite).
 * Ends at once with its terminal, editor or Ctrl+C, and takes the server with it. A start that fails ends it too; a
 * restart that fails waits for the next change.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { watch } from "node:fs";

const folders = ["schema", "services", "rooms", "routes", "pieces"];
const files = ["server.ts", "compose.ts", "ports.ts", "config.ts", "settings.ts", ".env"];
const settleMs = 100;
/** What has not ended by then never does, such as a piece that loops. */
const endsWithinMs = 1500;
const parent = process.ppid;
let child: ChildProcess;
let isRestart = false;
let timer: NodeJS.Timeout | undefined;

function start(): void {
  child = spawn(process.execPath, ["server.ts", "--dev", ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const started = child;
  started.once("exit", (code) => {
    if (started !== child) return;
    if (!isRestart) process.exit(code ?? 1);
    console.log("the server ended; it starts again at the next change");
  });
}

function restart(): void {
  isRestart = true;
  const old = child;
  console.log("changed, restarting");
  old.removeAllListeners("exit");
  if (old.exitCode !== null || old.signalCode !== null) {
    start();
  } else {
    const killing = setTimeout(() => old.kill("SIGKILL"), endsWithinMs);
    old.once("exit", () => {
      clearTimeout(killing);
      start();
    });
    old.kill("SIGTERM");
  }
}

function stop(): never {
  child.kill("SIGKILL");
  process.exit(0);
}

for (const source of [...folders, ...files]) {
  try {
    watch(source, { recursive: true }, (_, file) => {
      if (file?.endsWith(".test.ts")) return;
      clearTimeout(timer);
      timer = setTimeout(restart, settleMs);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
setInterval(() => {
  if (process.ppid !== parent) stop();
}, 500);
start();
