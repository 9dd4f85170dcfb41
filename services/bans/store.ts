/** Where restrictions are kept: the contract that SQLite and Redis fulfil (`contract.suite.ts`). */
import type { RoomKey } from "../presence/crowd.ts";

/** One room, or the whole server. */
export type Scope = RoomKey | "all";

/** What an operator laid on someone. One of a kind for each person and scope: a new one takes the place of the old. */
export interface Restriction {
  readonly kind: "ban" | "mute";
  readonly person: string;
  readonly scope: Scope;
  /** ms since the epoch; infinity for good. */
  readonly until: number;
  readonly reason: string;
  /** When it was laid on them, in ms since the epoch. */
  readonly at: number;
}

export type RestrictionId = Pick<Restriction, "kind" | "person" | "scope">;

/** All of it rejects with UNAVAILABLE where the store does not answer. */
export interface RestrictionStore {
  all(): Promise<Restriction[]>;
  put(...restrictions: readonly Restriction[]): Promise<void>;
  remove(id: RestrictionId): Promise<void>;
  /** Removes it as it was read, and says whether it was there; one that has taken its place meanwhile stays. */
  removeSame(restriction: Restriction): Promise<boolean>;
}

export function nameOf({ kind, person, scope }: RestrictionId): string {
  return `${kind} ${scope} ${person}`;
}
