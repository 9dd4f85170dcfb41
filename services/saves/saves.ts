/**
 * The contract of what a world keeps over its end: each person's last pose in it, and its props. Writes are gathered and
 * written together; reads see what was not written yet. Both stores (SQLite, Redis) pass `contract.suite.ts`.
 */
import type { Pose } from "../../schema/geometry.ts";

/** `saved`: it outlives the world. Others live as long as the world does. */
export type KeptProp = { key: string; value: string; owner: string; saved: boolean };

export interface WorldSaves {
  /**
   * What is kept of a world, which is this process's to write from now on: writes under a lower `fence` are refused, and
   * dropped. `onForgotten` is called when the store has lost everything: all props are to be saved again. Rejects with
   * UNAVAILABLE, and with MOVED where a higher fence was here before.
   */
  open(slug: string, options?: { fence?: number; onForgotten?: () => void }): Promise<WorldSave>;
  /** Forgets where a person was, everywhere (ID5), and keeps no pose of theirs again until they next come to a world. */
  erase(person: string): Promise<void>;
  /** Writes what is held. Rejects where that fails; it is held on. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What is kept of one world that is open. */
export interface WorldSave {
  /**
   * Whether another process goes on with the world if this one dies: then the props that are not `saved` are kept too
   * while it lives, and poses are to be saved every second.
   */
  readonly keepsAll: boolean;
  /** As they were when the world was opened. */
  readonly props: readonly KeptProp[];
  /** Finds out where someone was, for `pose`. Rejects with UNAVAILABLE. */
  prepare(person: string): Promise<void>;
  /** Where someone was. */
  pose(person: string): Pose | undefined;
  savePose(person: string, pose: Readonly<Pose>): void;
  saveProp(prop: KeptProp): void;
  dropProp(key: string): void;
  /** The world ends here. `movesOn`: it goes on elsewhere, and what lives as long as the world is left to it. */
  end(options?: { movesOn?: boolean }): void;
}
