/**
 * What one light client has seen of the others: told of each pose in each frame, it knows the age of everything, and
 * at the end whether anything stayed stale. Allocates nothing per frame.
 */
import type { Board } from "./board.ts";
import { record } from "./histogram.ts";
import type { Tally } from "./tally.ts";
import { stepsPerRound, type Walk } from "./walk.ts";

/** Movers within this distance of the receiver are near it, in units. */
export const nearUnits = 128;

/** What the clients of one thread share. `tally` is replaced when measuring begins. */
export type Bench = { readonly board: Board; readonly walk: Walk; tally: Tally };

export class View {
  /** Positions further than this from a step are no step of the walk: the rounding of the world, give or take. */
  tolerance = 0;
  readonly #bench: Bench;
  readonly #self: number;
  /** Newest step seen of each mover, and when it was sent. */
  readonly #step: Int16Array;
  readonly #sentAt: Float64Array;
  #at = 0;
  #isInTurn = true;
  #poses = 0;

  constructor(bench: Bench, self: number) {
    this.#bench = bench;
    this.#self = self;
    this.#step = new Int16Array(bench.board.people).fill(-1);
    this.#sentAt = new Float64Array(bench.board.people);
  }

  /** A frame arrived at the time `at`; one that is not in turn counts only where it is news. */
  begin(at: number, isInTurn = true): void {
    this.#at = at;
    this.#isInTurn = isInTurn;
    this.#poses = 0;
  }

  /** The frame holds a mover at this place. */
  see(mover: number, x: number, y: number): void {
    const { board, walk, tally } = this.#bench;
    if (mover === this.#self) {
      tally.ownPoses++;
      return;
    }
    const step = walk.stepAt(mover, x, y, this.tolerance);
    const sentAt = step < 0 ? 0 : board.sentAt[mover * stepsPerRound + step]!;
    if (sentAt === 0) {
      tally.offPath++;
      return;
    }
    if (!this.#isInTurn && sentAt < this.#sentAt[mover]!) return;
    const age = this.#at - board.trueUntil(mover, step, sentAt, this.#at);
    record(tally.age, age);
    if (isNear(x - board.x[this.#self]!, y - board.y[this.#self]!)) {
      record(tally.nearAge, age);
      tally.nearPoses++;
    }
    if (sentAt < this.#sentAt[mover]!) tally.backward++;
    this.#step[mover] = step;
    this.#sentAt[mover] = sentAt;
    this.#poses++;
  }

  /** The frame is over: takes stock of everyone, whether they were in it or not. */
  end(): void {
    const { board, tally } = this.#bench;
    tally.frames++;
    tally.poses += this.#poses;
    if (this.#poses < tally.fewestPoses) tally.fewestPoses = this.#poses;
    const x = board.x[this.#self]!;
    const y = board.y[this.#self]!;
    for (let mover = 0; mover < board.people; mover++) {
      if (mover === this.#self || board.step[mover]! < 0) continue;
      const near = isNear(board.x[mover]! - x, board.y[mover]! - y);
      if (near) tally.near++;
      const step = this.#step[mover]!;
      if (step < 0) {
        tally.unseen++;
        continue;
      }
      const age = this.#at - board.trueUntil(mover, step, this.#sentAt[mover]!, this.#at);
      record(tally.known, age);
      if (near) record(tally.nearKnown, age);
    }
  }

  /** Movers whose last step this client does not know, give or take one step of the world's quantization. */
  stale(): number {
    const { board } = this.#bench;
    let stale = 0;
    for (let mover = 0; mover < board.people; mover++) {
      if (mover !== this.#self && this.#step[mover] !== board.step[mover]) stale++;
    }
    return stale;
  }
}

function isNear(dx: number, dy: number): boolean {
  return dx * dx + dy * dy <= nearUnits * nearUnits;
}
