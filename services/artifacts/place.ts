/**
 * The folder of one live session on the disk, made when it is needed and made again where someone has removed it. Under its
 * own name it has its `session.json` from the first moment on.
 */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createQueue, isMissing, type Turns } from "./disk.ts";
import { type Manifest, manifestName, textOf, writeManifest } from "./manifest.ts";
import { type Subfolder, unfinished } from "./names.ts";

/** How long after it failed it is not tried again. */
const retryMs = 1000;

export interface PlaceOptions {
  root: string;
  name: string;
  manifest(): Manifest;
  turns: Turns;
  now(): number;
}

export class Place {
  readonly dir: string;
  readonly #options: PlaceOptions;
  readonly #subfolders = new Set<Subfolder>();
  #made: Promise<void> | undefined;
  #failed: { error: unknown; at: number } | undefined;
  readonly #saving = createQueue();
  #isDropped = false;

  constructor(options: PlaceOptions) {
    this.#options = options;
    this.dir = join(options.root, options.name);
  }

  /** Throws what the disk throws, as the methods below. */
  make(): Promise<void> {
    this.#made ??= this.#options.turns(() => this.#make());
    return this.#made;
  }

  /** `isGone`: something that should have been there was not. */
  async makeSubfolder(name: Subfolder, isGone = false): Promise<void> {
    if (this.#subfolders.has(name) && !isGone) return;
    await this.make();
    const dir = join(this.dir, name);
    try {
      await mkdir(dir);
    } catch (error) {
      if (isMissing(error)) {
        this.#made = undefined;
        this.#subfolders.clear();
        await this.make();
        await mkdir(dir);
      } else if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    this.#subfolders.add(name);
  }

  /** Writes the manifest as it is by then, after all that was asked for before. */
  save(): Promise<void> {
    const write = async () => {
      await this.make();
      if (!this.#isDropped) await this.#options.turns(() => writeManifest(this.dir, this.#options.manifest()));
    };
    return this.#saving(() =>
      write().catch((error) => {
        if (!isMissing(error)) throw error;
        this.#made = undefined;
        return write();
      }),
    );
  }

  /** Nothing of it stays. Nothing may be asked for afterwards. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    await this.#made?.catch(() => {});
    await this.#saving(() => removeFolder(this.dir));
  }

  async #make(): Promise<void> {
    const { manifest, now } = this.#options;
    if (this.#isDropped) return;
    try {
      if (this.#failed && now() - this.#failed.at < retryMs) throw this.#failed.error;
      const draft = this.dir + unfinished;
      await mkdir(draft, { recursive: true });
      await writeFile(join(draft, manifestName), textOf(manifest()));
      await rename(draft, this.dir).catch((error) => {
        // only what was in it was gone
        if (!["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
        return rm(draft, { recursive: true, force: true });
      });
      this.#failed = undefined;
    } catch (error) {
      if (this.#failed?.error !== error) this.#failed = { error, at: now() };
      this.#made = undefined;
      throw error;
    }
  }
}

/** All of it or nothing, under its own name. */
export async function removeFolder(dir: string): Promise<void> {
  const draft = dir + unfinished;
  try {
    await rename(dir, draft);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await rm(draft, { recursive: true, force: true });
}
