/**
 * How far one has read a chat: what is unread, and from where on it was new when one came to look. Pure.
 */
import type { ChatLine } from "hereabouts/client";

export class Reading {
  /** The last line that was looked at; undefined before the first look at all. */
  #seen: number | undefined;
  #newAfter: number | undefined;
  #isLooking = false;

  constructor(seen: number | undefined) {
    this.#seen = seen;
  }

  get seen(): number | undefined {
    return this.#seen;
  }

  /** Lines after this one were new when one came to look. */
  get newAfter(): number | undefined {
    return this.#newAfter;
  }

  /** What there was before one came for the first time is not news; nor is a server's log that begins anew. */
  begin(newest: number): void {
    this.#seen = Math.min(this.#seen ?? newest, newest);
  }

  look(lines: readonly ChatLine[]): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#newAfter = this.unread(lines).count > 0 ? this.#seen : undefined;
  }

  away(): void {
    this.#isLooking = false;
    this.#newAfter = undefined;
  }

  /** The newest line is on the screen, here or in another tab. Returns whether that is news. */
  saw(seq: number): boolean {
    if (seq <= (this.#seen ?? 0)) return false;
    this.#seen = seq;
    return true;
  }

  /** Lines of others that were not looked at. `isMore`: older ones that are not known may be among them. */
  unread(lines: readonly ChatLine[]): { count: number; isMore: boolean } {
    const seen = this.#seen ?? Number.POSITIVE_INFINITY;
    let count = 0;
    for (let i = lines.length - 1; i >= 0 && lines[i]!.seq > seen; i--) {
      if (!lines[i]!.isMine && !lines[i]!.gone) count++;
    }
    return { count, isMore: (lines[0]?.seq ?? 0) > seen + 1 };
  }
}
