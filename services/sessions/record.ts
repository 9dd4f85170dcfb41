/** What is kept of a session outside of its process, so that another one can go on with it. */
import type { SessionType } from "../../schema/audio.ts";
import type { SavedStream } from "../audio/stream/stream.ts";
import type { AudioSession } from "./session.ts";

export type SessionRecord = {
  readonly id: string;
  readonly name: string;
  readonly type: SessionType;
  readonly maker?: string | undefined;
  readonly countsFor?: string | undefined;
  readonly created: number;
  /** Ids of the session that it follows, and of those that follow it. */
  readonly following?: string | undefined;
  readonly followers: readonly string[];
  /** A follower has none of its own. */
  readonly stream?: SavedStream | undefined;
  /** That of its home: a process that has lost it overwrites nothing. */
  readonly fence: number;
};

/** Throws UNAVAILABLE within a second. */
export interface SessionStore {
  /** Does nothing where there is a record with a higher fence. */
  save(record: SessionRecord): Promise<void>;
  drop(id: string): Promise<void>;
  load(id: string): Promise<SessionRecord | undefined>;
  /** The id of the session of a name, by its key (ids.ts). */
  named(key: string): Promise<string | undefined>;
  /** All ids. */
  all(): Promise<string[]>;
}

export function recordOf(session: AudioSession, fence: number): SessionRecord {
  const { id, name, type, maker, countsFor, created, following, followers, stream } = session;
  return {
    ...{ id, name, type, maker, countsFor, created, fence },
    following: following?.id,
    followers: [...followers].map((follower) => follower.id),
    stream: following ? undefined : stream.save(),
  };
}
