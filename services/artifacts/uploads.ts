/**
 * The files that people send to one session: each is on the disk, and noted with whose it is, before it has its own name.
 * One that is refused, too large or broken off leaves nothing.
 */
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StoredKind } from "../../schema/artifacts.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import type { StoredFile, Upload } from "./artifacts.ts";
import type { Budget } from "./budget.ts";
import { type Content, ContentCheck, json, keptTypes, pictureTypes, text } from "./content.ts";
import { blocksOf, isMissing } from "./disk.ts";
import type { SentFile } from "./manifest.ts";
import type { Meter } from "./meter.ts";
import { storedName, unfinished } from "./names.ts";
import type { Place } from "./place.ts";

/** A text up to so long is looked at whole: others are not called JSON. */
const mostJsonBytes = 1 << 20;
/** In session.json. */
const mostFiles = 2000;
const mostFilesEach = 200;

export interface UploadsOptions {
  place: Place;
  mostBytes: number;
  /** Of all of them, in blocks on the disk. */
  budget: Budget;
  meter: Meter;
  now(): number;
}

type Draft = { path: string; file: FileHandle };

export class Uploads {
  /** As session.json has them. */
  sent: SentFile[] = [];
  readonly #options: UploadsOptions;
  readonly #underWay = new Set<string>();
  #isEnded = false;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** As SessionFolder's. */
  async store({ kind, name, body, person }: Upload): Promise<StoredFile> {
    const { place, budget, meter, now } = this.#options;
    this.#checkOpen();
    this.#checkCount(person);
    const draft = join(place.dir, kind, storedName(name, kind, "new") + unfinished);
    const taken = { bytes: 0 };
    this.#underWay.add(draft);
    try {
      const content = await this.#write(await this.#open(draft, kind), { kind, body }, taken);
      this.#checkOpen();
      const file = storedName(name, kind.replace(/s$/, ""), content.ending);
      const path = `${kind}/${file}`;
      const sent = { path, type: content.type, bytes: taken.bytes, person, at: Math.round(now()) };
      this.sent.push(sent);
      try {
        await place.save();
        await rename(draft, join(place.dir, path));
      } catch (error) {
        this.sent = this.sent.filter((other) => other !== sent);
        throw error;
      }
      meter.kept("files", taken.bytes);
      return { path, type: content.type, bytes: taken.bytes };
    } catch (error) {
      budget.giveBack(blocksOf(taken.bytes));
      await rm(draft, { force: true }).catch(() => {});
      throw isFull(error) ? new HereaboutsError("QUOTA_FULL", "The disk is full.", { cause: error }) : error;
    } finally {
      this.#underWay.delete(draft);
    }
  }

  /** What is under way is refused: whoever waits for a slow sender would wait for long. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await Promise.all([...this.#underWay].map((draft) => rm(draft, { force: true })));
  }

  /** Those are gone. */
  forget(paths: ReadonlySet<string>): void {
    for (const { path, bytes } of this.sent) if (paths.has(path)) this.#options.budget.giveBack(blocksOf(bytes));
    this.sent = this.sent.filter(({ path }) => !paths.has(path));
  }

  /** Removes those that were sent before `before`. Returns whether there were any. */
  async removeOlder(before: number): Promise<boolean> {
    return this.#remove(this.sent.filter(({ at }) => at < before));
  }

  /** Whether there is one of that path. */
  async remove(path: string): Promise<boolean> {
    return this.#remove(this.sent.filter((file) => file.path === path));
  }

  async #remove(gone: readonly SentFile[]): Promise<boolean> {
    const paths = gone.map(({ path }) => path);
    await Promise.all(paths.map((path) => rm(join(this.#options.place.dir, path), { force: true })));
    this.forget(new Set(paths));
    return gone.length > 0;
  }

  #checkOpen(): void {
    if (this.#isEnded) throw new HereaboutsError("ARTIFACT_NOT_FOUND", "The session has ended.");
  }

  #checkCount(person: string): void {
    const own = this.sent.filter((file) => file.person === person);
    if (own.length >= mostFilesEach)
      throw new HereaboutsError("QUOTA_FULL", `${mostFilesEach} of its files are yours.`);
    if (this.sent.length >= mostFiles) throw new HereaboutsError("QUOTA_FULL", `It has ${mostFiles} files.`);
  }

  async #open(draft: string, kind: StoredKind): Promise<Draft> {
    const { place } = this.#options;
    await place.makeSubfolder(kind);
    const file = await open(draft, "wx").catch(async (error) => {
      if (!isMissing(error)) throw error;
      await place.makeSubfolder(kind, true);
      return open(draft, "wx");
    });
    return { path: draft, file };
  }

  async #write(
    { path, file }: Draft,
    { kind, body }: Pick<Upload, "kind" | "body">,
    taken: { bytes: number },
  ): Promise<Content> {
    const check = new ContentCheck();
    let content: Content | undefined;
    try {
      for await (const chunk of body) {
        this.#checkOpen();
        this.#take(chunk.length, taken);
        if (!check.take(chunk)) throw unkept(kind);
        await file.writeFile(chunk);
      }
      content = check.end();
      if (!content || (kind === "screenshots" && !content.type.startsWith("image/"))) throw unkept(kind);
      await file.sync();
    } finally {
      await file.close();
    }
    return content === text && (await isJson(path, taken.bytes)) ? json : content;
  }

  #take(bytes: number, taken: { bytes: number }): void {
    const { mostBytes, budget } = this.#options;
    if (taken.bytes + bytes > mostBytes) throw new HereaboutsError("TOO_LARGE", `At most ${mostBytes} bytes.`);
    if (!budget.take(blocksOf(taken.bytes + bytes) - blocksOf(taken.bytes))) throw new HereaboutsError("QUOTA_FULL");
    taken.bytes += bytes;
  }
}

const isFull = (error: unknown) => ["ENOSPC", "EDQUOT"].includes(String((error as NodeJS.ErrnoException).code));

const unkept = (kind: StoredKind) =>
  new HereaboutsError("UPLOAD_TYPE", `Kept are: ${kind === "screenshots" ? pictureTypes : keptTypes}.`);

async function isJson(path: string, bytes: number): Promise<boolean> {
  if (bytes > mostJsonBytes) return false;
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}
