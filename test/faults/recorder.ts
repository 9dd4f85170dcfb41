/** Keeps what the drivers of one thread see and do, for the checks: see history.ts. */
import { now } from "../../loadtest/lib/clock.ts";
import type { Left } from "./exact.ts";
import { type Heard, type Said, type Shown, Stretches } from "./history.ts";

/** Tabs move five times a second, so that frames come at least four times a second where a room lives: a longer pause is one. */
const pauseMs = 500;

export type Line = { -readonly [K in keyof Said]: Said[K] };

export class Recorder {
  readonly said: Line[] = [];
  readonly shown: Shown[] = [];
  readonly heard: Heard[] = [];
  readonly left: Left[] = [];
  /** What happened, for the timeline. */
  readonly notes: { at: number; what: string }[] = [];
  readonly #hearings = new Stretches<{ key: string; room: string }>(pauseMs);
  readonly #played = new Stretches<{ person: string; world: string }>(pauseMs);
  readonly #heardAt = new Map<string, number>();

  note(what: string): void {
    this.notes.push({ at: now(), what });
  }

  /** A client heard something of a room's state. */
  hear(key: string, room: string): void {
    const at = now();
    this.#hearings.note(`${key} ${room}`, { key, room }, at);
    this.#heardAt.set(room, at);
  }

  /** Whether what is known of a room is fresh. */
  isHeard(room: string): boolean {
    return now() - (this.#heardAt.get(room) ?? Number.NEGATIVE_INFINITY) < pauseMs;
  }

  /** A line that is being said: its outcome is put into what is returned. */
  begin(line: Line): Line {
    this.said.push(line);
    return line;
  }

  play(person: string, world: string): void {
    this.#played.note(`${person} ${world}`, { person, world }, now());
  }

  history() {
    const { said, shown, heard } = this;
    return { said, shown, heard, hearings: this.#hearings.all(), played: this.#played.all() };
  }
}
