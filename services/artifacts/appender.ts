/**
 * A file that grows, under its name with `.part` until it is whole. What is given waits in memory until it is flushed, all
 * of it at once; what the disk did not take as a whole is cut off before anything comes after it. No file stays open.
 *
 * Another process may have taken this one for dead and made the file whole, under its name: that stays, and what comes then
 * is another file.
 */
import { constants } from "node:fs";
import { appendFile, readFile, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { createQueue, freePath, isMissing, replaceFile, unlessMissing } from "./disk.ts";
import { type Subfolder, unfinished } from "./names.ts";
import type { Place } from "./place.ts";

/** What is to be in a file's place; undefined to leave it as it is. */
export type Change = (bytes: Buffer<ArrayBuffer>) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** Never makes a file anew. */
const existing = constants.O_WRONLY | constants.O_APPEND;

export interface AppenderOptions {
  /** What comes later can be read only behind what came before: where that has gone, nothing more is taken. */
  isOneWhole?: boolean;
}

export class Appender {
  readonly #place: Place;
  readonly #subfolder: Subfolder;
  readonly #final: string;
  readonly #part: string;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Of what is on the disk. */
  #bytes = 0;
  #isTorn = false;
  readonly #isOneWhole: boolean;
  readonly #queue = createQueue();

  constructor(place: Place, subfolder: Subfolder, file: string, { isOneWhole = false }: AppenderOptions = {}) {
    this.#isOneWhole = isOneWhole;
    this.#place = place;
    this.#subfolder = subfolder;
    this.#final = join(place.dir, subfolder, file);
    this.#part = this.#final + unfinished;
  }

  get bytes(): number {
    return this.#bytes + this.#pendingBytes;
  }

  push(chunk: Uint8Array): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
  }

  /** Forgets what is not on the disk. */
  clear(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** Throws what the disk throws: then what was pending is lost. */
  flush(): Promise<void> {
    return this.#queue(() => this.#flush());
  }

  /** Puts what `change` makes of the file in its place. False where that is nothing, or the file went with its folder. */
  rewrite(change: Change): Promise<boolean> {
    return this.#queue(async () => {
      await this.#flush();
      if (this.#bytes === 0) return false;
      await this.#mend();
      const before = await unlessMissing(readFile(this.#part));
      const changed = before && (await change(before));
      if (!changed) return false;
      await replaceFile(this.#part, changed);
      this.#bytes = changed.length;
      return true;
    });
  }

  /** It is whole, under its own name or in place of `name`; what comes then begins anew. One without a byte is removed. */
  end(name?: string): Promise<void> {
    const pathOf = async () => (name ? join(this.#place.dir, this.#subfolder, name) : freePath(this.#final));
    return this.#queue(async () => {
      try {
        await this.#flush();
      } finally {
        // what came before is whole
        if (this.#isTorn) await this.#mend();
        if (this.#bytes > 0) await unlessMissing(rename(this.#part, await pathOf()));
        else await rm(this.#part, { force: true });
        this.#bytes = 0;
      }
    });
  }

  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const chunk = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
    this.clear();
    await this.#place.makeSubfolder(this.#subfolder);
    if (this.#isTorn) await this.#mend();
    try {
      const flag = this.#bytes > 0 ? existing : "a";
      await appendFile(this.#part, chunk, { flag }).catch(async (error) => {
        if (!isMissing(error) || (this.#isOneWhole && this.#bytes > 0)) throw error;
        await this.#place.makeSubfolder(this.#subfolder, true);
        this.#bytes = 0;
        await appendFile(this.#part, chunk);
      });
      this.#bytes += chunk.length;
    } catch (error) {
      this.#isTorn = true;
      throw error;
    }
  }

  /** Cuts off what came only in part. */
  async #mend(): Promise<void> {
    try {
      const { size } = await stat(this.#part);
      if (size > this.#bytes) await truncate(this.#part, this.#bytes);
      this.#bytes = Math.min(size, this.#bytes);
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#bytes = 0;
    }
    this.#isTorn = false;
  }
}
