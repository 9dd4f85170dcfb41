/**
 * Commands as someone types them: by a shell, in a folder, with nothing of this process's environment but where programs
 * and the home folder are. `close()` ends what still runs; what was forgotten ends with this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter } from "node:path";

/** Pages are built first, beside whatever else the machine does. */
const upWithinMs = 60_000;
/** Tests run with the repository's own programs before all others: someone at a terminal has none of them. */
const programs = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));

export interface Running {
  /** Where its pages are, without a slash at the end. */
  readonly url: string;
  /** As Ctrl+C does; resolves when nothing listens any more. */
  stop(): Promise<void>;
}

export class Terminal {
  readonly #folder: string;
  readonly #env: Record<string, string>;
  readonly #children = new Set<ChildProcess>();

  constructor(folder: string, env: Record<string, string> = {}) {
    this.#folder = folder;
    this.#env = { PATH: programs.join(delimiter), HOME: process.env["HOME"] ?? folder, ...env };
    process.once("exit", () => this.close());
  }

  /** Runs what ends by itself, and gives its output. Throws with it if it fails. */
  async run(command: string): Promise<string> {
    const { child, output } = this.#spawn(command);
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`"${command}" ended with ${code}:\n${output()}`);
    return output();
  }

  /** Runs a server, and resolves when it says that it is up. Throws with its output if it ends, or takes too long. */
  async start(command: string): Promise<Running> {
    const { child, output } = this.#spawn(command);
    const url = await new Promise<string>((resolve, reject) => {
      const fail = () => reject(new Error(`"${command}" did not come up:\n${output()}`));
      const timer = setTimeout(fail, upWithinMs);
      child.once("close", fail);
      child.stdout!.on("data", () => {
        const [, url] = /pages\s+(http:\/\/localhost:\d+)\//.exec(output()) ?? [];
        if (!url) return;
        clearTimeout(timer);
        resolve(url);
      });
    });
    return { url, stop: () => this.#stop(child, url) };
  }

  close(): void {
    for (const child of this.#children) kill(child, "SIGKILL");
  }

  #spawn(command: string): { child: ChildProcess; output: () => string } {
    const child = spawn(command, {
      shell: true,
      cwd: this.#folder,
      env: this.#env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    let output = "";
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data) => (output += data));
    return { child, output: () => output };
  }

  async #stop(child: ChildProcess, url: string): Promise<void> {
    const closed = once(child, "close");
    kill(child, "SIGINT");
    await closed;
    // npm may be gone a moment before the server that it started
    while (await isServing(url)) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The shell, and all that it started. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // it has ended
  }
}

function isServing(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );
}
