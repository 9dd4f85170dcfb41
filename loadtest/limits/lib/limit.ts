/** One limit that is tried: what it does, and what it finds, each figure with the most that it may be. */
import type { Run } from "../../lib/scenario.ts";

export type Finding = {
  what: string;
  unit: string;
  digits?: number;
  /** Above it the test fails; so it does if the figure is not known then. */
  most?: number;
};

export type Tried = {
  /** By the names of `findings`. */
  figures: Readonly<Record<string, number>>;
  /** What must never be. */
  wrong: string[];
  /** Why the load generator was the limit, if it was. */
  limit?: string | undefined;
};

export interface Limit {
  readonly summary: string;
  readonly findings: Readonly<Record<string, Finding>>;
  /** `share` of what is to be tried in full: 1, or less for trying whether it works. */
  run(share: number, run: Run): Promise<Tried>;
}
