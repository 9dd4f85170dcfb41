/**
 * Who was erased, and when, kept for as long as folders are: a process that was away, or a folder that was just being made
 * or moved, is reached later. In `sessions/.erased/<yyyymmdd>.jsonl`: each line names a person by their public id.
 */
import { appendFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { createQueue, unlessMissing } from "./disk.ts";

const erasure = z.object({ person: z.string(), at: z.number() });
/** `at`: ms since the epoch. What they left later is not meant. */
export type Erasure = z.infer<typeof erasure>;

const dayMs = 86_400_000;

/** As processes tell each other. Nothing for what is none. */
export function parseErasures(text: string): Erasure[] {
  try {
    return z.array(erasure).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

/** Undefined for what is none. */
function parseErasure(text: string): Erasure | undefined {
  try {
    return erasure.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export class Erasures {
  readonly #dir: string;
  readonly #days: number;
  readonly #turns = createQueue();

  constructor(root: string, days: number) {
    this.#dir = join(root, ".erased");
    this.#days = days;
  }

  /** Throws what the disk throws. */
  async note(one: Erasure): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    await appendFile(join(this.#dir, `${dayOf(one.at)}.jsonl`), `${JSON.stringify(one)}\n`);
  }

  /** Of what others say, perhaps again. Throws what the disk throws. */
  noteUnknown(erasures: readonly Erasure[], now: number): Promise<void> {
    return this.#turns(async () => {
      const known = await this.all(now);
      for (const one of erasures) if (one.at > (known.get(one.person)?.at ?? 0)) await this.note(one);
    });
  }

  /** Those that are to be kept to; forgets those of longer ago. A person has only their last one. */
  async all(now: number): Promise<Map<string, Erasure>> {
    const first = dayOf(now - this.#days * dayMs);
    const found = new Map<string, Erasure>();
    for (const file of ((await unlessMissing(readdir(this.#dir))) ?? []).sort()) {
      const path = join(this.#dir, file);
      if (file < first) await rm(path, { force: true });
      for (const line of ((await unlessMissing(readFile(path, "utf8"))) ?? "").split("\n")) {
        const one = parseErasure(line);
        if (one && one.at >= (found.get(one.person)?.at ?? 0)) found.set(one.person, one);
      }
    }
    return found;
  }
}

/** yyyymmdd, in UTC. */
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
