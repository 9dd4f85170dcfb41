/** Reads the movement frames that one client receives into what it has seen, and counts what came late or not at all. */
import { readBlocks } from "../../schema/blocks.ts";
import { isNewer, readHeader } from "../../schema/frames.ts";
import { type Geometry, geometryOf } from "../../schema/geometry.ts";
import type { WorldState } from "../../schema/world.ts";
import { now } from "./clock.ts";
import type { Bench, View } from "./view.ts";

/** What the clients of one thread know of the world they share: its measures, and who has which slot. */
export type WorldFacts = { geometry: Geometry | undefined; readonly moverOfSlot: Int32Array };

export class MovementReader {
  readonly #view: View;
  readonly #bench: Bench;
  readonly #facts: WorldFacts;
  #frameSeq = -1;

  constructor(view: View, bench: Bench, facts: WorldFacts) {
    this.#view = view;
    this.#bench = bench;
    this.#facts = facts;
  }

  /** A frame has arrived just now. What comes before the facts are known is nobody's. */
  take(bytes: Uint8Array): void {
    const at = now();
    const { geometry } = this.#facts;
    if (!geometry) return;
    const { tally } = this.#bench;
    const header = readHeader(bytes);
    if (header.correction) tally.corrected++;
    if (bytes.length > tally.largestFrame) tally.largestFrame = bytes.length;
    const isInTurn = this.#frameSeq < 0 || isNewer(header.seq, this.#frameSeq);
    if (!isInTurn && !header.isReliable) {
      tally.late++;
      return;
    }
    if (isInTurn) {
      if (this.#frameSeq >= 0) tally.lost += ((header.seq - this.#frameSeq) & 0xffff) - 1;
      this.#frameSeq = header.seq;
    }
    this.#view.tolerance = geometry.step * 0.75;
    this.#view.begin(at, isInTurn);
    readBlocks(bytes, header.end, geometry, this.#see);
    this.#view.end();
  }

  readonly #see = (slot: number, x: number, y: number): void => {
    const mover = this.#facts.moverOfSlot[slot]!;
    if (mover >= 0) this.#view.see(mover, x, y);
    else this.#bench.tally.offPath++;
  };
}

/** Keeps the facts of a world up to date with its state. `movers` gives the index of each mover by the id of its person. */
export function learnFacts(
  facts: WorldFacts,
  movers: ReadonlyMap<string, number>,
): (state: Pick<WorldState, "bounds" | "people">) => void {
  return (state) => {
    if (state.bounds && !facts.geometry) facts.geometry = geometryOf(state.bounds);
    for (const [id, person] of state.people) facts.moverOfSlot[person.slot] = movers.get(id) ?? -1;
  };
}
