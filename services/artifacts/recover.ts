/**
 * Makes whole what a killed process left: what can be read of the files that it wrote gets its name, the rest goes, and
 * `session.json` says that the session was lost. Doing it twice, or in two processes at once, does no harm.
 */
import { readFile, rename, rm, truncate } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Kept } from "./catalog.ts";
import { filesOf, freePath, sizeOf, unlessMissing } from "./disk.ts";
import { type Formats, lines } from "./formats.ts";
import { manifestName, writeManifest } from "./manifest.ts";
import { unfinished } from "./names.ts";
import { removeFolder } from "./place.ts";

export async function recover(root: string, { name, manifest, lostAt = 0 }: Kept, formats: Formats): Promise<void> {
  const dir = join(root, name);
  const left = await filesOf(dir);
  for (const { path } of left) {
    if (path.endsWith(unfinished)) await unlessMissing(finish(join(dir, path), formats));
  }
  const all = await filesOf(dir);
  const files = all.filter(({ path }) => path !== manifestName);
  if (!manifest || (manifest.participants.length === 0 && files.length === 0)) {
    if (files.length === 0) await removeFolder(dir);
    return;
  }
  const sent = manifest.files.filter((file) => files.some(({ path }) => path === file.path));
  // as they were found: what is cut to its whole length is touched now
  const touched = left.filter(({ path }) => path !== manifestName).map(({ modified }) => modified);
  const seen = Math.round(Math.max(lostAt, ...touched));
  const bytes = sizeOf(all);
  const lastLeft = manifest.present > 0 ? seen : manifest.lastLeft;
  await writeManifest(dir, { ...manifest, files: sent, ended: seen, reason: "lost", lastLeft, present: 0, bytes });
}

async function finish(part: string, formats: Formats): Promise<void> {
  const path = part.slice(0, -unfinished.length);
  const extension = extname(path).slice(1);
  const format = extension === "jsonl" ? lines : formats[extension];
  const bytes = format ? await readFile(part) : Buffer.alloc(0);
  const length = format?.wholeLength(bytes) ?? 0;
  if (length === 0) return rm(part, { force: true });
  if (length < bytes.length) await truncate(part, length);
  await rename(part, await freePath(path));
}
