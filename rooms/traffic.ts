/** What went through a room in the last seconds, for whoever looks at it live. Counting costs an addition. */
import type { ErrorCode } from "../schema/errors.ts";
import type { LiveRefusal, LiveRoom } from "../schema/operations.ts";

const windowSeconds = 10;
const refusalsKept = 50;

/** A sum over the last whole seconds. Times in ms of any one clock. */
export class Rate {
  /** By second; one more than the window, as the present one is not over. */
  readonly #sums = new Float64Array(windowSeconds + 1);
  #second = Number.NEGATIVE_INFINITY;

  add(count: number, now: number): void {
    this.#look(now);
    this.#sums[this.#second % this.#sums.length]! += count;
  }

  /** Of the whole seconds before this one, on average. */
  perSecond(now: number): number {
    this.#look(now);
    let sum = 0;
    for (const part of this.#sums) sum += part;
    return (sum - this.#sums[this.#second % this.#sums.length]!) / windowSeconds;
  }

  #look(now: number): void {
    const second = Math.floor(now / 1000);
    for (let next = Math.max(this.#second + 1, second - windowSeconds); next <= second; next++) {
      this.#sums[next % this.#sums.length] = 0;
    }
    this.#second = Math.max(this.#second, second);
  }
}

export class Traffic {
  readonly messages = new Rate();
  readonly moves = new Rate();
  readonly frames = new Rate();
  readonly bytes = new Rate();
  readonly #refusals: LiveRefusal[] = [];

  /** `of`: the type of what was refused. */
  refused(code: ErrorCode, of: string, who: { person: string; handle: string }, at: number): void {
    const { person, handle } = who;
    this.#refusals.push({ at, code, of, person, handle });
    if (this.#refusals.length > refusalsKept) this.#refusals.shift();
  }

  /** Newest first. */
  refusals(): LiveRefusal[] {
    return this.#refusals.toReversed();
  }

  perSecond(now: number): LiveRoom["perSecond"] {
    const { messages, moves, frames, bytes } = this;
    return {
      messages: messages.perSecond(now),
      moves: moves.perSecond(now),
      frames: frames.perSecond(now),
      bytes: bytes.perSecond(now),
    };
  }
}
