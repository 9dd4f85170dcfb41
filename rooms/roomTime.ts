/**
 * A room's time: what it does again and again, its clock, its steps and its patches, by the one timer of all rooms
 * (ticker.ts) instead of by two or three of Colyseus's for each. Ends with the room; what throws is reported.
 *
 * Nothing of it is done in the room's name: entering that costs more than what most such work comes to.
 */
import type { Room } from "@colyseus/core";
import { newsOf } from "./colyseus.ts";
import { type Ticker, ticker } from "./ticker.ts";

export interface TimedRoom {
  /** Logs and counts what was thrown where nothing should be. */
  report(error: unknown, where: string): void;
}

/** As Colyseus has it. */
const patchMs = 50;
/** The longest that a timer can be set to. */
const neverMs = 2 ** 31 - 1;

export class RoomTime {
  readonly #room: TimedRoom;
  readonly #ticker: Ticker;
  readonly #stops: (() => void)[] = [];
  #isOver = false;
  #awaited: PromiseWithResolvers<void> | undefined;

  constructor(room: TimedRoom, by: Ticker = ticker) {
    this.#room = room;
    this.#ticker = by;
  }

  /**
   * Does `work` every `ms`. What it throws is reported as of `where`. Nothing is begun once the room has ended: Colyseus ends
   * one whose making takes longer than it keeps a seat, and that making goes on.
   */
  every(ms: number, where: string, work: () => void): void {
    if (this.#isOver) return;
    const room = this.#room;
    const doOnce = () => {
      try {
        work();
      } catch (error) {
        room.report(error, where);
      }
    };
    this.#stops.push(this.#ticker.every(ms, doOnce));
  }

  /**
   * From now on the clock and the patches of `room` go by this, and `step` every `stepMs`, before the patch where both are due.
   * Its state must be the one that it keeps. What is done each time touches nothing of the room: Colyseus gives each a shape
   * of its own, so that every look at one of thousands is a search.
   */
  keep(room: Room, stepMs: number = patchMs, step: () => void = () => {}): void {
    if (this.#isOver) return;
    // without a timestep Colyseus would wind the clock by a timer of its own, and at each patch
    room.setTimestep(() => {}, neverMs);
    room.patchRate = null;
    const { clock } = room;
    const hasNews = room.onBeforePatch ? () => true : newsOf(room);
    const patch = () => {
      if (this.#awaited || hasNews()) room.broadcastPatch();
    };
    const isOneBeat = stepMs === patchMs;
    this.every(stepMs, "step", () => {
      try {
        clock.tick();
        step();
      } finally {
        if (isOneBeat && !this.#isOver) patch();
      }
    });
    if (!isOneBeat) this.every(patchMs, "broadcastPatch", patch);
  }

  /** Resolves when the next patch has gone out, or there will be none. */
  patched(): Promise<void> {
    this.#awaited ??= Promise.withResolvers();
    return this.#awaited.promise;
  }

  /** A patch has gone out. */
  hasPatched(): void {
    this.#awaited?.resolve();
    this.#awaited = undefined;
  }

  end(): void {
    this.#isOver = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.hasPatched();
  }
}
