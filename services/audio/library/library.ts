/**
 * The music that can be played: tracks by id, each analysed once in worker threads and kept by content. Broken files are
 * told and skipped; nothing in a folder of music stops the rest of it.
 */
import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { HereaboutsError } from "../../../schema/errors.ts";
import { Pool } from "../pool.ts";
import { LibraryCache } from "./cache.ts";
import type { Job, Result } from "./jobs.ts";
import { type Track, trackIdLength } from "./track.ts";
import { type Found, walk } from "./walk.ts";

/** Of one scan, or of one added file. `cached` ones were known; the `current` one was done last. */
export type Progress = { found: number; done: number; cached: number; skipped: number; current: string };

export type LibraryOptions = {
  /** Where `library.db` is kept; `:memory:` for nowhere. */
  dir: string;
  onTrack?(track: Track): void;
  onProgress?(progress: Progress): void;
  onSkipped?(path: string, reason: string): void;
  /** Its file is gone: told at the end of the next scan of its folder. */
  onGone?(track: Track): void;
};

/** In which a thread that works says something; one that does not hangs. */
const silentMs = 10_000;

export class Library {
  readonly tracks: ReadonlyMap<string, Track>;
  readonly #tracks = new Map<string, Track>();
  readonly #options: LibraryOptions;
  readonly #cache: LibraryCache;
  readonly #pool: Pool<Job, Result>;
  readonly #threads: number;
  #isClosed = false;

  constructor(options: LibraryOptions) {
    this.tracks = this.#tracks;
    this.#options = options;
    this.#cache = new LibraryCache(options.dir);
    // one core is left for those who listen meanwhile
    this.#threads = Math.max(1, Math.min(4, availableParallelism() - 1));
    this.#pool = new Pool({
      spawn: () => new Worker(new URL("./worker.ts", import.meta.url)),
      workers: this.#threads,
      maxQueue: Number.POSITIVE_INFINITY,
    });
    this.#pool.warm();
  }

  /** One file, whatever its extension. Gives its track, if it is one. */
  async add(path: string): Promise<Track | undefined> {
    const progress = { found: 1, done: 0, cached: 0, skipped: 0, current: "" };
    try {
      const { size, mtimeMs } = await stat(path);
      return await this.#take({ path, size, mtimeMs }, progress);
    } catch (error) {
      this.#skip(path, error instanceof Error ? error.message : String(error), progress);
      return undefined;
    }
  }

  /** Everything below a folder. Tracks appear as they are done; resolves when all are. */
  async scan(dir: string): Promise<Progress> {
    const progress = { found: 0, done: 0, cached: 0, skipped: 0, current: "" };
    const busy = new Set<Promise<unknown>>();
    const before = [...this.#tracks.values()].filter(({ path }) => path.startsWith(dir));
    for await (const found of walk(dir, (path, reason) => this.#skip(path, reason, progress))) {
      if (this.#isClosed) break;
      progress.found++;
      const taken = this.#take(found, progress).finally(() => busy.delete(taken));
      busy.add(taken);
      if (busy.size >= 2 * this.#threads) await Promise.race(busy);
    }
    await Promise.all(busy);
    for (const track of before) await this.#forgetIfGone(track);
    return progress;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#pool.close();
    this.#cache.close();
  }

  async #take(found: Found, progress: Progress): Promise<Track | undefined> {
    const { path } = found;
    let hash = this.#cache.hashOf(found);
    if (!hash) {
      const answer = await this.#ask({ kind: "hash", path });
      if (this.#isClosed) return undefined;
      if (!("hash" in answer)) return this.#skip(path, reasonOf(answer), progress);
      hash = answer.hash;
      this.#cache.keepHash(found, hash);
    }
    let known = this.#cache.known(hash);
    if (known) progress.cached++;
    else {
      const answer = await this.#ask({ kind: "analyse", path });
      if (this.#isClosed) return undefined;
      if ("analysis" in answer) known = answer;
      else if ("code" in answer && answer.code === "BAD_AUDIO") known = { broken: answer.details };
      // a thread that failed may succeed at the next start: nothing is kept
      else return this.#skip(path, reasonOf(answer), progress);
      this.#cache.keep(hash, known);
    }
    if ("broken" in known) return this.#skip(path, known.broken, progress);

    const track: Track = { id: hash.slice(0, trackIdLength), path, ...known.analysis };
    const isNew = !this.#tracks.has(track.id);
    // the newest place counts: the file may have moved
    this.#tracks.set(track.id, track);
    if (isNew) this.#options.onTrack?.(track);
    this.#tell(path, progress);
    return track;
  }

  /** What goes wrong is an answer. */
  #ask(job: Job): Promise<Result | HereaboutsError> {
    const ask = { neededAt: 0, timeoutMs: silentMs, isBackground: false, attempts: 2 };
    return this.#pool.run(job, ask).catch((error) => error as HereaboutsError);
  }

  async #forgetIfGone({ id, path }: Track): Promise<void> {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    const track = this.#tracks.get(id);
    if (isThere || !track || track.path !== path) return;
    this.#tracks.delete(id);
    this.#options.onGone?.(track);
  }

  #skip(path: string, reason: string, progress: Progress): undefined {
    progress.skipped++;
    this.#options.onSkipped?.(path, reason);
    this.#tell(path, progress);
  }

  #tell(path: string, progress: Progress): void {
    progress.done++;
    progress.current = path;
    this.#options.onProgress?.({ ...progress });
  }
}

const reasonOf = (answer: Result | HereaboutsError) =>
  answer instanceof HereaboutsError ? answer.details : "Its analysis went astray.";
