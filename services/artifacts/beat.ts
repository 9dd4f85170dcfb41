/**
 * Which processes write folders below a DATA_DIR, which several may share: each has a file there that it touches every 10 s.
 * One whose file is old is dead, and so is at once one of this machine that the system does not know any more; one that it
 * does know may just stand still.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isMissing, unlessMissing } from "./disk.ts";

export const beatEveryMs = 10_000;
const deadAfterMs = 60_000;
/** By then another process may have its number. */
const sameNumberMs = 86_400_000;
const folder = ".writers";

export class Beat {
  readonly id = randomBytes(8).toString("hex");
  readonly #file: string;

  /** `root` holds the folders. */
  constructor(root: string) {
    this.#file = join(root, folder, this.id);
  }

  /** Also makes what is not there. Throws what the disk throws. */
  async touch(): Promise<void> {
    const now = new Date();
    try {
      await utimes(this.#file, now, now);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await mkdir(join(this.#file, ".."), { recursive: true });
      await writeFile(this.#file, JSON.stringify({ machine: machine(), pid: process.pid }));
    }
  }

  end(): Promise<void> {
    return rm(this.#file, { force: true });
  }
}

const isId = (id: string) => /^[0-9a-f]{16}$/.test(id);

/** Whether what calls itself `id` still writes. */
export async function isWriting(root: string, id: string): Promise<boolean> {
  if (!isId(id)) return false;
  const file = join(root, folder, id);
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(file), readFile(file, "utf8")]);
    const age = Date.now() - mtimeMs;
    const { machine: where, pid } = JSON.parse(text) as { machine: string; pid: number };
    // in a container that was started again the dead one had the number of this one
    if (where !== machine() || pid === process.pid) return age < deadAfterMs;
    return age < sameNumberMs && isRunning(pid);
  } catch (error) {
    // being written just now, or not to be read: to be left alone for a while
    return !isMissing(error) && Date.now() - (await stat(file)).mtimeMs < sameNumberMs;
  }
}

/** When what calls itself `id` last said that it lives, in ms since the epoch; 0 where nobody knows any more. */
export async function lastBeat(root: string, id: string): Promise<number> {
  if (!isId(id)) return 0;
  return (await unlessMissing(stat(join(root, folder, id))))?.mtimeMs ?? 0;
}

/** Forgets those that are dead: what they wrote must be made whole by then. */
export async function forgetDead(root: string): Promise<void> {
  for (const id of (await unlessMissing(readdir(join(root, folder)))) ?? []) {
    if (!(await isWriting(root, id))) await rm(join(root, folder, id), { force: true });
  }
}

/** Where and since when a process has its number: containers have their own. */
function machine(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${hostname()} ${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
