/**
 * What all threads of a load test know of all movers: where each is, and when each of its last 400 steps was sent.
 * Shared memory; each mover is written by the one thread that walks it. A reader may see a step a moment before its
 * place: harmless, both are truths of the same instant give or take a microsecond.
 */
import { stepsPerRound, type Walk } from "./walk.ts";

export class Board {
  readonly people: number;
  readonly memory: SharedArrayBuffer;
  /** When a mover sent a step: index mover x 400 + step, in ms of now(). */
  readonly sentAt: Float64Array;
  /** The step a mover is at, -1 before its first. */
  readonly step: Int32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The step at which a mover had its last rest, -1 before the first, and when that ended: Infinity until then. */
  readonly restStep: Int32Array;
  readonly restedUntil: Float64Array;

  /** A board of its own, or the one that another thread made, by its memory. */
  constructor(people: number, shared?: SharedArrayBuffer) {
    const memory = shared ?? new SharedArrayBuffer(people * (stepsPerRound * 8 + 24));
    this.people = people;
    this.memory = memory;
    const rounds = people * stepsPerRound * 8;
    this.sentAt = new Float64Array(memory, 0, people * stepsPerRound);
    this.restedUntil = new Float64Array(memory, rounds, people);
    this.step = new Int32Array(memory, rounds + people * 8, people);
    this.x = new Float32Array(memory, rounds + people * 12, people);
    this.y = new Float32Array(memory, rounds + people * 16, people);
    this.restStep = new Int32Array(memory, rounds + people * 20, people);
    if (shared) return;
    this.step.fill(-1);
    this.restStep.fill(-1);
  }

  /** A mover takes its next step at the time `at`. */
  advance(mover: number, walk: Walk, at: number): void {
    const step = (this.step[mover]! + 1) % stepsPerRound;
    this.x[mover] = walk.x(mover, step);
    this.y[mover] = walk.y(mover, step);
    this.sentAt[mover * stepsPerRound + step] = at;
    this.step[mover] = step;
  }

  /** A mover stays where it is until `wake`. */
  rest(mover: number): void {
    this.restedUntil[mover] = Number.POSITIVE_INFINITY;
    this.restStep[mover] = this.step[mover]!;
  }

  /** A mover walks on after a rest. */
  wake(mover: number, at: number): void {
    this.restedUntil[mover] = at;
  }

  /** Until when a step was where its mover is, as far as the time `at`: when it was sent, or until the end of a rest there. */
  trueUntil(mover: number, step: number, sentAt: number, at: number): number {
    return step === this.restStep[mover] ? Math.max(sentAt, Math.min(at, this.restedUntil[mover]!)) : sentAt;
  }
}
