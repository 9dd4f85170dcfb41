/**
 * Brings listeners of one session together: all of them hear what was on air a fixed time ago, by the server's clock.
 * Pure. The clock is estimated from the request that was answered fastest, as its answer tells the most. Large distances are
 * made up by waiting or by joining anew, small ones by playing a little faster or slower for a moment, and then again as
 * recorded: a browser's `currentTime` is exact only then, and each change of rate shifts it (by 15 ms in Chromium), which
 * is learned.
 */

/** Every listener can hear this: it is later than one starts, and within what is buffered then. */
export const lagMs = 1500;

/** Nearer is near enough. */
const nearMs = 3;
const nudgedMs = 250;
/** More than this would be heard. */
const nudge = 0.03;
const maxShiftMs = 60;
/** Nobody is further ahead: what is played was on air. A clock says so that was set, or that slept. */
const maxHoldMs = 2 * lagMs;
/** An estimate of the clock gets this much worse in a ms, as clocks drift apart. */
const driftPerMs = 50e-6;

export class ServerTime {
  #offset: number | undefined;
  #roundTripMs = Number.POSITIVE_INFINITY;
  #sampledAt = 0;

  /** A request sent at `sentAt` was answered with the server's time `at`, and the answer came at `receivedAt`. */
  sample(sentAt: number, at: number, receivedAt: number): void {
    const roundTripMs = receivedAt - sentAt;
    if (roundTripMs > this.#roundTripMs + (receivedAt - this.#sampledAt) * driftPerMs) return;
    this.#offset = at - (sentAt + receivedAt) / 2;
    this.#roundTripMs = roundTripMs;
    this.#sampledAt = receivedAt;
  }

  /** The server's time at `now`; undefined before the first answer. */
  at(now: number): number | undefined {
    return this.#offset === undefined ? undefined : now + this.#offset;
  }
}

export type Correction =
  | { readonly type: "none" }
  /** Plays so much faster for so long. */
  | { readonly type: "nudge"; readonly rate: number; readonly ms: number }
  /** Sound waits this long. */
  | { readonly type: "hold"; readonly ms: number }
  | { readonly type: "rejoin" };

/** What brings someone who hears what was on air `behindMs` ago to where everyone is. `shiftMs`: how far a nudge shifts by itself. */
export function correctionFor(behindMs: number, shiftMs = 0): Correction {
  const distance = behindMs - lagMs;
  if (distance > nudgedMs || distance < -maxHoldMs) return { type: "rejoin" };
  if (distance < -nudgedMs) return { type: "hold", ms: -distance };
  if (Math.abs(distance) <= nearMs) return { type: "none" };
  const wanted = distance + shiftMs;
  return { type: "nudge", rate: 1 + Math.sign(wanted) * nudge, ms: Math.abs(wanted) / nudge };
}

/** How far a nudge shifts by itself, learned from where one was after it. */
export function learnShift(shiftMs: number, behindMs: number): number {
  const missed = behindMs - lagMs;
  if (Math.abs(missed) > maxShiftMs) return shiftMs;
  return Math.max(-maxShiftMs, Math.min(maxShiftMs, shiftMs + missed * 0.8));
}
