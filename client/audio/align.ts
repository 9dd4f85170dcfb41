/**
 * Brings listeners of one session together: all of them hear what was on air a fixed time ago, by the server's clock.
 * Pure. The clock is estimated from the request that was answered fastest, as its answer tells the most; small distances
 * are made up by playing a little faster or slower, large ones by waiting or by joining anew.
 */

/** Every listener can hear this: it is later than one starts, and within what is buffered then. */
export const lagMs = 1500;

const deadZoneMs = 1;
const nudgedMs = 250;
/** Distances shrink to a third in this time. */
const settleMs = 2500;
/** More than this would be heard. */
const maxNudge = 0.03;
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
  | { readonly type: "rate"; readonly rate: number }
  /** Sound waits this long. */
  | { readonly type: "hold"; readonly ms: number }
  | { readonly type: "rejoin" };

/** What brings someone who hears what was on air `behindMs` ago to where everyone is. */
export function correctionFor(behindMs: number): Correction {
  const distance = behindMs - lagMs;
  if (distance < -nudgedMs) return { type: "hold", ms: -distance };
  if (distance > nudgedMs) return { type: "rejoin" };
  if (Math.abs(distance) <= deadZoneMs) return { type: "rate", rate: 1 };
  return { type: "rate", rate: 1 + Math.max(-maxNudge, Math.min(maxNudge, distance / settleMs)) };
}
