/**
 * What processes keep in common, as one of them sees it. Each operation is atomic. A *life* is one stay of a process among
 * the others: whoever was buried, or gave everything up, comes back with the next one, and what an earlier life had is
 * nobody's.
 *
 * A *run* is one run of Redis. After each start Redis may have forgotten anything: nothing new is claimed until those who
 * were known before have written down what they have (`enter`), or are known to be dead, or nobody has vouched for them for
 * `openMs`; and not in the first `quietMs`, as nobody need know all the others. Times at which nobody came do not count.
 */
import type { Home, Member } from "./cluster.ts";

export const openMs = 5000;
/** Without anybody for so long, Redis or everybody stood still. */
export const gapMs = 1500;
/** More than it takes to connect again and write. */
export const quietMs = 1000;

export interface Self {
  readonly member: Member;
  readonly life: number;
}

/** Another or this process, as it wrote itself down. */
export interface Row extends Self {
  /** When its last beat came, by Redis's clock. */
  readonly beat: number;
}

export interface View {
  /** By Redis's clock. */
  readonly now: number;
  readonly rows: readonly Row[];
  /** Those who were known before this run of Redis, and have not come back yet. */
  readonly missing: readonly string[];
  /** Those who went in order of late. */
  readonly left: readonly string[];
}

export interface Entered extends View {
  /** Whether Redis had forgotten everything. */
  readonly isEmpty: boolean;
  /** Keys that are not this process's any more. */
  readonly lost: readonly string[];
}

/** `closed`: not before all have come back. `out`: this process is not among the living. `none`: nobody has it. */
export type Claimed = Home | "closed" | "out" | "none";

/** Every operation rejects where there is no answer within a second, and is then done within that second or never. */
export interface Store {
  /** Still here. `new`: Redis has begun a new run; `buried`: this life is over. Then `enter`. */
  beat(self: Self): Promise<View | "new" | "buried">;
  /**
   * Begins or goes on: writes down who this is and all that it has, and removes what it has not. `known`: all others that
   * it knows of. Without `isSure` it stood still, and cannot put back what Redis has forgotten: another may have had it.
   */
  enter(self: Self, known: readonly string[], homes: readonly Home[], isSure: boolean): Promise<Entered>;
  /** Ends a life and all it had, unless it has beaten since `beat`. */
  bury(id: string, life: number, beat: number): Promise<boolean>;
  /** That a missing one lives. */
  vouch(id: string): Promise<void>;
  leave(self: Self): Promise<void>;
  /** Takes a key if nobody has it. */
  claim(self: Self, key: string, value: string): Promise<Claimed>;
  /** Who has it, this process left out. */
  find(self: Self, key: string): Promise<Claimed>;
  release(home: Home): Promise<void>;
}
