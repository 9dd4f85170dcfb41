/**
 * One timer for all rooms of this process that take so many steps a second, where Colyseus has two or three for each room:
 * a step of every room in one go wakes the process once, and finds its code where the room before has left it.
 *
 * - Steps come at the rate that was asked for, however long they take. A process that stood still makes up for nothing.
 * - What takes long is parted: after `sliceMs` sockets are read before the other rooms have their step.
 * - A beat that is not through when the next is due has that left out, as timers of their own would.
 * - A step that throws keeps none of the others from theirs.
 */
import { apart } from "../services/context.ts";

/** What the ticker needs of a process; the tests' own. */
export interface Clock {
  /** In ms, of any beginning. */
  now(): number;
  /** Once, after `ms`. Gives what calls it off. */
  after(ms: number, work: () => void): () => void;
  /** After sockets were read. */
  soon(work: () => void): void;
}

/** Rooms go on for so long before anything else is looked after: of 20 steps a second, a tenth. */
const sliceMs = 5;
/** Steps between two looks at the clock: most are over sooner than that is read. */
const stepsPerLook = 4;

type Step = () => void;

export class Ticker {
  readonly #clock: Clock;
  /** By the ms between two beats. */
  readonly #beats = new Map<number, Beat>();

  constructor(clock: Clock = processClock) {
    this.#clock = clock;
  }

  /** Calls `step`, whose errors reach the process, every `ms` until what this gives is called. Those that began first have their step first. */
  every(ms: number, step: Step): () => void {
    const beat = this.#beats.get(ms) ?? new Beat(this.#clock, ms);
    this.#beats.set(ms, beat);
    // a function may be asked for twice
    const own = () => step();
    beat.add(own);
    return () => {
      if (beat.remove(own) === 0 && this.#beats.get(ms) === beat) this.#beats.delete(ms);
    };
  }
}

/** All that goes at one rate. */
class Beat {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #steps = new Set<Step>();
  /** Those of this beat that have not had their step. */
  #left: Iterator<Step> | undefined;
  #dueAt = 0;
  #callOff = () => {};

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  add(step: Step): void {
    this.#steps.add(step);
    if (this.#steps.size > 1) return;
    this.#dueAt = this.#clock.now();
    this.#wait();
  }

  /** Returns how many are left. */
  remove(step: Step): number {
    this.#steps.delete(step);
    if (this.#steps.size === 0) this.#callOff();
    return this.#steps.size;
  }

  #wait(): void {
    const now = this.#clock.now();
    const next = this.#dueAt + this.#ms;
    this.#dueAt = next > now ? next : now + this.#ms;
    this.#callOff = this.#clock.after(this.#dueAt - now, () => this.#begin());
  }

  #begin(): void {
    this.#wait();
    if (this.#left) return;
    this.#left = this.#steps.values();
    this.#goOn();
  }

  #goOn(): void {
    const left = this.#left!;
    const until = this.#clock.now() + sliceMs;
    let done = 0;
    let isThrough = false;
    try {
      for (let next = left.next(); !next.done; next = left.next()) {
        next.value();
        if (++done % stepsPerLook === 0 && this.#clock.now() >= until) return;
      }
      isThrough = true;
    } finally {
      if (isThrough) this.#left = undefined;
      else this.#clock.soon(() => this.#goOn());
    }
  }
}

/** Belongs to no room: whichever was the first would else be what all others' steps are said to be of. */
const processClock: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    const timer = apart(() => setTimeout(work, ms));
    return () => clearTimeout(timer);
  },
  soon: (work) => void setImmediate(work),
};

/** Of this process. */
export const ticker: Ticker = new Ticker();
