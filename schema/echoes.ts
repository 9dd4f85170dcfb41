/**
 * What one end of a datagram channel knows by echoes alone: which of its own datagrams arrived, how long a round trip
 * takes, how much is lost. Bounded memory, no clock: times are milliseconds that never go back.
 */
import { type DatagramHeader, type Echo, echoedBefore, maxHeldMs } from "./datagrams.ts";
import { isNewer } from "./frames.ts";

/** Own datagrams remembered: more than 4 s of them at 60 a second. */
const remembered = 256;
/** One is lost, not late, when one that was sent this many later has arrived (as in QUIC, RFC 9002). */
const reordered = 3;
/** How far back the share of lost datagrams looks. */
const lossMs = 5000;
/** A datagram without an echo counts as lost after a round trip and this. */
const lostAfterMs = 300;
/** For how long at least the least round trip stands for the path without its queues. */
const leastMs = 10_000;

export class Echoes {
  /** The newest own number. Numbers go on over transports, so that an echo from an earlier one is known for what it is. */
  #seq = 0;
  readonly #sentAt = new Float64Array(remembered);
  readonly #echoedAt = new Float64Array(remembered);
  readonly #onLost: ((() => void) | undefined)[] = [];
  /** The newest own number that is known to have arrived, or not to. */
  #judged = 0;
  #newestEchoed: { seq: number; sentAt: number } | undefined;
  /** The newest echo that came, with all that it and those before it told of. */
  #told: { seq: number; before: number } | undefined;
  /** The newest arrival, and those `span` before it that could have arrived since the transport's first. */
  #received: { seq: number; before: number; span: number; at: number } | undefined;
  #receivedLoss = 0;
  #roundTripMs: number | undefined;
  #jitterMs = 0;
  /** Least round trips of this period and of the one before. */
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #leastSince = 0;

  constructor() {
    this.reset();
  }

  /** Forgets all of an earlier transport but the last round trip, which is shown until there is a new one. */
  reset(): void {
    this.#sentAt.fill(Number.NEGATIVE_INFINITY);
    this.#echoedAt.fill(Number.POSITIVE_INFINITY);
    this.#onLost.fill(undefined);
    this.#judged = this.#seq;
    this.#newestEchoed = undefined;
    this.#told = undefined;
    this.#received = undefined;
    this.#receivedLoss = 0;
    this.#least = this.#leastBefore = Number.POSITIVE_INFINITY;
  }

  /** The header of a datagram that is sent now. `onLost` is called if it turns out not to have arrived. */
  send(now: number, onLost?: () => void): DatagramHeader {
    this.#seq = (this.#seq + 1) & 0xffff;
    this.#sentAt[this.#seq % remembered] = now;
    this.#echoedAt[this.#seq % remembered] = Number.POSITIVE_INFINITY;
    this.#onLost[this.#seq % remembered] = onLost;
    return { seq: this.#seq, echo: this.#echo(now) };
  }

  receive({ seq, echo }: DatagramHeader, now: number): void {
    this.#noteArrival(seq, now);
    if (echo) this.#noteEcho(echo, now);
  }

  /** When the newest of the own datagrams that are known to have arrived was sent. */
  get deliveredSentAt(): number {
    return this.#newestEchoed?.sentAt ?? Number.NEGATIVE_INFINITY;
  }

  /** How many own datagrams sent from `from` on were echoed within `withinMs`. */
  countDelivered(from: number, withinMs: number): number {
    let count = 0;
    for (let i = 0; i < remembered; i++) {
      const sentAt = this.#sentAt[i]!;
      if (sentAt >= from && this.#echoedAt[i]! - sentAt <= withinMs) count++;
    }
    return count;
  }

  /** Round trip without what queues add; undefined before the first. */
  get leastRoundTripMs(): number | undefined {
    const least = Math.min(this.#least, this.#leastBefore);
    return least === Number.POSITIVE_INFINITY ? undefined : least;
  }

  /** Smoothed as TCP does it (RFC 6298), jitter being its mean deviation. Losses are shares of what was sent lately. */
  stats(now: number) {
    const judgedBy = now - (this.#roundTripMs ?? 0) - lostAfterMs;
    let sent = 0;
    let delivered = 0;
    for (let i = 0; i < remembered; i++) {
      if (this.#sentAt[i]! < now - lossMs || this.#sentAt[i]! > judgedBy) continue;
      sent++;
      if (this.#echoedAt[i]! <= now) delivered++;
    }
    return {
      roundTripMs: this.#roundTripMs,
      jitterMs: this.#jitterMs,
      loss: sent === 0 ? 0 : 1 - delivered / sent,
      lossReceiving: this.#receivedLoss,
    };
  }

  #echo(now: number): Echo | undefined {
    if (!this.#received) return undefined;
    const { seq, before, at } = this.#received;
    return { seq, before, heldMs: now - at };
  }

  #noteArrival(seq: number, now: number): void {
    const newest = this.#received;
    if (!newest) {
      this.#received = { seq, before: 0, span: 0, at: now };
    } else if (isNewer(seq, newest.seq)) {
      const ahead = (seq - newest.seq) & 0xffff;
      this.#judgeReceived(newest, ahead);
      newest.before = shift(newest.before, ahead);
      newest.span = Math.min(echoedBefore, newest.span + ahead);
      newest.seq = seq;
      newest.at = now;
    } else {
      const behind = (newest.seq - seq) & 0xffff;
      if (behind >= 1 && behind <= echoedBefore) newest.before = (newest.before | (1 << (behind - 1))) >>> 0;
    }
  }

  /** Counts those that move out of sight: they will not come any more. */
  #judgeReceived({ before, span }: { before: number; span: number }, ahead: number): void {
    for (let bit = Math.max(0, echoedBefore - ahead); bit < span; bit++) {
      const isLost = (before & (1 << bit)) === 0;
      this.#receivedLoss += ((isLost ? 1 : 0) - this.#receivedLoss) / 64;
    }
  }

  #noteEcho({ seq, before, heldMs }: Echo, now: number): void {
    const isNews = this.#markEchoed(seq, now);
    if (isNews && (!this.#newestEchoed || isNewer(seq, this.#newestEchoed.seq))) {
      const sentAt = this.#sentAt[seq % remembered]!;
      this.#newestEchoed = { seq, sentAt };
      if (heldMs < maxHeldMs) this.#noteRoundTrip(Math.max(0, now - sentAt - heldMs), now);
    }
    for (let news = this.#newsOf(seq, before); news !== 0; news &= news - 1) {
      const bit = 31 - Math.clz32(news & -news);
      this.#markEchoed((seq - 1 - bit) & 0xffff, now);
    }
    this.#judgeSent();
  }

  /** The bits of `before` that no newer or earlier echo told of: nearly all are told of 32 times over. */
  #newsOf(seq: number, before: number): number {
    const told = this.#told;
    if (told && isNewer(told.seq, seq)) return before;
    const ahead = told ? (seq - told.seq) & 0xffff : 0;
    const known = told ? (ahead === 0 ? told.before : shift(told.before, ahead)) : 0;
    this.#told = { seq, before: (before | known) >>> 0 };
    return before & ~known;
  }

  #judgeSent(): void {
    const forgotten = this.#seq - remembered;
    if (isNewer(forgotten, this.#judged)) this.#judged = forgotten & 0xffff;
    const newest = this.#newestEchoed?.seq ?? this.#judged;
    while (isNewer(newest - reordered, this.#judged)) {
      this.#judged = (this.#judged + 1) & 0xffff;
      const at = this.#judged % remembered;
      if (this.#echoedAt[at] === Number.POSITIVE_INFINITY) this.#onLost[at]?.();
    }
  }

  /** True if this is the first that is heard of an own datagram on this transport. */
  #markEchoed(seq: number, now: number): boolean {
    const ago = (this.#seq - seq) & 0xffff;
    const at = seq % remembered;
    if (ago >= remembered || this.#sentAt[at] === Number.NEGATIVE_INFINITY) return false;
    if (this.#echoedAt[at]! <= now) return false;
    this.#echoedAt[at] = now;
    return true;
  }

  #noteRoundTrip(sample: number, now: number): void {
    const error = sample - (this.#roundTripMs ?? sample);
    this.#jitterMs += (Math.abs(error) - this.#jitterMs) / 4;
    this.#roundTripMs = (this.#roundTripMs ?? sample) + error / 8;
    if (now - this.#leastSince >= leastMs) {
      this.#leastBefore = this.#least;
      this.#least = Number.POSITIVE_INFINITY;
      this.#leastSince = now;
    }
    this.#least = Math.min(this.#least, sample);
  }
}

/** The bits of 32 datagrams before a newest one, when one `ahead` of it becomes the newest. */
function shift(before: number, ahead: number): number {
  if (ahead > echoedBefore) return 0;
  const moved = ahead === echoedBefore ? 0 : before << ahead;
  return (moved | (1 << (ahead - 1))) >>> 0;
}
