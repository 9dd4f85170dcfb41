/**
 * The music of a server: a folder, or the built-in set where there is none or nothing in it. Tracks can be chosen as they
 * are found; the space they lie in is built anew when it is asked for, but not for each of them.
 */
import { join } from "node:path";
import type { TrackInfo } from "../../../schema/audio.ts";
import { buildSpace, dimensions, type Space } from "../explorer/space.ts";
import { makeBuiltinSet } from "../library/builtin/builtin.ts";
import { Library, type Progress } from "../library/library.ts";
import type { Track } from "../library/track.ts";
import { type Shape, shapeOf } from "./shape.ts";

export type CollectionOptions = {
  /** Empty for the built-in set. */
  musicDir: string;
  dataDir: string;
  onSkipped(path: string, reason: string): void;
  onProgress?(progress: Progress): void;
  /** All of `musicDir` is looked at. */
  onScanned?(progress: Progress): void;
  /** Fewer built-in pieces than all: for tests. */
  only?: readonly string[];
};

/** The space is built at most so often, and takes at most a twentieth of the time. */
const leastMs = 1000;
const share = 20;

/** Standard deviations at the edge of the map. */
const edge = 2.5;

export class Collection {
  /** With the first track. */
  readonly ready: Promise<Track>;
  readonly #options: CollectionOptions;
  readonly #library: Library;
  readonly #gone = new Set<string>();
  readonly #infos = new Map<string, TrackInfo>();
  readonly #tellReady: (track: Track) => void;
  #builtin: ReturnType<typeof makeBuiltinSet> | undefined;
  #space: Space = buildSpace([]);
  #isDirty = false;
  #listed: readonly TrackInfo[] | undefined;
  #nextBuildAt = 0;
  #skipped = 0;
  #isClosed = false;

  constructor(options: CollectionOptions) {
    const { promise, resolve } = Promise.withResolvers<Track>();
    this.#options = options;
    this.ready = promise;
    this.#tellReady = resolve;
    this.#library = new Library({
      dir: join(options.dataDir, "audio"),
      onTrack: (track) => this.#add(track),
      onGone: () => {
        this.#change();
      },
      onSkipped: (path, reason) => this.#skip(path, reason),
      ...(options.onProgress && { onProgress: options.onProgress }),
    });
    if (options.musicDir === "") this.#useBuiltin();
    else void this.#scan(options.musicDir).catch((error) => this.#skip(options.musicDir, String(error)));
  }

  get skipped(): number {
    return this.#skipped;
  }

  get tracks(): ReadonlyMap<string, Track> {
    return this.#library.tracks;
  }

  get space(): Space {
    const from = performance.now();
    if (!this.#isDirty || from < this.#nextBuildAt) return this.#space;
    this.#isDirty = false;
    this.#space = buildSpace([...this.tracks.values()].filter(({ id }) => !this.#gone.has(id)));
    const until = performance.now();
    this.#nextBuildAt = until + Math.max(leastMs, share * (until - from));
    return this.#space;
  }

  find(id: string): Track | undefined {
    return this.#gone.has(id) ? undefined : this.tracks.get(id);
  }

  shapeOf(id: string): Shape | undefined {
    const track = this.find(id);
    return track && shapeOf(track);
  }

  /** Also of what is gone since. */
  infoOf(id: string): TrackInfo {
    return this.#infos.get(id) ?? { id, title: "", artist: "", album: "", durationMs: 0 };
  }

  /** All that can be chosen, listed anew only when that has changed. */
  infos(): readonly TrackInfo[] {
    this.#listed ??= [...this.tracks.keys()].filter((id) => !this.#gone.has(id)).map((id) => this.infoOf(id));
    return this.#listed;
  }

  /** Its place on a map of brightness and energy. */
  placeOf(id: string): { x: number; y: number } {
    const { indices, points, columns, steps } = this.space;
    const index = indices.get(id);
    const along = (axis: "brightness" | "energy") =>
      index === undefined
        ? 0
        : Math.max(-1, Math.min(1, points[index * dimensions + columns[axis]]! / steps[axis] / edge));
    return { x: along("brightness"), y: along("energy") };
  }

  /** A file that cannot be played after all: it is not chosen again. */
  remove({ id, path }: Track, reason: string): void {
    // what was under way when the server closed is not broken
    if (this.#isClosed || this.#gone.has(id)) return;
    this.#gone.add(id);
    this.#change();
    this.#skip(path, reason);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#builtin?.stop();
    await this.#library.close();
  }

  #change(): void {
    this.#isDirty = true;
    this.#listed = undefined;
  }

  #add(track: Track): void {
    const { id, tags, sound } = track;
    const { title, artist, album } = tags;
    this.#infos.set(id, { id, title, artist, album, durationMs: Math.round(sound.durationS * 1000) });
    this.#change();
    this.#tellReady(track);
  }

  #skip(path: string, reason: string): void {
    this.#skipped++;
    this.#options.onSkipped(path, reason);
  }

  async #scan(dir: string): Promise<void> {
    const progress = await this.#library.scan(dir);
    if (this.#isClosed) return;
    this.#options.onScanned?.(progress);
    if (this.tracks.size > 0) return;
    this.#options.onSkipped(dir, "There is no music in it: the built-in set is played.");
    this.#useBuiltin();
  }

  #useBuiltin(): void {
    const dir = join(this.#options.dataDir, "audio", "builtin");
    const { only } = this.#options;
    try {
      this.#builtin = makeBuiltinSet({
        dir,
        onReady: (path) => void this.#library.add(path),
        onError: (error) => this.#skip(dir, error.message),
        ...(only && { only }),
      });
    } catch (error) {
      // without music the server is still one
      this.#skip(dir, error instanceof Error ? error.message : String(error));
    }
  }
}
