/**
 * The lines of one session in one of its files, `logs/<name>.jsonl`: on the disk a moment later, whole. Of more than fits,
 * in memory or in the file, some are left out, and a line says how many; an older half is kept beside the newest.
 */
import { Appender } from "./appender.ts";
import { createQueue } from "./disk.ts";
import type { Flusher } from "./flusher.ts";
import type { Meter } from "./meter.ts";
import type { Place } from "./place.ts";

/** Bytes that wait for the disk: of one file, and of all of the process. A small file has no more waiting than it can hold. */
const mostPending = 1 << 22;
const leastPending = 1 << 18;
const mostPendingOfAll = 1 << 24;
/** So many are not left to wait for the next round. */
const muchPending = 1 << 17;
const mostOfLine = 1 << 15;

/** What the files of a process share. */
export interface Shared {
  flusher: Flusher;
  /** Of lines that wait for the disk. */
  pendingBytes: number;
  meter: Meter;
  now(): number;
}

export class Lines {
  readonly #name: string;
  readonly #appender: Appender;
  readonly #shared: Shared;
  readonly #mostBytes: number;
  readonly #queue = createQueue();
  #pendingBytes = 0;
  #pendingLines = 0;
  #leftOut = 0;
  #olderBytes = 0;

  /** `mostBytes`: of its two files together. */
  constructor(place: Place, name: string, mostBytes: number, shared: Shared) {
    this.#name = name;
    this.#appender = new Appender(place, "logs", `${name}.jsonl`);
    this.#shared = shared;
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#olderBytes + this.#appender.bytes;
  }

  add(line: string): void {
    const chunk = Buffer.from(`${line.replaceAll("\n", " ")}\n`);
    const pending = this.#pendingBytes + chunk.length;
    const most = Math.min(mostPending, Math.max(leastPending, this.#mostBytes / 2));
    const isTooMuch = pending > most || this.#shared.pendingBytes + chunk.length > mostPendingOfAll;
    if (isTooMuch || chunk.length > Math.min(mostOfLine, this.#mostBytes / 2)) this.#leaveOut(1);
    else {
      this.#push(chunk);
      this.#pendingLines++;
    }
    this.#shared.flusher.add(this);
    if (this.#pendingBytes > muchPending) this.#shared.flusher.tick();
  }

  /** Throws what the disk throws; what it did not take is counted. */
  flush(): Promise<void> {
    return this.#queue(async () => {
      await this.#flush();
      if (this.#appender.bytes > this.#mostBytes / 2) await this.#rotate();
    });
  }

  /** Takes out the lines that have `text` in them. False where there are none. */
  async erase(text: string): Promise<boolean> {
    await this.flush();
    return this.#appender.rewrite((bytes) => withoutLines(bytes, text));
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#appender.end();
  }

  /** What waits is not written. */
  drop(): Promise<void> {
    this.#appender.clear();
    this.#shared.pendingBytes -= this.#pendingBytes;
    this.#pendingLines = this.#pendingBytes = this.#leftOut = 0;
    return this.#queue(async () => {});
  }

  #leaveOut(lines: number): void {
    this.#leftOut += lines;
    this.#shared.meter.dropped("lines", lines);
  }

  #push(chunk: Buffer): void {
    this.#appender.push(chunk);
    this.#pendingBytes += chunk.length;
    this.#shared.pendingBytes += chunk.length;
  }

  async #flush(): Promise<void> {
    const leftOut = this.#leftOut;
    if (leftOut > 0) this.#push(Buffer.from(`${this.#notice(leftOut)}\n`));
    const [lines, bytes] = [this.#pendingLines, this.#pendingBytes];
    this.#pendingLines = this.#pendingBytes = this.#leftOut = 0;
    try {
      await this.#appender.flush();
      this.#shared.meter.kept("lines", bytes);
    } catch (error) {
      this.#leftOut += leftOut;
      this.#leaveOut(lines);
      throw error;
    } finally {
      this.#shared.pendingBytes -= bytes;
    }
  }

  async #rotate(): Promise<void> {
    const { bytes } = this.#appender;
    await this.#appender.end(`${this.#name}.old.jsonl`);
    this.#olderBytes = bytes;
  }

  #notice(count: number): string {
    const msg = "lines were left out: too many at once, or the disk took none";
    return JSON.stringify({ level: 40, time: Math.round(this.#shared.now()), count, msg });
  }
}

/** Without those that have `text` in them; undefined where there are none. */
export function withoutLines(bytes: Buffer, text: string): Buffer | undefined {
  if (!bytes.includes(text)) return undefined;
  const lines = bytes.toString("utf8").split("\n");
  return Buffer.from(lines.filter((line) => !line.includes(text)).join("\n"));
}
