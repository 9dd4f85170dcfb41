/** Takes a person out of what is whole in a session's folder: their files, lines that name them, themselves in recordings. */
import { readFile, rm } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Kept } from "./catalog.ts";
import { filesOf, replaceFile, sizeOf, unlessMissing } from "./disk.ts";
import type { Format, Formats } from "./formats.ts";
import { withoutLines } from "./lines.ts";
import { type Manifest, type SentFile, writeManifest } from "./manifest.ts";

/** As tokens make them: long enough that no other text has it by chance. */
const idPattern = /^[\w-]{16}$/;

/** What a line, or what came of an inspector, has in it if it is of or about a person. */
export function traceOf(person: string): string {
  return idPattern.test(person) ? person : `"person":${JSON.stringify(person)}`;
}

export interface Erased {
  /** Of files that are changed or gone. */
  changed: number;
  /** Of those that are gone. */
  paths: ReadonlySet<string>;
}

/** Work of which all is tried, whatever fails of it. */
export class AllTried {
  readonly #errors: unknown[] = [];

  /** How many have failed. */
  get failures(): number {
    return this.#errors.length;
  }

  /** Undefined where it fails. */
  async try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#errors.push(error);
      return undefined;
    }
  }

  /** Throws what failed first. */
  end(): void {
    if (this.#errors.length > 0) throw this.#errors[0];
  }
}

/** Knows by `sent` whose a file is. */
export async function eraseIn(
  dir: string,
  person: string,
  sent: readonly SentFile[],
  formats: Formats,
  all: AllTried,
): Promise<Erased> {
  const trace = traceOf(person);
  const own = new Set(sent.filter((file) => file.person === person).map(({ path }) => path));
  const paths = new Set<string>();
  let changed = 0;

  /** Undefined leaves a file as it is, null removes it. */
  const change = async (path: string, made: Uint8Array | null | undefined) => {
    if (made === undefined) return;
    // a folder that goes meanwhile has nothing left of anyone
    if (made) await unlessMissing(replaceFile(join(dir, path), made));
    else await rm(join(dir, path), { force: true });
    if (!made) paths.add(path);
    changed++;
  };

  const eraseOf = async (path: string) => {
    const read = () => unlessMissing(readFile(join(dir, path)));
    if (own.has(path)) await change(path, null);
    else if (path.startsWith("devtools/")) await change(path, (await read())?.includes(trace) ? null : undefined);
    else if (/^logs\/.*\.jsonl$/.test(path)) {
      const content = await read();
      if (content) await change(path, withoutLines(content, trace));
    } else {
      const { redact } = formats[extname(path).slice(1)] ?? {};
      const content = redact && path.startsWith("recordings/") ? await read() : undefined;
      if (redact && content) await change(path, await redacted(() => redact(content, person)));
    }
  };

  for (const { path } of (await all.try(() => filesOf(dir))) ?? []) await all.try(() => eraseOf(path));
  return { changed, paths };
}

type Redact = NonNullable<Format["redact"]>;

/** What cannot be read, and so not be freed of anyone, goes. */
async function redacted(redact: () => ReturnType<Redact>): Promise<Uint8Array | null | undefined> {
  try {
    return await redact();
  } catch {
    return null;
  }
}

/** Whether anything of a person may be in a folder that says this of itself, or nothing. */
export function mayBeIn(manifest: Manifest | undefined, person: string): boolean {
  if (!manifest || manifest.participantsLeftOut || manifest.reason === "lost") return true;
  return [...manifest.participants, ...manifest.files].some((one) => one.person === person);
}

/**
 * As `eraseIn` for a folder whose session has ended, `session.json` included: one that does not know the person, and would,
 * is not looked through. Returns how many files changed, and what the folder says of itself now.
 */
export async function eraseInKept(
  root: string,
  { name, manifest }: Kept,
  person: string,
  formats: Formats,
  all: AllTried,
): Promise<{ changed: number; manifest: Manifest | undefined }> {
  const dir = join(root, name);
  const isThere = manifest?.participants.some((participant) => participant.person === person);
  if (!mayBeIn(manifest, person)) return { changed: 0, manifest };
  const { changed, paths } = await eraseIn(dir, person, manifest?.files ?? [], formats, all);
  if (!manifest || (changed === 0 && !isThere)) return { changed, manifest };
  const participants = manifest.participants.filter((participant) => participant.person !== person);
  const files = manifest.files.filter(({ path }) => !paths.has(path));
  const bytes = sizeOf(await filesOf(dir));
  const left = { ...manifest, participants, files, bytes };
  await all.try(() => unlessMissing(writeManifest(dir, left)));
  return { changed, manifest: left };
}
