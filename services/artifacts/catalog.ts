/** The folders below a DATA_DIR as they are on the disk: those of living sessions of this process are asked themselves. */
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { HereaboutsError } from "../../schema/errors.ts";
import type { FolderDetails, FolderInfo } from "./artifacts.ts";
import { isWriting, lastBeat } from "./beat.ts";
import { createTurns, type Entry, filesOf, sizeOf, unlessMissing } from "./disk.ts";
import { type Manifest, manifestName, readManifest } from "./manifest.ts";
import { isFilePath, isFolderName, unfinished } from "./names.ts";

const readingAtOnce = 16;

/** A folder with what it says of itself: nothing where that cannot be read. */
export interface Kept {
  readonly name: string;
  readonly manifest: Manifest | undefined;
  /** Whether its session lives, in whichever process. */
  readonly isLive: boolean;
  /** Of one that a dead process left, which nobody has noted yet: until when that lived, in ms since the epoch. */
  readonly lostAt?: number;
  /** Of one that does not say how large it is. */
  readonly bytes?: number;
}

export class Catalog {
  readonly root: string;
  readonly #own: (folder: string) => Manifest | undefined;

  /** `own`: of a folder whose session lives in this process. */
  constructor(root: string, own: (folder: string) => Manifest | undefined = () => undefined) {
    this.root = root;
    this.#own = own;
  }

  async all(): Promise<Kept[]> {
    const names = ((await unlessMissing(readdir(this.root))) ?? []).filter(isFolderName);
    const turns = createTurns(readingAtOnce);
    const writing = new Map<string, Promise<boolean>>();
    const ask = (writer: string) => {
      const asked = writing.get(writer) ?? isWriting(this.root, writer);
      writing.set(writer, asked);
      return asked;
    };
    return Promise.all(names.map((name) => turns(() => this.#read(name, ask))));
  }

  /** Newest first. */
  async list(): Promise<FolderInfo[]> {
    const kept = await this.all();
    const infos = kept.map(infoOf);
    return infos.sort((a, b) => b.created - a.created || (a.name < b.name ? -1 : 1));
  }

  /** Throws ARTIFACT_NOT_FOUND. */
  async find(folder: string): Promise<Kept> {
    if (!isFolderName(folder) || !(await unlessMissing(lstat(join(this.root, folder)))))
      throw new HereaboutsError("ARTIFACT_NOT_FOUND", `There is no folder "${folder.slice(0, 100)}".`);
    return this.#read(folder, (writer) => isWriting(this.root, writer));
  }

  /** Throws ARTIFACT_NOT_FOUND. */
  async show(folder: string): Promise<FolderDetails> {
    const kept = await this.find(folder);
    const { name, manifest } = kept;
    const senders = new Map(manifest?.files.map(({ path, person }) => [path, person]));
    const files = shownOf(await filesOf(join(this.root, name))).map(({ path, bytes }) => {
      const person = senders.get(path);
      return { path, bytes, ...(person !== undefined && { person }) };
    });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const forkedFrom = manifest?.forkedFrom;
    return {
      ...{ ...infoOf(kept), bytes, files, participants: manifest?.participants ?? [] },
      ...(forkedFrom !== undefined && { forkedFrom }),
    };
  }

  /** Throws ARTIFACT_NOT_FOUND. Leads through no links. */
  async pathOf(folder: string, file: string): Promise<string> {
    if (isFolderName(folder) && isFilePath(file)) {
      for (const below of isLines(file) ? [file, file + unfinished] : [file]) {
        const path = join(this.root, folder, below);
        const isFile = (await unlessMissing(lstat(path)))?.isFile();
        if (isFile && (await realpath(path)) === join(await realpath(this.root), folder, below)) return path;
      }
    }
    throw new HereaboutsError("ARTIFACT_NOT_FOUND", `There is no file "${file.slice(0, 100)}".`);
  }

  async #read(name: string, isWritten: (writer: string) => Promise<boolean>): Promise<Kept> {
    const own = this.#own(name);
    if (own) return { name, manifest: own, isLive: true };
    const manifest = await readManifest(join(this.root, name));
    if (!manifest) {
      // one that cannot be looked into keeps nobody from the others
      const files = await filesOf(join(this.root, name)).catch(() => []);
      return { name, manifest, isLive: false, bytes: sizeOf(files) };
    }
    if (manifest.ended !== 0) return { name, manifest, isLive: false };
    if (await isWritten(manifest.writer)) return { name, manifest, isLive: true };
    return { name, manifest, isLive: false, lostAt: await this.#lostAt(name, manifest) };
  }

  async #lostAt(name: string, { writer, created, lastLeft }: Manifest): Promise<number> {
    const written = await unlessMissing(stat(join(this.root, name, manifestName)));
    return Math.round(Math.max(created, lastLeft, written?.mtimeMs ?? 0, await lastBeat(this.root, writer)));
  }
}

/** Under the names that they are to have: lines can be read as they come, other files when they are whole. */
export function shownOf(files: readonly Entry[]): Entry[] {
  return files.flatMap((file) => {
    if (!file.path.endsWith(unfinished)) return [file];
    const path = file.path.slice(0, -unfinished.length);
    return isLines(path) ? [{ ...file, path }] : [];
  });
}

const isLines = (path: string) => /^logs\/[^/]+\.jsonl$/.test(path);

/**
 * Of a folder that does not say, only what its name and its files tell. What a dead process left has ended, though nobody
 * noted it yet.
 */
export function infoOf({ name, manifest, lostAt = 0, bytes: found = 0 }: Kept): FolderInfo {
  if (manifest) {
    const { id, kind, key, label, created, bytes } = manifest;
    const ended = manifest.ended || lostAt;
    // whoever was in it then was in it until then
    const lastLeft = lostAt && manifest.present > 0 ? lostAt : manifest.lastLeft;
    return { name, id, kind, key, label, created, lastLeft, ended, bytes };
  }
  const [kind = "", ...rest] = name.split("-");
  const day = rest.at(-2)!.replace(/(....)(..)(..)/, "$1-$2-$3");
  const created = Date.parse(day) || 0;
  const label = rest.slice(0, -2).join("-");
  return { name, id: "", kind, key: "", label, created, lastLeft: created, ended: created, bytes: found };
}
