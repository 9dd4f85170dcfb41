/** What was seen while things went wrong: all that the checks know. Times are ms of one clock for all threads. */

/** A room's key: `world:meadow`, `chat:system`. */
export type Key = string;

/** From `from` to `to` clients heard this room, without a pause. */
export type Hearing = { readonly key: Key; readonly room: string; readonly from: number; readonly to: number };

/** A line that somebody said. One that was stored has a `seq`. */
export type Said = {
  readonly chat: string;
  /** A page of a tab: what it says is stored in the order in which it was said. */
  readonly page: string;
  readonly text: string;
  readonly at: number;
  readonly ackedAt?: number;
  readonly seq?: number;
  readonly error?: string;
};

/** A line that a page showed. */
export type Shown = {
  readonly chat: string;
  readonly page: string;
  readonly seq: number;
  readonly text: string;
  readonly at: number;
};

/** From `from` to `to` others saw this person here in a world. */
export type Played = { readonly person: string; readonly world: string; readonly from: number; readonly to: number };

/** What a listener was told or asked for: `id` is a session's, `turn` grows when it begins anew. */
export type Heard = {
  readonly listener: string;
  readonly turn: number;
  readonly of: "sound" | "events";
  readonly id: string;
  readonly at: number;
};

/** Redis forgot everything. */
export type Wipe = { readonly from: number; readonly to: number };

export type History = {
  readonly hearings: readonly Hearing[];
  readonly said: readonly Said[];
  readonly shown: readonly Shown[];
  /** Of people with one tab. */
  readonly played: readonly Played[];
  readonly heard: readonly Heard[];
  readonly wipes: readonly Wipe[];
  /** What each chat keeps at the end, oldest first. */
  readonly logs: Readonly<Record<string, readonly { readonly seq: number; readonly text: string }[]>>;
};

export type Violation = { readonly rule: string; readonly at: number; readonly text: string };

/** Joins moments that follow each other closely to stretches of time. */
export class Stretches<T extends object> {
  readonly #gapMs: number;
  readonly #open = new Map<string, T & { from: number; to: number }>();
  readonly #all: (T & { from: number; to: number })[] = [];

  constructor(gapMs: number) {
    this.#gapMs = gapMs;
  }

  note(id: string, about: T, at: number): void {
    const open = this.#open.get(id);
    if (open && at <= open.to + this.#gapMs) {
      open.to = at;
      return;
    }
    const next = { ...about, from: at, to: at };
    this.#open.set(id, next);
    this.#all.push(next);
  }

  /** Copies: what is noted later does not change them. */
  all(): (T & { from: number; to: number })[] {
    return this.#all.map((stretch) => ({ ...stretch }));
  }
}
