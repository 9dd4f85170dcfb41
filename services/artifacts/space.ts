/**
 * The bytes that what lives in this process may still take of all folders together: counted as they are taken, and measured
 * anew by each sweep. What ended keeps up to half of it whatever lives now, so that nobody can push out what was kept of
 * others; files that people send get half of it at most.
 */
import { Budget } from "./budget.ts";

/** In bytes. */
export interface Measured {
  readonly ended: number;
  /** Sent by people to sessions that have ended. */
  readonly endedUploads: number;
  readonly live: number;
}

export class Space {
  readonly all: Budget;
  /** A part of it. */
  readonly uploads: Budget;
  #ended = 0;
  #endedUploads = 0;
  /** Of other processes, and what of this one is not counted as it comes. */
  #elsewhere = 0;

  constructor(mostBytes: number) {
    this.all = new Budget(() => mostBytes - Math.min(this.#ended, mostBytes / 2) - this.#elsewhere);
    this.uploads = new Budget(() => mostBytes / 2 - this.#endedUploads, this.all);
  }

  measured({ ended, endedUploads, live }: Measured): void {
    this.#ended = ended;
    this.#endedUploads = endedUploads;
    this.#elsewhere = Math.max(0, live - this.all.used);
  }

  /** A session has ended whose folder has so many bytes. */
  endedWith(bytes: number, uploads: number): void {
    this.#ended += bytes;
    this.#endedUploads += uploads;
  }
}
