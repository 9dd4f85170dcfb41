/**
 * What operators did (OP1): one line each to the log (`audit: true`) and to `<DATA_DIR>/audit.jsonl`, written whole and
 * synced before `note` resolves. Passwords, tokens and addresses of people are never in it; `from` is that of who asked as
 * an operator.
 *
 * Processes that share a DATA_DIR share the file: a line is one appending write, and each names its process. A file that
 * has grown to `maxBytes` is put aside, the newest of those are kept.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AuditLine } from "../../schema/operations.ts";
import type { Log } from "./log.ts";

export type AuditEntry = Omit<AuditLine, "at" | "process">;

export interface Audit {
  /** Never rejects: what the disk does not take is in the log, which says so. */
  note(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  read(limit: number): Promise<AuditLine[]>;
}

export interface AuditOptions {
  folder: string;
  log: Pick<Log, "warn" | "limited">;
  /** Id of this process. */
  process: () => string;
  now: () => number;
  maxBytes?: number;
  /** How many that were put aside are kept. */
  keep?: number;
}

const name = "audit.jsonl";
const asidePattern = /^audit-\d+-[\w-]+\.jsonl$/;
const newline = 0x0a;

export function createAudit({ folder, log, process, now, maxBytes = 4 << 20, keep = 8 }: AuditOptions): Audit {
  const file = join(folder, name);
  let last = Promise.resolve();

  const append = async (line: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await putAside();
    const handle = await open(file, "a+", 0o600);
    try {
      const { size } = await handle.stat();
      // a line that was cut off by a full disk must not take this one with it
      const tail = size > 0 ? (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] : newline;
      await handle.appendFile(`${tail === newline ? "" : "\n"}${line}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  };

  const putAside = async (): Promise<void> => {
    const { size } = await stat(file).catch(() => ({ size: 0 }));
    if (size < maxBytes) return;
    try {
      await rename(file, join(folder, `audit-${Math.floor(now())}-${process()}.jsonl`));
    } catch (error) {
      // another process has put it aside just now
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    for (const old of (await asides()).slice(keep)) await rm(join(folder, old), { force: true });
  };

  /** Newest first. */
  const asides = async (): Promise<string[]> =>
    (await readdir(folder)).filter((other) => asidePattern.test(other)).sort((a, b) => timeOf(b) - timeOf(a));

  return {
    note(entry) {
      const line: AuditLine = { at: Math.round(now()), process: process(), ...entry };
      log.warn({ audit: true, ...entry }, "operator action");
      last = last
        .then(() => append(JSON.stringify(line)))
        .catch((error: unknown) => log.limited("error", "audit", { error }, "the audit file takes nothing"));
      return last;
    },
    async read(limit) {
      await last;
      const lines: AuditLine[] = [];
      for (const path of [name, ...(await asides().catch(() => []))]) {
        const text = await readFile(join(folder, path), "utf8").catch(() => "");
        for (const line of text.split("\n").reverse()) lines.push(...parse(line));
        if (lines.length >= limit) break;
      }
      return lines.slice(0, limit);
    },
  };
}

function timeOf(aside: string): number {
  return Number(aside.split("-")[1]);
}

/** Nothing for what is no whole line. */
function parse(line: string): AuditLine[] {
  try {
    return line ? [JSON.parse(line) as AuditLine] : [];
  } catch {
    return [];
  }
}
