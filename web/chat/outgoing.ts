/**
 * What oneself has said and what became of it: on its way, or refused. A line is shown from the moment it is said, and is
 * let go when the stored one is there, so that it is never seen twice and never missing in between. Pure.
 */
import type { ChatLine } from "hereabouts/client";

export type Pending = {
  readonly id: number;
  readonly text: string;
  /** Why it was refused; undefined while it is on its way. */
  readonly refusal: string | undefined;
};

type Entry = { pending: Pending; storedAs?: number; isSeen: boolean };

export class Outgoing {
  #entries: Entry[] = [];
  #nextId = 1;

  /** What is to be shown, oldest first. */
  get shown(): Pending[] {
    return this.#entries.filter(({ isSeen }) => !isSeen).map(({ pending }) => pending);
  }

  add(text: string): number {
    const id = this.#nextId++;
    this.#entries.push({ pending: { id, text, refusal: undefined }, isSeen: false });
    return id;
  }

  /** The server stored it as line `seq`; `newest` is the newest line that is shown. */
  stored(id: number, seq: number, newest: number): void {
    const entry = this.#find(id);
    if (!entry) return;
    entry.storedAs = seq;
    if (seq <= newest) this.drop(id);
  }

  /** A line has come or was said again. One's own may come before the answer: it is taken for the first that fits it. */
  seen(line: ChatLine): void {
    this.#entries = this.#entries.filter(({ storedAs }) => storedAs !== line.seq);
    if (!line.isMine) return;
    const onTheirWay = this.#entries.filter(
      ({ pending, isSeen, storedAs }) => !isSeen && !pending.refusal && storedAs === undefined,
    );
    const fitting = onTheirWay.find(({ pending }) => pending.text === line.text) ?? onTheirWay[0];
    if (fitting) fitting.isSeen = true;
  }

  refused(id: number, refusal: string): void {
    const entry = this.#find(id);
    if (!entry) return;
    entry.isSeen = false;
    entry.pending = { ...entry.pending, refusal };
  }

  /** Lets it go and returns its text. */
  drop(id: number): string | undefined {
    const entry = this.#find(id);
    this.#entries = this.#entries.filter((each) => each !== entry);
    return entry?.pending.text;
  }

  #find(id: number): Entry | undefined {
    return this.#entries.find(({ pending }) => pending.id === id);
  }
}
