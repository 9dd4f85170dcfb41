/**
 * The last lines of a chat as its clients see them. The log is the truth; this is the window onto its end that travels as
 * state. A line that only its author may read stands in it without text, as one that is gone does.
 */
import type { MapSchema } from "@colyseus/schema";
import { chatLimits, type HistoryLine, LineState } from "../../schema/chat.ts";
import type { Line } from "../../services/chatlog/chatlog.ts";

export class Lines {
  readonly #state: MapSchema<LineState>;
  /** The shadowed lines in the window, by sequence number. */
  readonly #shadows = new Map<number, { author: string; text: string; count: number }>();

  constructor(state: MapSchema<LineState>) {
    this.#state = state;
  }

  has(seq: number): boolean {
    return this.#state.has(String(seq));
  }

  /** Shows a line that is new, or changed. Returns false if it is too old for the window. */
  put(line: Line): boolean {
    const known = this.#state.get(String(line.seq));
    if (!known && line.seq <= this.#oldest() - 1 && this.#state.size >= chatLimits.window) return false;
    const { text, count } = line;
    if (line.state === "shadow") this.#shadows.set(line.seq, { author: line.author.id, text, count });
    else this.#shadows.delete(line.seq);
    if (known) Object.assign(known, fieldsOf(line));
    else this.#state.set(String(line.seq), new LineState(fieldsOf(line)));
    while (this.#state.size > chatLimits.window) this.#drop(this.#oldest());
    return true;
  }

  /** Takes out all that are not among `lines`. */
  retain(lines: readonly Line[]): void {
    const kept = new Set(lines.map(({ seq }) => String(seq)));
    for (const seq of [...this.#state.keys()]) if (!kept.has(seq)) this.#drop(Number(seq));
  }

  /** What only `person` may read of the window. */
  ownOf(person: string): { seq: number; text: string; count: number }[] {
    const own = [...this.#shadows].filter(([, { author }]) => author === person);
    return own.map(([seq, { text, count }]) => ({ seq, text, count }));
  }

  /** Maps keep the order in which keys came: the first is the oldest. */
  #oldest(): number {
    return Number(this.#state.keys().next().value ?? 1);
  }

  #drop(seq: number): void {
    this.#state.delete(String(seq));
    this.#shadows.delete(seq);
  }
}

function fieldsOf(line: Line) {
  const { author } = line;
  const isShown = line.state === "shown";
  return {
    seq: line.seq,
    author: author.id,
    handle: author.handle,
    name: author.name,
    kind: author.kind,
    guest: author.guest,
    via: author.via ?? "",
    text: isShown ? line.text : "",
    font: line.font,
    at: line.at,
    // how often a line was said that nobody else may read is theirs to know, too
    count: line.state === "shadow" ? 1 : line.count,
    edited: line.editedAt > 0,
    hearts: line.hearts.length,
  };
}

/** A line as `person` may read it. */
export function toHistory(line: Line, person: string): HistoryLine {
  const { text, count } = line.state === "shadow" && line.author.id === person ? line : fieldsOf(line);
  return { ...fieldsOf(line), text, count, hearted: line.hearts.includes(person) };
}
