/**
 * What people say in the world's own chat, as bubbles over their heads. Whoever said something to the world meanwhile has
 * that over them instead: nobody has two bubbles, and an older one does not come back. Pure but for the clock it is given.
 */
import type { ChatLine, Person } from "hereabouts/client";

type Bubble = { seq: number; count: number; text: string; until: number; over: string | undefined };
type Speaker = Pick<Person, "id" | "bubble">;

const leastMs = 5000;
const msPerChar = 50;
const mostMs = 12_000;
/** Longer lines are read in the chat. */
const maxChars = 140;

export class Bubbles {
  readonly #bubbles = new Map<string, Bubble>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `speaker` said a line just now. */
  said(speaker: Speaker, { seq, count, text, gone }: ChatLine): void {
    if (gone) return;
    const ms = Math.min(mostMs, leastMs + text.length * msPerChar);
    this.#bubbles.set(speaker.id, { seq, count, text: shorten(text), until: this.#now() + ms, over: speaker.bubble });
  }

  /** A line has changed: edited, deleted, or said again. */
  changed(speaker: Speaker, line: ChatLine): void {
    const bubble = this.#bubbles.get(speaker.id);
    if (bubble?.seq !== line.seq) return;
    if (line.gone) bubble.until = Number.NEGATIVE_INFINITY;
    else if (line.count > bubble.count) this.said(speaker, line);
    else bubble.text = shorten(line.text);
  }

  /** What stands over someone at this moment. */
  of(speaker: Speaker): string | undefined {
    const bubble = this.#bubbles.get(speaker.id);
    if (!bubble) return speaker.bubble;
    if (speaker.bubble !== bubble.over && speaker.bubble !== undefined) {
      this.#bubbles.delete(speaker.id);
      return speaker.bubble;
    }
    if (speaker.bubble === undefined) bubble.over = undefined;
    return this.#now() < bubble.until ? bubble.text : undefined;
  }

  clear(): void {
    this.#bubbles.clear();
  }
}

function shorten(text: string): string {
  const chars = [...text];
  return chars.length > maxChars ? `${chars.slice(0, maxChars - 1).join("")}…` : text;
}
