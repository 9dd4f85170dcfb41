/**
 * The contract of a chat log: what was said in an instance, in one order without gaps, kept durably.
 *
 * An answer means that it is stored: it survives a kill -9 and, on SQLite, a loss of power. Repeating an append with the
 * same client id, by the same author in the same instance, stores nothing and answers the same. Sequence numbers begin at
 * 1 in each instance and have no gaps. Both stores (SQLite, Redis) pass `contract.suite.ts`.
 */

/** Who said it, as the server knew them when they did. */
export interface Author {
  /** Public id of the person. */
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly kind: "human" | "ai" | "persona";
  readonly guest: boolean;
  /** Set where a service spoke for someone who is not here. */
  readonly via?: string;
}

export interface Line {
  readonly seq: number;
  /** Unique on this server: the instance and the sequence number, `system:17`. */
  readonly id: string;
  readonly author: Author;
  /** As others may read it. Empty where it is gone. */
  readonly text: string;
  readonly font: string;
  /** Server time in ms since the epoch; never before that of an earlier line of the instance. */
  readonly at: number;
  /** How many times in a row it was said: 1, 2, 3. */
  readonly count: number;
  /** Server time of the last edit, or 0. */
  readonly editedAt: number;
  /** `shown`; `gone`: deleted or erased; `shadow`: only its author may read it. */
  readonly state: "shown" | "gone" | "shadow";
  /** People who gave it a heart. */
  readonly hearts: readonly string[];
}

export interface NewLine {
  readonly author: Author;
  readonly text: string;
  readonly font: string;
  /** Chosen by the client, 1 to 64 characters: what makes a repeat harmless. */
  readonly clientId: string;
  readonly isShadow: boolean;
  /** What was said, where a filter changed it: for the moderation log only. */
  readonly original?: string;
}

/**
 * `isRepeat`: it was stored before. `isCounted`: it made the line before it count one more. `lostBefore`: lines before this
 * number are gone that the log once had; 0: none.
 */
export interface Appended {
  readonly line: Line;
  readonly isRepeat: boolean;
  readonly isCounted: boolean;
  readonly lostBefore: number;
}

export interface ModerationEntry {
  readonly instance: string;
  readonly at: number;
  /** Id of the moderator, or "filter". */
  readonly by: string;
  readonly action: "filter" | "edit" | "delete" | "mute" | "shadow" | "unmute" | "ban" | "unban" | "slow" | "erase";
  /** Id of the person it was done to, or empty. */
  readonly person: string;
  readonly reason: string;
  /** What it was done to: the original text, a duration; of slow mode its seconds. */
  readonly detail: string;
}

/** What holds for a person in an instance until `until` (ms since the epoch; infinity: for good). */
export interface Restriction {
  readonly person: string;
  readonly kind: "mute" | "shadow" | "ban";
  readonly until: number;
  readonly reason: string;
}

export type InstanceRestriction = Restriction & { readonly instance: string };

/** What whoever speaks for an instance knows of it. */
export interface Owning {
  /** The highest sequence number that anyone saw: new lines come after it, whatever the log has. */
  readonly floor?: number;
  /** Under which the instance is this process's. */
  readonly fence?: number;
}

export interface ChatLog {
  /**
   * From now on appends under a lower fence are refused; where there is one process only, nothing is. Answers `lostBefore`
   * as an append does. Rejects with MOVED where a higher fence has begun.
   */
  begin(instance: string, fence: number): Promise<number>;
  /**
   * Stores a line after all that were appended before it. The same author saying the same text again straight away
   * (nobody else's line between, both shown or both shadows) makes that line's count one more and takes no sequence
   * number; its `at` stays. A repeat is answered with the line as it is by now. What is rejected may have been stored all the same, if
   * the worker or the connection died on the way: repeat it, and expect `isRepeat` for a line that nobody saw yet.
   * Rejects with MOVED where a higher fence has begun, with UNAVAILABLE where the store does not answer,
   * with STORAGE_FAILED where its disk is full or broken.
   */
  append(instance: string, line: NewLine, owning?: Owning): Promise<Appended>;
  /** The newest `limit` lines before `before` (all, if left out), oldest first. */
  read(instance: string, options: { limit: number; before?: number }): Promise<Line[]>;
  line(instance: string, seq: number): Promise<Line | undefined>;
  /** Newest sequence number; 0 if nothing was ever said. */
  last(instance: string): Promise<number>;
  /**
   * Changes the text of a line; the moderation log keeps the one before. `by` is who did it, if it was not its author.
   * Undefined if it is not there or gone.
   */
  edit(instance: string, seq: number, text: string, original?: string, by?: string): Promise<Line | undefined>;
  /** The text is gone for everyone but the moderation log. Undefined if it is not there or gone already. */
  delete(instance: string, seq: number, by: string, reason: string): Promise<Line | undefined>;
  /** Gives or takes back a heart. Undefined if the line is not there or gone. */
  heart(instance: string, seq: number, person: string, on: boolean): Promise<Line | undefined>;
  restrict(instance: string, restriction: Restriction, by: string): Promise<void>;
  lift(instance: string, person: string, kind: Restriction["kind"], by: string, reason: string): Promise<void>;
  /** Those that hold at `now`. */
  restrictions(instance: string, now: number): Promise<Restriction[]>;
  /** Those that hold at `now` in any instance, by its name: the first `limit`. */
  allRestrictions(now: number, limit: number): Promise<InstanceRestriction[]>;
  note(entry: ModerationEntry): Promise<void>;
  /** Seconds of slow mode, as the newest note of it says; 0 if there is none. */
  slow(instance: string): Promise<number>;
  /** The moderation log of an instance, newest first. */
  notes(instance: string, limit: number): Promise<ModerationEntry[]>;
  /**
   * Takes out all that a person said (lines become `gone`, without text, name or handle; the moderation log keeps what
   * was done, without their words) and their hearts. Returns the lines touched, by instance and number.
   */
  erase(person: string, by: string): Promise<{ instance: string; seq: number }[]>;
  /** Waits until all that was begun is stored. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
