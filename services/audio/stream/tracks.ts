/**
 * Tracks that are ready to be sent, shared by all sessions: prepared in the pool when first needed, kept in memory while
 * somebody holds them or among those used last. What cannot be read is told once.
 */
import { join } from "node:path";
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Bitrate } from "../crossfade/codec.ts";
import type { Crossfades } from "../crossfade/crossfades.ts";
import type { Track as LibraryTrack } from "../library/track.ts";
import { type Track, trackBytes } from "../mp3/track.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** `gain` in steps of 1.505 dB. */
export type Prepared = { id: string; track: Track; gain: number; shape: Shape };

export type TracksOptions = {
  find(id: string): LibraryTrack | undefined;
  crossfades: Pick<Crossfades, "prepare">;
  /** Where what had to be encoded is kept. */
  dir: string;
  bitrate: Bitrate;
  /** Memory for tracks. Those that are held stay, however many. */
  maxBytes: number;
  onBroken(track: LibraryTrack, reason: string): void;
};

/** Raised when the same content is encoded otherwise. */
const version = 1;
const stepDb = 20 * Math.log10(2 ** 0.25);
/** What all tracks are brought to. */
const targetLufs = -16;
const mostSteps = 12;

/** Steps that bring a track to the loudness of all, unless its peak would exceed full scale. */
export function gainOf({ loudnessLufs, peakDbfs }: LibraryTrack["sound"]): number {
  const wanted = Math.round((targetLufs - loudnessLufs) / stepDb);
  return Math.max(-mostSteps, Math.min(mostSteps, wanted, Math.floor(-peakDbfs / stepDb)));
}

export class Tracks {
  readonly #options: TracksOptions;
  /** Those used last come last. */
  readonly #ready = new Map<string, Prepared>();
  readonly #loading = new Map<string, Promise<Prepared>>();
  readonly #holders = new Map<string, number>();
  #bytes = 0;

  constructor(options: TracksOptions) {
    this.#options = options;
  }

  get figures() {
    return { tracks: this.#ready.size, bytes: this.#bytes };
  }

  /** As `get`, without counting as use. */
  peek(id: string): Prepared | undefined {
    return this.#ready.get(id);
  }

  get(id: string): Prepared | undefined {
    const prepared = this.#ready.get(id);
    if (!prepared) return undefined;
    this.#ready.delete(id);
    this.#ready.set(id, prepared);
    return prepared;
  }

  /** Of those that are ready, the one used last that is not `besides`; that one if there is no other. */
  atHand(besides: string): string | undefined {
    return [...this.#ready.keys()].findLast((id) => id !== besides) ?? (this.#ready.has(besides) ? besides : undefined);
  }

  /** `neededAt` orders those that wait, as with fades. */
  load(id: string, neededAt: number): Promise<Prepared> {
    const prepared = this.get(id);
    if (prepared) return Promise.resolve(prepared);
    const loading = this.#loading.get(id) ?? this.#prepare(id, neededAt).finally(() => this.#loading.delete(id));
    this.#loading.set(id, loading);
    return loading;
  }

  hold(id: string): void {
    this.#holders.set(id, (this.#holders.get(id) ?? 0) + 1);
  }

  release(id: string): void {
    const left = (this.#holders.get(id) ?? 0) - 1;
    if (left > 0) this.#holders.set(id, left);
    else this.#holders.delete(id);
    this.#evict();
  }

  async #prepare(id: string, neededAt: number): Promise<Prepared> {
    const { find, crossfades, dir, bitrate, onBroken } = this.#options;
    const found = find(id);
    if (!found) throw new HereaboutsError("TRACK_GONE", id);
    const { path, format } = found;
    const keptAt = join(dir, `${id}-${bitrate}-${version}.track`);
    try {
      const track = await crossfades.prepare({ path, format, keptAt, bitrate }, neededAt);
      const prepared = { id, track, gain: gainOf(found.sound), shape: shapeOf(found, track) };
      this.#ready.set(id, prepared);
      this.#bytes += trackBytes(track);
      this.#evict();
      return prepared;
    } catch (error) {
      // a server that is busy tells nothing about the file
      if (!(error instanceof HereaboutsError && error.code === "AUDIO_BUSY")) onBroken(found, String(error));
      throw error;
    }
  }

  #evict(): void {
    for (const [id, { track }] of this.#ready) {
      if (this.#bytes <= this.#options.maxBytes) return;
      if (this.#holders.has(id)) continue;
      this.#ready.delete(id);
      this.#bytes -= trackBytes(track);
    }
  }
}
