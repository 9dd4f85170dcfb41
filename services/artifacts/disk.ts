/** What the parts of artifacts do on the disk: whole files under their own names, a few operations at a time. */
import { randomBytes } from "node:crypto";
import { lstat, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { unfinished } from "./names.ts";

export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Undefined for what is not there; other errors are thrown. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A file of that name is there as it was or as it is to be, whenever the process is killed. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  // another process may be doing the same
  const draft = `${path}.${randomBytes(4).toString("hex")}${unfinished}`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/** The path, or one beside it where another process has made a file of that name. */
export async function freePath(path: string): Promise<string> {
  if (!(await unlessMissing(lstat(path)))) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.${randomBytes(4).toString("hex")}${ext}`);
}

/** A file in pieces. */
export async function* chunksOf(path: string, chunkBytes = 1 << 20): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.allocUnsafe(chunkBytes) });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

const blockBytes = 4096;

/** What so many bytes take on the disk. */
export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}

/** What files take on the disk. */
export function sizeOf(files: readonly { bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + blocksOf(bytes), 0);
}

export type Entry = { path: string; bytes: number; modified: number };

/** The files of a session's folder with paths below it; what vanishes meanwhile is left out. Follows no links. */
export async function filesOf(dir: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const entry of (await unlessMissing(readdir(dir, { withFileTypes: true }))) ?? []) {
    const names = entry.isDirectory()
      ? ((await unlessMissing(readdir(join(dir, entry.name)))) ?? []).map((name) => `${entry.name}/${name}`)
      : [entry.name];
    for (const path of names) {
      const stats = await unlessMissing(lstat(join(dir, path)));
      if (stats?.isFile()) found.push({ path, bytes: stats.size, modified: stats.mtimeMs });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** So many pieces of work at a time: the others wait for their turn. */
export function createTurns(most: number) {
  const waiting: (() => void)[] = [];
  let free = most;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

export type Turns = ReturnType<typeof createTurns>;

/** One piece of work after the other, in the order they came. */
export const createQueue = (): Turns => createTurns(1);
