/**
 * Artifacts in folders below `<DATA_DIR>/sessions`, one for each session that lives in this process: begun, filled in and
 * ended as the bus tells. Several processes may share a DATA_DIR: each writes its own folders, and all keep to the limits.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import { mb } from "../../schema/artifacts.ts";
import type { Channel, Cluster } from "../cluster/cluster.ts";
import type { LifecycleBus, LiveSession } from "../lifecycle.ts";
import type { Artifacts, FolderDetails, FolderInfo, SessionFolder } from "./artifacts.ts";
import { Beat, beatEveryMs } from "./beat.ts";
import { Catalog } from "./catalog.ts";
import { createTurns } from "./disk.ts";
import { Erasing } from "./erasing.ts";
import { Flusher } from "./flusher.ts";
import { type Formats, formats as known } from "./formats.ts";
import { LiveFolder, type LiveFolderOptions } from "./liveFolder.ts";
import { manifestName, noteFiles } from "./manifest.ts";
import { type Meter, noMeter } from "./meter.ts";
import { removeFolder } from "./place.ts";
import { limitsOf } from "./retention.ts";
import { Space } from "./space.ts";
import { sweep } from "./sweep.ts";

const linesEveryMs = 200;
const recordingsEveryMs = 2000;
const manifestsEveryMs = 5000;
const sweepEveryMs = 600_000;
const dayMs = 86_400_000;
/** Pieces of work on the disk at once: Node has four threads for it. */
const atOnce = 8;

export interface FoldersOptions {
  config: Pick<Config, "dataDir" | "artifactsDays" | "artifactsMb" | "sessionMb" | "uploadMb">;
  bus: LifecycleBus;
  /** To other processes: carries ids of people who are erased. */
  channel: Pick<Channel, "publish" | "listen">;
  /** Tells when other processes are back. */
  watch?: Cluster["watch"];
  formats?: Formats;
  meter?: Meter;
  onError(error: unknown): void;
  now(): number;
}

export class Folders implements Artifacts {
  readonly #options: FoldersOptions;
  readonly #formats: Formats;
  readonly #root: string;
  readonly #beat: Beat;
  readonly #catalog: Catalog;
  readonly #live = new Map<string, LiveFolder>();
  readonly #byName = new Map<string, LiveFolder>();
  /** Folders that are being made or ended. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #flushers: { lines: Flusher; recordings: Flusher; manifests: Flusher };
  readonly #common: LiveFolderOptions;
  readonly #erasing: Erasing;
  readonly #stops: (() => void)[] = [];
  #beating: Promise<void> | undefined;
  readonly #space: Space;
  #isClosing = false;
  #sweeping: Promise<void> | undefined;

  constructor(options: FoldersOptions) {
    const { config, onError, now, formats = known, meter = noMeter } = options;
    this.#options = options;
    this.#formats = formats;
    this.#root = join(config.dataDir, "sessions");
    this.#beat = new Beat(this.#root);
    this.#catalog = new Catalog(this.#root, (name) => this.#byName.get(name)?.manifest());
    const flusher = () => new Flusher(createTurns(atOnce), onError);
    this.#flushers = { lines: flusher(), recordings: flusher(), manifests: flusher() };
    this.#space = new Space(config.artifactsMb * mb);
    const turns = createTurns(atOnce);
    this.#common = {
      ...{ root: this.#root, writer: this.#beat.id, formats, onError, now },
      // without a beat its folders would look like those of a dead process
      turns: (work) => this.#beats().then(() => turns(work)),
      ...{ sessionBytes: config.sessionMb * mb, uploadBytes: config.uploadMb * mb },
      lines: { flusher: this.#flushers.lines, pendingBytes: 0, meter, now },
      recordings: this.#flushers.recordings,
      manifests: this.#flushers.manifests,
      space: this.#space,
    };
    this.#erasing = new Erasing({
      ...{ catalog: this.#catalog, live: () => this.#byName.values(), formats, onError, now },
      ...{ channel: options.channel, watch: options.watch, days: config.artifactsDays },
    });
    this.#listen(options);
  }

  /** Works by itself until it is closed: writes, recovers what others left and keeps to the limits. */
  begin(): void {
    const { lines, recordings, manifests } = this.#flushers;
    const { onError } = this.#options;
    this.#every(linesEveryMs, () => lines.tick());
    this.#every(recordingsEveryMs, () => recordings.tick());
    this.#every(manifestsEveryMs, () => manifests.tick());
    this.#every(beatEveryMs, () => this.#beat.touch().catch(onError));
    this.#every(sweepEveryMs, () => this.sweep());
    // before it, its own folders would look like those of a dead process
    void this.#beat
      .touch()
      .catch(this.#options.onError)
      .then(() => this.sweep());
  }

  folder(session: string): SessionFolder | undefined {
    return this.#live.get(session);
  }

  list(): Promise<FolderInfo[]> {
    return this.#catalog.list();
  }

  show(folder: string): Promise<FolderDetails> {
    return this.#catalog.show(folder);
  }

  pathOf(folder: string, file: string): Promise<string> {
    return this.#catalog.pathOf(folder, file);
  }

  async removeFile(folder: string, file: string): Promise<boolean> {
    const path = await this.#catalog.pathOf(folder, file);
    const kept = await this.#catalog.find(folder);
    const own = this.#byName.get(folder);
    if (own) return own.removeFile(file);
    if (kept.isLive || file === manifestName) return false;
    await rm(path, { force: true });
    await noteFiles(this.#root, kept);
    return true;
  }

  async remove(folder: string): Promise<boolean> {
    const { name, isLive } = await this.#catalog.find(folder);
    if (isLive) return false;
    await removeFolder(join(this.#root, name));
    return true;
  }

  erase(person: string): Promise<number> {
    return this.#erasing.erase(person);
  }

  async flush(): Promise<void> {
    const { lines, recordings, manifests } = this.#flushers;
    await Promise.all(this.#underWay);
    await Promise.all([lines.flush(), recordings.flush(), manifests.flush()]);
  }

  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    this.#isClosing = true;
    for (const { session } of this.#live.values()) this.#end(session, "closing");
    await this.flush();
    await this.#sweeping;
    await this.#beat.end().catch(this.#options.onError);
  }

  /** Recovers what dead processes left and removes what is kept no longer. Never throws. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep()
      .catch(this.#options.onError)
      .finally(() => {
        this.#sweeping = undefined;
      });
    return this.#sweeping;
  }

  #beats(): Promise<void> {
    this.#beating ??= this.#beat.touch().catch(this.#options.onError);
    return this.#beating;
  }

  #listen({ bus }: FoldersOptions): void {
    const folderOf = ({ id }: LiveSession) => this.#live.get(id);
    this.#stops.push(
      bus.on("session.created", ({ session }) => this.#begin(session)),
      bus.on("session.joined", ({ session, who }) => folderOf(session)?.joined(who)),
      bus.on("session.left", ({ session, who }) => folderOf(session)?.left(who)),
      bus.on("session.removed", ({ session, reason }) => this.#end(session, reason)),
      bus.on("session.moved", ({ session }) => this.#end(session, "moved")),
      bus.on("session.forked", ({ session, from }) => folderOf(session)?.isForkOf(from)),
      this.#erasing.listen(),
    );
  }

  #begin(session: LiveSession): void {
    this.#end(session, "replaced");
    const folder = new LiveFolder(session, this.#common);
    this.#live.set(session.id, folder);
    this.#byName.set(folder.name, folder);
    this.#watch(folder.begin());
  }

  #end({ id }: LiveSession, reason: string): void {
    const folder = this.#live.get(id);
    if (!folder) return;
    this.#live.delete(id);
    this.#watch(folder.end(reason).finally(() => this.#byName.delete(folder.name)));
  }

  #watch(work: Promise<unknown>): void {
    const watched = work.catch(this.#options.onError).then(() => void this.#underWay.delete(watched));
    this.#underWay.add(watched);
  }

  async #sweep(): Promise<void> {
    // for those who look at it from another process
    for (const folder of this.#live.values()) this.#flushers.manifests.add(folder);
    const { config, now, onError } = this.#options;
    const limits = limitsOf(config.artifactsDays, config.artifactsMb);
    const before = now() - config.artifactsDays * dayMs;
    for (const folder of this.#live.values()) await folder.removeOlder(before).catch(onError);
    const left = await sweep(this.#catalog, limits, {
      formats: this.#formats,
      now,
      onError,
      isStopped: () => this.#isClosing,
    });
    this.#space.measured(left);
    if (!this.#isClosing) await this.#erasing.again();
  }

  #every(ms: number, work: () => unknown): void {
    const timer = setInterval(work, ms).unref();
    this.#stops.push(() => clearInterval(timer));
  }
}
