/** How often something of a kind may be told: once a second, with the number of those left out since. */

const everyMs = 1000;
/** Above this many kinds, those that nothing came of for a minute are forgotten. */
const maxKinds = 1000;
const forgetMs = 60_000;

export class Limiter {
  readonly #kinds = new Map<string, { next: number; left: number }>();
  #sweepAt = 0;

  get size(): number {
    return this.#kinds.size;
  }

  /** How many were left out since the last one that was told; undefined where this is to be left out too. */
  take(kind: string, now: number): number | undefined {
    const seen = this.#kinds.get(kind) ?? { next: 0, left: 0 };
    if (now < seen.next) {
      seen.left++;
      return undefined;
    }
    this.#kinds.set(kind, seen);
    const { left } = seen;
    Object.assign(seen, { next: now + everyMs, left: 0 });
    if (this.#kinds.size > maxKinds && now >= this.#sweepAt) this.#sweep(now);
    return left;
  }

  #sweep(now: number): void {
    this.#sweepAt = now + forgetMs;
    for (const [kind, { next }] of this.#kinds) if (next + forgetMs < now) this.#kinds.delete(kind);
  }
}
