/**
 * Which frame of which track is heard at which frame of a session's stream. Arithmetic only: no clock, no sound. Entries
 * follow each other without a gap; what is fixed stays, what is planned may change until it is locked. However long
 * nobody looked, it catches up with a bounded number of choices.
 */
import type { Direction } from "../../../schema/directions.ts";
import { currentId, type Journey } from "../explorer/journey.ts";
import { type JoinOptions, joinOf, type Shape } from "./shape.ts";

/** Heard from frame `start` of the stream on, beginning with frame `from` of the track; fades in over `fadeFrames`. */
export type Entry = {
  readonly track: string;
  readonly from: number;
  readonly start: number;
  readonly fadeFrames: number;
  /** By a command, not because the track before it ended. */
  readonly isAsked: boolean;
  /** The exploration so far, this track included. */
  readonly journey: Journey;
  readonly shape: Shape;
};

export type TimelineOptions = {
  journey: Journey;
  /** To go on with instead of the journey's current track; tracks that are there. */
  entries?: readonly Omit<Entry, "shape">[];
  direction: Direction;
  fadeFrames: number;
  /** Undefined for a track that is not there. */
  shapeOf(track: string): Shape | undefined;
  /** One step further. */
  explore(journey: Journey, direction: Direction): Journey;
};

/** Tracks that are chosen one by one after a time unheard; after that whole rounds of them are skipped. */
const catchUp = 40;

/** The frame of the stream from which on its title holds. */
export const titleFrame = ({ start, fadeFrames }: Entry): number => start + Math.floor(fadeFrames / 2);

export class Timeline {
  readonly #options: TimelineOptions;
  #entries: Entry[];
  #planned: Journey;
  /** What is planned begins no earlier. */
  #plannedFrom = 0;
  #direction: Direction;

  constructor(options: TimelineOptions, start = 0) {
    this.#options = options;
    this.#direction = options.direction;
    this.#entries = options.entries?.map((entry) => ({ ...entry, shape: this.#shape(entry.track) })) ?? [
      this.#entry(options.journey, start, false),
    ];
    this.#planned = this.#explore(this.last.journey);
  }

  /** Oldest first, never empty. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get last(): Entry {
    return this.#entries.at(-1)!;
  }

  get direction(): Direction {
    return this.#direction;
  }

  /** What will follow the last entry if nothing changes. */
  get planned(): Entry {
    return this.#following(this.#planned, this.last, { notBefore: this.#plannedFrom });
  }

  /** The newest entry that has begun. */
  at(frame: number): Entry {
    return this.#entries.findLast(({ start }) => start <= frame) ?? this.#entries[0]!;
  }

  /** The entry whose title belongs to a frame. */
  titled(frame: number): Entry {
    return this.#entries.findLast((entry) => titleFrame(entry) <= frame) ?? this.#entries[0]!;
  }

  /** What comes after an entry: locked or planned. */
  after(entry: Entry): Entry {
    return this.#entries[this.#entries.indexOf(entry) + 1] ?? this.planned;
  }

  /** Brings it to what is on air when nobody hears it. */
  advance(frame: number): void {
    let first = this.last;
    for (let steps = 1; this.planned.start <= frame; steps++) {
      this.lock();
      if (steps % catchUp !== 0) continue;
      // as if the same round of tracks had been heard again and again meanwhile
      const round = this.last.start - first.start;
      const rounds = Math.max(0, Math.floor((frame - this.last.start) / round));
      first = { ...this.last, start: this.last.start + rounds * round };
      if (rounds > 0) this.#entries = [first];
    }
  }

  /** Fixes what is planned, no earlier than at `notBefore`. */
  lock(notBefore = 0): Entry {
    this.#plannedFrom = Math.max(this.#plannedFrom, notBefore);
    return this.#push(this.planned);
  }

  /** Along another direction from here on. What is chosen instead begins no earlier than at `notBefore`. */
  turn(direction: Direction, notBefore: number): void {
    this.#direction = direction;
    this.#planned = this.#explore(this.last.journey);
    this.#plannedFrom = notBefore;
  }

  /** Another track instead of the one that comes next, if it can still be changed: `journey`, or what else there is. */
  replan(notBefore: number, journey?: Journey): void {
    const dropped = this.#drop(notBefore);
    const avoided = dropped?.journey ?? this.#planned;
    this.#planned = journey ?? this.#explore(avoiding(this.last.journey, avoided));
    this.#plannedFrom = notBefore;
    if (dropped?.isAsked) this.#push(this.#following(this.#planned, this.last, { notBefore, isAsked: true }));
  }

  /** What can still be changed is given up for what comes next, as soon as frames from `notBefore` on allow. */
  next(notBefore: number): Entry {
    const dropped = this.#drop(notBefore);
    if (dropped?.isAsked) this.#planned = this.#explore(avoiding(this.last.journey, dropped.journey));
    else if (dropped) this.#planned = dropped.journey;
    return this.#push(this.#following(this.#planned, this.last, { notBefore, isAsked: true }));
  }

  /** The same with another journey's current track, or not before `later`; `from` gets the journey up to there. */
  go(notBefore: number, from: (journey: Journey) => Journey, later = notBefore): Entry {
    this.#drop(notBefore);
    return this.#push(this.#following(from(this.last.journey), this.last, { notBefore: later, isAsked: true }));
  }

  /** Something else from `frame` on, at once: for when nobody heard what was before. */
  restart(journey: Journey, frame: number): void {
    this.#entries = [];
    this.#push(this.#entry(journey, frame, false));
  }

  /** Forgets entries that ended before a frame. */
  forget(frame: number): void {
    while (this.#entries.length > 1 && this.#entries[1]!.start + this.#entries[1]!.fadeFrames < frame) {
      this.#entries.shift();
    }
  }

  #explore(journey: Journey): Journey {
    return this.#options.explore(journey, this.#direction);
  }

  #push(entry: Entry): Entry {
    this.#entries.push(entry);
    this.#planned = this.#explore(entry.journey);
    this.#plannedFrom = 0;
    return entry;
  }

  /** Takes back entries whose seam nobody has heard. Gives the first of them. */
  #drop(notBefore: number): Entry | undefined {
    let dropped: Entry | undefined;
    while (this.#entries.length > 1 && this.last.start >= notBefore) dropped = this.#entries.pop();
    return dropped;
  }

  #shape(track: string, otherwise?: Shape): Shape {
    const shape = this.#options.shapeOf(track) ?? otherwise;
    if (!shape) throw new Error(`the track ${track} is not there`);
    return shape;
  }

  #entry(journey: Journey, start: number, isAsked: boolean): Entry {
    const track = currentId(journey);
    const shape = this.#shape(track);
    return { track, from: shape.from, start, fadeFrames: 0, isAsked, journey, shape };
  }

  #following(
    journey: Journey,
    before: Entry,
    { notBefore, isAsked = false }: Pick<JoinOptions, "notBefore"> & Partial<Pick<JoinOptions, "isAsked">>,
  ): Entry {
    const inTrack = (frame: number) => before.from + frame - before.start;
    const track = currentId(journey);
    const [a, b] = [this.#shape(before.track, before.shape), this.#shape(track, before.shape)];
    const join = joinOf(a, b, {
      fadeFrames: this.#options.fadeFrames,
      fadedTo: before.from + before.fadeFrames,
      notBefore: inTrack(notBefore),
      isAsked,
    });
    const start = before.start + join.at - before.from;
    return { track, from: join.from, start, fadeFrames: join.frames, isAsked, journey, shape: b };
  }
}

/** A journey that has heard what another one would have: it is not chosen again soon. */
const avoiding = (journey: Journey, { heard }: Journey): Journey => ({ ...journey, heard });
