/** Who is typing: each notice holds for four seconds; what is told is damped, and bounded however many type at once. */

const holdMs = 4000;
const everyMs = 1000;
const maxTold = 5;

export class Typing {
  readonly #until = new Map<string, { handle: string; until: number }>();
  #told = "";
  #toldAt = Number.NEGATIVE_INFINITY;

  note(person: string, handle: string, now: number): void {
    this.#until.set(person, { handle, until: now + holdMs });
  }

  stop(person: string): void {
    this.#until.delete(person);
  }

  /** Handles to tell everyone, if that is another list than was told last and a second has passed. */
  changes(now: number): string[] | undefined {
    for (const [person, { until }] of this.#until) if (until <= now) this.#until.delete(person);
    const handles = [...this.#until.values()].map(({ handle }) => handle).slice(0, maxTold);
    const text = handles.join(" ");
    if (text === this.#told || now < this.#toldAt + everyMs) return undefined;
    this.#told = text;
    this.#toldAt = now;
    return handles;
  }
}
