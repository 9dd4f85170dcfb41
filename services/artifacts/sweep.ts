/** Looks after all folders of a DATA_DIR: makes whole what dead processes left, and removes what is kept no longer. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { forgetDead } from "./beat.ts";
import type { Catalog } from "./catalog.ts";
import { unlessMissing } from "./disk.ts";
import type { Formats } from "./formats.ts";
import { unfinished } from "./names.ts";
import { removeFolder } from "./place.ts";
import { recover } from "./recover.ts";
import { agedOf, choose, type Limits } from "./retention.ts";
import type { Measured } from "./space.ts";

/** A folder without its name yet is being made, or was left so by a killed process. */
const unfinishedMs = 60_000;

export interface SweepOptions {
  formats: Formats;
  now(): number;
  onError(error: unknown): void;
  /** Whether it is to leave the rest to the next one. */
  isStopped?: () => boolean;
}

/** Returns what is left. What is wrong with one folder keeps it from none of the others. */
export async function sweep(
  catalog: Catalog,
  limits: Limits,
  { formats, now, onError, isStopped = () => false }: SweepOptions,
): Promise<Measured> {
  const { root } = catalog;
  // another process may do the same at the same time
  const tried = async (work: Promise<void>) => void (await unlessMissing(work).catch(onError));
  for (const dir of await oldUnfinished(root)) await tried(rm(dir, { recursive: true, force: true }));
  const all = await catalog.all();
  const lost = all.filter(({ isLive, manifest }) => !isLive && manifest?.ended === 0);
  for (const kept of lost) if (!isStopped()) await tried(recover(root, kept, formats));
  // whose folders are not whole yet must not be forgotten
  if (!isStopped()) await tried(forgetDead(root));
  const { gone, left } = choose((lost.length > 0 ? await catalog.all() : all).map(agedOf), limits, now());
  for (const { name } of gone) if (!isStopped()) await tried(removeFolder(join(root, name)));
  return left;
}

async function oldUnfinished(root: string): Promise<string[]> {
  const old: string[] = [];
  for (const name of (await unlessMissing(readdir(root))) ?? []) {
    if (!name.endsWith(unfinished)) continue;
    const stats = await unlessMissing(stat(join(root, name)));
    if (stats && Date.now() - stats.ctimeMs > unfinishedMs) old.push(join(root, name));
  }
  return old;
}
