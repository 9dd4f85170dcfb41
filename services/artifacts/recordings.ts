/**
 * The recordings of one session: written as they come, seconds later at most, and whole when they end. Where the session has
 * no room left for them its oldest one makes room for what comes.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Appender, type Change } from "./appender.ts";
import type { Recording } from "./artifacts.ts";
import type { Budget } from "./budget.ts";
import type { Flusher } from "./flusher.ts";
import type { Meter } from "./meter.ts";
import { recordingName } from "./names.ts";
import type { Place } from "./place.ts";

/** Bytes of one recording that wait for the disk. */
const mostPending = 1 << 23;
/** What there must be room for, for one to begin. */
const leastRoom = 1 << 16;

export interface RecordingsOptions {
  place: Place;
  budget: Budget;
  /** What all folders together have room for. */
  space: Budget;
  flusher: Flusher;
  meter: Meter;
  onError(error: unknown): void;
  now(): number;
}

export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #open = new Set<OpenRecording>();
  /** Those that are whole, oldest first. */
  #whole: { path: string; bytes: number; at: number }[] = [];

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#open.size + this.#whole.length;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** As SessionFolder's. */
  record(name: string, extension: string): Recording | undefined {
    const { budget, now } = this.#options;
    if (!this.take(leastRoom)) return undefined;
    budget.giveBack(leastRoom);
    const recording = new OpenRecording(this, recordingName(name, now(), extension), this.#options);
    this.#open.add(recording);
    return recording;
  }

  /** False where there is no room, even without the recordings that are whole. */
  take(bytes: number): boolean {
    const { budget, space, place, onError } = this.#options;
    if (!space.has(bytes)) return false;
    while (!budget.take(bytes)) {
      const oldest = this.#whole.shift();
      if (!oldest) return false;
      budget.giveBack(oldest.bytes);
      rm(join(place.dir, oldest.path), { force: true }).catch(onError);
    }
    return true;
  }

  ended(recording: OpenRecording, bytes: number): void {
    this.#open.delete(recording);
    if (bytes > 0) this.#whole.push({ path: recording.path, bytes, at: this.#options.now() });
  }

  /** Removes those that were whole before `before`. */
  async removeOlder(before: number): Promise<void> {
    await this.#remove(this.#whole.filter(({ at }) => at < before));
  }

  /** Whether there is a whole one of that path. */
  async remove(path: string): Promise<boolean> {
    const gone = this.#whole.filter((one) => one.path === path);
    await this.#remove(gone);
    return gone.length > 0;
  }

  async #remove(gone: readonly { path: string; bytes: number }[]): Promise<void> {
    const { budget, place } = this.#options;
    this.#whole = this.#whole.filter((one) => !gone.includes(one));
    for (const { bytes } of gone) budget.giveBack(bytes);
    await Promise.all(gone.map(({ path }) => rm(join(place.dir, path), { force: true })));
  }

  /** Ends those that can be begun anew: then all of them is on the disk. */
  async cut(): Promise<void> {
    await Promise.all([...this.#open].map((recording) => recording.onCut?.()));
  }

  /** Puts what `redact` makes of them in place of those under way. Returns how many changed. */
  async redact(extension: string, redact: Change): Promise<number> {
    let changed = 0;
    for (const recording of this.#open) {
      // begun just now, after the cut
      if (recording.onCut) continue;
      if (recording.path.endsWith(`.${extension}`) && (await recording.rewrite(redact))) changed++;
    }
    return changed;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#open].map((recording) => recording.end()));
  }
}

class OpenRecording implements Recording {
  readonly path: string;
  onCut: (() => Promise<void>) | undefined;
  readonly #recordings: Recordings;
  readonly #options: RecordingsOptions;
  readonly #appender: Appender;
  #bytes = 0;
  #pendingBytes = 0;
  #isFull = false;
  #ending: Promise<void> | undefined;

  constructor(recordings: Recordings, file: string, options: RecordingsOptions) {
    this.path = `recordings/${file}`;
    this.#recordings = recordings;
    this.#options = options;
    this.#appender = new Appender(options.place, "recordings", file, { isOneWhole: true });
  }

  get isFull(): boolean {
    return this.#isFull || !this.#options.space.has(1);
  }

  write(chunk: Uint8Array): void {
    if (this.isFull || this.#ending) return;
    if (this.#pendingBytes + chunk.length > mostPending || !this.#recordings.take(chunk.length)) {
      this.#isFull = true;
      this.#options.meter.dropped("recordings", 1);
    } else {
      this.#bytes += chunk.length;
      this.#pendingBytes += chunk.length;
      this.#appender.push(chunk);
      this.#options.flusher.add(this);
    }
  }

  /** Throws what the disk throws: then it takes no more. */
  async flush(): Promise<void> {
    const pending = this.#pendingBytes;
    this.#pendingBytes = 0;
    try {
      await this.#appender.flush();
      this.#options.meter.kept("recordings", pending);
    } catch (error) {
      this.#isFull = true;
      this.#options.meter.dropped("recordings", 1);
      this.#bytes -= pending;
      this.#options.budget.giveBack(pending);
      throw error;
    }
  }

  rewrite(change: Change): Promise<boolean> {
    return this.#appender.rewrite(change);
  }

  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    await this.flush().catch(this.#options.onError);
    await this.#appender.end().catch(this.#options.onError);
    this.#recordings.ended(this, this.#bytes);
  }
}
