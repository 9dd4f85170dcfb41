/**
 * The folder of a session that lives in this process: who is in it, and what is kept of it. One that nobody was ever in,
 * and that has nothing but lines of the server, leaves nothing.
 */
import packageJson from "../../package.json" with { type: "json" };
import type { Attendee, LiveSession } from "../lifecycle.ts";
import type { LineFile, Recording, SessionFolder, StoredFile, Upload } from "./artifacts.ts";
import { Budget } from "./budget.ts";
import { blocksOf, type Turns } from "./disk.ts";
import { AllTried, eraseIn, traceOf } from "./erase.ts";
import type { Flusher } from "./flusher.ts";
import type { Formats } from "./formats.ts";
import { Lines, type Shared } from "./lines.ts";
import type { Manifest } from "./manifest.ts";
import { folderName } from "./names.ts";
import { Participants } from "./participants.ts";
import { Place } from "./place.ts";
import { Recordings } from "./recordings.ts";
import type { Space } from "./space.ts";
import { Uploads } from "./uploads.ts";

/** Of the folder, for all lines together, and which part of it each file has: what clients cause pushes out nothing else. */
const linesShare = 8;
const partsOfLines: Readonly<Record<LineFile, number>> = {
  ...{ server: 0.5, messages: 0.25 },
  ...{ browser: 0.05, node: 0.05, remote: 0.05, agent: 0.05, persona: 0.05 },
};
/** Of the folder, for files that people send. The rest is for recordings. */
const uploadsShare = 4;
const mostLinesBytes = 1 << 24;

export interface LiveFolderOptions {
  root: string;
  /** Id of this process's beat. */
  writer: string;
  sessionBytes: number;
  uploadBytes: number;
  turns: Turns;
  lines: Shared;
  /** Of recordings and manifests: they may be later. */
  recordings: Flusher;
  manifests: Flusher;
  formats: Formats;
  /** Of all folders together. */
  space: Space;
  onError(error: unknown): void;
  now(): number;
}

export class LiveFolder implements SessionFolder {
  readonly name: string;
  readonly session: LiveSession;
  #forkedFrom: string | undefined;
  readonly #options: LiveFolderOptions;
  readonly #place: Place;
  readonly #forUploads: Budget;
  readonly #forRecordings: Budget;
  readonly #uploads: Uploads;
  readonly #recordings: Recordings;
  readonly #lines = new Map<LineFile, Lines>();
  /** Those seen last come last. */
  readonly #participants = new Participants();
  #everIn = 0;
  #present = 0;
  #lastLeft = 0;
  #end: { at: number; reason: string } | undefined;

  constructor(session: LiveSession, options: LiveFolderOptions) {
    const { root, turns, now, onError, space, sessionBytes } = options;
    const { meter } = options.lines;
    this.session = session;
    this.name = folderName(session);
    this.#options = options;
    const place = new Place({ root, name: this.name, manifest: () => this.manifest(), turns, now });
    const forRecordings = sessionBytes - sessionBytes / linesShare - sessionBytes / uploadsShare;
    this.#place = place;
    this.#forUploads = new Budget(() => sessionBytes / uploadsShare, space.uploads);
    this.#forRecordings = new Budget(() => forRecordings, space.all);
    this.#recordings = new Recordings({
      ...{ place, budget: this.#forRecordings, space: space.all, flusher: options.recordings, meter, onError, now },
    });
    this.#uploads = new Uploads({ place, mostBytes: options.uploadBytes, budget: this.#forUploads, meter, now });
  }

  get dir(): string {
    return this.#place.dir;
  }

  get bytes(): number {
    // what session.json has of each, about
    const manifestBytes = 1024 + 128 * this.#participants.count + 256 * this.#uploads.sent.length;
    let bytes = blocksOf(manifestBytes) + this.#forUploads.used + this.#forRecordings.used;
    bytes += this.#recordings.count * blocksOf(1);
    for (const lines of this.#lines.values()) bytes += blocksOf(lines.bytes);
    return bytes;
  }

  /** Makes it on the disk. Never throws. */
  begin(): Promise<void> {
    return this.#place.make().catch(this.#options.onError);
  }

  joined({ as, person, handle = "" }: Attendee): void {
    this.#present++;
    this.#everIn++;
    if (person) this.#participants[as === "room" ? "joined" : "heard"](person, handle, this.#now());
    this.#options.manifests.add(this);
  }

  left({ as, person }: Attendee): void {
    const at = this.#now();
    this.#present = Math.max(0, this.#present - 1);
    this.#lastLeft = at;
    // by HTTP they may have been told to come as someone else: before they had a seat, or signed in
    if (person && as === "room") this.#participants.left(person, at);
    this.#options.manifests.add(this);
  }

  isForkOf({ id }: LiveSession): void {
    this.#forkedFrom = id;
    this.#options.manifests.add(this);
  }

  log(file: LineFile, line: string): void {
    if (!this.#end) this.#linesOf(file).add(line);
  }

  store(upload: Upload): Promise<StoredFile> {
    return this.#uploads.store(upload);
  }

  record(name: string, extension: "mp3" | "capsule"): Recording | undefined {
    return this.#end ? undefined : this.#recordings.record(name, extension);
  }

  /** Writes session.json. Throws what the disk throws. */
  async flush(): Promise<void> {
    if (!this.#end) await this.#place.save();
  }

  /**
   * Takes a person out, also of what is being written; who goes on here is recorded again. Returns how many files changed.
   * Does all that it can before it throws what went wrong first.
   */
  async erase(person: string): Promise<number> {
    const { formats } = this.#options;
    const all = new AllTried();
    // what is under way has them in memory too
    await all.try(() => this.#recordings.cut());
    let changed = 0;
    for (const lines of this.#lines.values()) {
      if (await all.try(() => lines.erase(traceOf(person)))) changed++;
    }
    for (const [extension, { redact }] of Object.entries(formats)) {
      if (!redact) continue;
      const work = () => this.#recordings.redact(extension, (bytes) => redact(bytes, person));
      changed += (await all.try(work)) ?? 0;
    }
    const erased = await eraseIn(this.dir, person, this.#uploads.sent, formats, all);
    this.#uploads.forget(erased.paths);
    const wasThere = this.#participants.erase(person);
    if (wasThere || erased.changed > 0) await all.try(() => this.#place.save());
    all.end();
    return changed + erased.changed;
  }

  /** Files and recordings that are older than `before` go: a session may live for ever. Throws what the disk throws. */
  async removeOlder(before: number): Promise<void> {
    await this.#recordings.removeOlder(before);
    if (await this.#uploads.removeOlder(before)) await this.#place.save();
  }

  /** False where it is being written. Throws what the disk throws. */
  async removeFile(path: string): Promise<boolean> {
    if (await this.#recordings.remove(path)) return true;
    const isGone = await this.#uploads.remove(path);
    if (isGone) await this.#place.save();
    return isGone;
  }

  /** Everything is whole, and no more comes. Never throws. */
  async end(reason: string): Promise<void> {
    if (this.#end) return;
    const { onError } = this.#options;
    this.#end = { at: this.#now(), reason };
    if (this.#present > 0) this.#lastLeft = this.#end.at;
    this.#present = 0;
    if (this.#isForNothing()) {
      for (const lines of this.#lines.values()) await lines.drop();
      return this.#place.drop().catch(onError);
    }
    await Promise.all([this.#uploads.end().catch(onError), this.#recordings.end()]);
    for (const lines of this.#lines.values()) await lines.end().catch(onError);
    await this.#place.save().catch(onError);
    this.#options.space.endedWith(this.bytes, this.#forUploads.used);
    this.#forUploads.leave();
    this.#forRecordings.leave();
  }

  manifest(): Manifest {
    const { id, kind, key, label, type, created } = this.session;
    const forkedFrom = this.#forkedFrom;
    return {
      ...{ version: 1, id, kind, key, label, type, created: Math.round(created) },
      ...(forkedFrom !== undefined && { forkedFrom }),
      ...{ ended: this.#end?.at ?? 0, reason: this.#end?.reason, lastLeft: this.#lastLeft, present: this.#present },
      writer: this.#options.writer,
      versions: { hereabouts: packageJson.version, node: process.versions.node },
      participants: this.#participants.all,
      ...(this.#participants.leftOut > 0 && { participantsLeftOut: this.#participants.leftOut }),
      files: this.#uploads.sent,
      bytes: this.bytes,
    };
  }

  #isForNothing(): boolean {
    const isOnlyServer = [...this.#lines.keys()].every((file) => file === "server" || file === "messages");
    return this.#everIn === 0 && isOnlyServer && this.#uploads.sent.length === 0 && this.#recordings.isEmpty;
  }

  #linesOf(file: LineFile): Lines {
    const { sessionBytes, lines: shared } = this.#options;
    const mostBytes = Math.min(mostLinesBytes, (sessionBytes / linesShare) * partsOfLines[file]);
    const lines = this.#lines.get(file) ?? new Lines(this.#place, file, mostBytes, shared);
    this.#lines.set(file, lines);
    return lines;
  }

  #now(): number {
    return Math.round(this.#options.now());
  }
}
