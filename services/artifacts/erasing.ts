/**
 * Takes people out of what is kept, here and in all other processes (ID5). Those who ask at once share one look through the
 * folders. Whoever was away is told again when it is back, and each sweep does what was missed: only of those who were
 * there before they were erased, so that who comes again is kept as anyone.
 */
import type { Channel, Cluster } from "../cluster/cluster.ts";
import { type Catalog, infoOf, type Kept } from "./catalog.ts";
import { AllTried, eraseInKept, mayBeIn } from "./erase.ts";
import { type Erasure, Erasures, parseErasures } from "./erasures.ts";
import type { Formats } from "./formats.ts";
import type { LiveFolder } from "./liveFolder.ts";
import type { Manifest } from "./manifest.ts";

/** Told again of so many. */
const mostTold = 1000;
/** One that comes later than this was missed when it was said. */
const lateMs = 60_000;
/** Remembered of so many looks for one person in one folder, so that not each sweep does them. */
const mostLooks = 100_000;

export interface ErasingOptions {
  catalog: Catalog;
  live(): Iterable<LiveFolder>;
  formats: Formats;
  /** To other processes. */
  channel: Pick<Channel, "publish" | "listen">;
  watch: Cluster["watch"] | undefined;
  days: number;
  onError(error: unknown): void;
  now(): number;
}

type Waiting = { one: Erasure; resolve(changed: number): void; reject(error: unknown): void };

export class Erasing {
  readonly #options: ErasingOptions;
  readonly #erasures: Erasures;
  /** Said by this process. */
  readonly #told = new Map<string, Erasure>();
  /** What was looked through for whom: where nothing tells that they are not there, it is not done again. */
  readonly #looks = new Set<string>();
  #waiting: Waiting[] = [];
  /** What was missed is to be done next. */
  #due: PromiseWithResolvers<void> | undefined;
  #isRunning = false;

  constructor(options: ErasingOptions) {
    this.#options = options;
    this.#erasures = new Erasures(options.catalog.root, options.days);
  }

  /** Begins to hear of others. Returns what ends it. */
  listen(): () => void {
    const { channel, watch, onError } = this.#options;
    const stop = channel.listen((text) => void this.#heard(text).catch(onError));
    const stopWatching = watch?.(({ type }) => {
      if (type !== "up" && type !== "joined") return;
      // in one message: each that comes is a look through all folders
      if (this.#told.size > 0) this.#tell([...this.#told.values()]).catch(onError);
    });
    return () => {
      stop();
      stopWatching?.();
    };
  }

  /** Returns how many files changed here. */
  async erase(person: string): Promise<number> {
    const one = { person, at: this.#options.now() };
    this.#told.delete(person);
    this.#told.set(person, one);
    if (this.#told.size > mostTold) this.#told.delete(this.#told.keys().next().value!);
    const all = new AllTried();
    await all.try(() => this.#erasures.note(one));
    const [changed] = await Promise.all([all.try(() => this.#here(one)), all.try(() => this.#tell([one]))]);
    all.end();
    return changed ?? 0;
  }

  /** Does what was missed, in turn with the rest: those who ask before it begins share it. Throws what went wrong first, after the rest. */
  again(): Promise<void> {
    this.#due ??= Promise.withResolvers();
    const { promise } = this.#due;
    if (!this.#isRunning) void this.#run();
    return promise;
  }

  async #again(): Promise<void> {
    const { catalog, live, formats, now } = this.#options;
    const erasures = [...(await this.#erasures.all(now())).values()];
    if (erasures.length === 0) return;
    const all = new AllTried();
    for (const folder of [...live()]) {
      const missed = this.#missed({ name: folder.name, manifest: folder.manifest(), isLive: true }, erasures);
      for (const one of missed) await all.try(() => this.#eraseLive(folder, one));
    }
    for (const kept of await catalog.all()) {
      if (kept.isLive) continue;
      const missed = this.#missed(kept, erasures);
      const before = all.failures;
      const persons = missed.map(({ person }) => person);
      for await (const _ of eraseEach(catalog.root, kept, persons, formats, all));
      if (all.failures === before) for (const one of missed) this.#looked(kept.name, one);
    }
    all.end();
  }

  /** Who may be in a folder from before they were erased. */
  #missed(kept: Kept, erasures: readonly Erasure[]): Erasure[] {
    const { created } = infoOf(kept);
    return erasures.filter(
      (one) => created < one.at && isFromBefore(kept.manifest, one, this.#looks.has(lookOf(kept.name, one))),
    );
  }

  /** Returns how many files changed. */
  async #eraseLive(folder: LiveFolder, one: Erasure): Promise<number> {
    const changed = await folder.erase(one.person);
    this.#looked(folder.name, one);
    return changed;
  }

  #looked(folder: string, one: Erasure): void {
    if (this.#looks.size >= mostLooks) this.#looks.clear();
    this.#looks.add(lookOf(folder, one));
  }

  #tell(erasures: readonly Erasure[]): Promise<void> {
    return this.#options.channel.publish(JSON.stringify(erasures));
  }

  async #heard(text: string): Promise<void> {
    const now = this.#options.now();
    const erasures = parseErasures(text);
    if (erasures.length === 0) return;
    await this.#erasures.noteUnknown(erasures, now);
    const [one] = erasures;
    await (one && erasures.length === 1 && now - one.at <= lateMs ? this.#here(one) : this.again());
  }

  #here(one: Erasure): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ one, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0 || this.#due) {
      const due = this.#due;
      this.#due = undefined;
      if (due) await this.#again().then(due.resolve, due.reject);
      const waiting = this.#waiting.splice(0);
      if (waiting.length === 0) continue;
      const all = new AllTried();
      const erasures = new Map(waiting.map(({ one }) => [one.person, one]));
      const changed = await this.#scan([...erasures.values()], all);
      try {
        all.end();
        for (const { one, resolve } of waiting) resolve(changed.get(one.person) ?? 0);
      } catch (error) {
        for (const { reject } of waiting) reject(error);
      }
    }
    this.#isRunning = false;
  }

  async #scan(erasures: readonly Erasure[], all: AllTried): Promise<Map<string, number>> {
    const { catalog, live, formats } = this.#options;
    const persons = erasures.map(({ person }) => person);
    const changed = new Map<string, number>();
    const count = (person: string, by: number) => changed.set(person, (changed.get(person) ?? 0) + by);
    for (const folder of [...live()]) {
      for (const one of erasures) count(one.person, (await all.try(() => this.#eraseLive(folder, one))) ?? 0);
    }
    for (const kept of (await all.try(() => catalog.all())) ?? []) {
      // other processes do so for what lives there
      if (kept.isLive) continue;
      for await (const { person, by } of eraseEach(catalog.root, kept, persons, formats, all)) count(person, by);
    }
    return changed;
  }
}

const lookOf = (folder: string, { person, at }: Erasure) => `${folder} ${person} ${at}`;

/** Whoever is known to have come since is not: they are kept as anyone. */
function isFromBefore(manifest: Manifest | undefined, { person, at }: Erasure, isLooked: boolean): boolean {
  const known = manifest?.participants.find((participant) => participant.person === person);
  if (known) return known.first < at;
  return (
    !isLooked && mayBeIn(manifest && { ...manifest, files: manifest.files.filter((file) => file.at < at) }, person)
  );
}

/** One after the other, as each changes what the folder says of itself. */
async function* eraseEach(root: string, kept: Kept, persons: readonly string[], formats: Formats, all: AllTried) {
  let { manifest } = kept;
  for (const person of persons) {
    const erased = await all.try(() => eraseInKept(root, { ...kept, manifest }, person, formats, all));
    manifest = erased?.manifest ?? manifest;
    yield { person, by: erased?.changed ?? 0 };
  }
}
