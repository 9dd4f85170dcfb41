/** The tracks of one session in memory: asked for once each, and held while they are wanted. */
import type { Prepared, Tracks } from "./tracks.ts";

export interface LoadsDeps {
  now(): number;
  tracks: Pick<Tracks, "load" | "hold" | "release">;
}

export interface LoadEvents {
  loaded(prepared: Prepared): void;
  broken(track: string): void;
  /** One of the two threw. */
  failed(error: unknown): void;
}

export class Loads {
  readonly #deps: LoadsDeps;
  readonly #events: LoadEvents;
  readonly #loading = new Set<string>();
  #held: ReadonlySet<string> = new Set();

  constructor(deps: LoadsDeps, events: LoadEvents) {
    this.#deps = deps;
    this.#events = events;
  }

  /** `neededAt`: in ms of the clock; now if left out. */
  load(track: string, neededAt: number = this.#deps.now()): void {
    if (this.#loading.has(track)) return;
    this.#loading.add(track);
    const { loaded, broken, failed } = this.#events;
    this.#deps.tracks
      .load(track, neededAt)
      .finally(() => this.#loading.delete(track))
      .then(loaded, () => broken(track))
      .catch(failed);
  }

  /** These stay in memory from now on, and no others of those before. */
  hold(wanted: ReadonlySet<string>): void {
    const { tracks } = this.#deps;
    for (const id of wanted) if (!this.#held.has(id)) tracks.hold(id);
    for (const id of this.#held) if (!wanted.has(id)) tracks.release(id);
    this.#held = wanted;
  }
}
