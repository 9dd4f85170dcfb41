/** What is counted of what is kept, for metrics. */

export type Metered = "lines" | "files" | "recordings";

export interface Meter {
  kept(what: Metered, bytes: number): void;
  /** Lines, or pieces of recordings, that were left out. */
  dropped(what: Metered, count: number): void;
}

export const noMeter: Meter = { kept() {}, dropped() {} };
