/**
 * What one connection may send: token buckets on a given clock, and the count of refusals that makes it abuse.
 * A refused message costs nothing, so that an honest client that waits `retryAfterMs` is always taken.
 */
import { TokenBucket } from "../services/tokenBucket.ts";

const abuseWindowMs = 10_000;
const refusalsToldPerSecond = 10;
/** Offers of datagrams: each costs their carrier a handshake. */
const offers = { perSecond: 1, burstSeconds: 5 };
/** Batches of a client's own log lines. */
const logs = { perSecond: 2, burstSeconds: 5 };

export class Budget {
  readonly #moves: TokenBucket;
  readonly #messages: TokenBucket;
  readonly #offers: TokenBucket;
  readonly #logs: TokenBucket;
  readonly #told: TokenBucket;
  readonly #abuseRefusals: number;
  #windowEnds = 0;
  #refusals = 0;

  constructor(options: { movesPerSecond: number; messagesPerSecond: number; abuseRefusals: number }, now: number) {
    this.#moves = new TokenBucket(options.movesPerSecond, 1, now);
    this.#messages = new TokenBucket(options.messagesPerSecond, 2, now);
    this.#offers = new TokenBucket(offers.perSecond, offers.burstSeconds, now);
    this.#logs = new TokenBucket(logs.perSecond, logs.burstSeconds, now);
    this.#told = new TokenBucket(refusalsToldPerSecond, 2, now);
    this.#abuseRefusals = options.abuseRefusals;
  }

  takeMove(now: number): number {
    return this.#moves.take(now);
  }

  takeMessage(now: number): number {
    return this.#messages.take(now);
  }

  takeOffer(now: number): number {
    return this.#offers.take(now);
  }

  takeLogs(now: number): number {
    return this.#logs.take(now);
  }

  /** Counts a refusal. `tell`: whether to say so to one who did not ask; `abuse`: whether that was one too many. */
  refuse(now: number): { tell: boolean; abuse: boolean } {
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + abuseWindowMs;
      this.#refusals = 0;
    }
    this.#refusals++;
    return { tell: this.#told.take(now) === 0, abuse: this.#refusals > this.#abuseRefusals };
  }
}
