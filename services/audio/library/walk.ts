/**
 * Finds what may be music below a folder: by extension, in the order of names, through links (each folder once, so that
 * loops end). What cannot be read is told and passed over.
 */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";

const extensions = new Set([".mp3", ".flac", ".ogg", ".oga", ".opus", ".wav", ".wave"]);

export type Found = { path: string; size: number; mtimeMs: number };

export async function* walk(dir: string, onSkipped: (path: string, reason: string) => void): AsyncGenerator<Found> {
  const seen = new Set<string>();
  const tell = (path: string, error: unknown) =>
    onSkipped(path, error instanceof Error ? error.message : String(error));

  async function* below(folder: string): AsyncGenerator<Found> {
    let entries: Dirent[];
    try {
      const real = await realpath(folder);
      if (seen.has(real)) return;
      seen.add(real);
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      tell(folder, error);
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      const isMusic = extensions.has(extname(entry.name).toLowerCase());
      if (entry.isDirectory()) yield* below(path);
      else if (entry.isSymbolicLink() || (entry.isFile() && isMusic)) {
        try {
          const { size, mtimeMs, ...is } = await stat(path).then((it) => ({
            ...{ size: it.size, mtimeMs: it.mtimeMs, folder: it.isDirectory(), file: it.isFile() },
          }));
          if (is.folder) yield* below(path);
          else if (is.file && isMusic) yield { path, size, mtimeMs };
        } catch (error) {
          tell(path, error);
        }
      }
    }
  }
  yield* below(dir);
}
