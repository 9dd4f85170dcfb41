/**
 * The lines of a chat as the SDK shows them: one list without gaps, oldest first, made of the last lines that the state
 * carries, older pages of history, and whatever was missed in between.
 */
import type { HistoryLine, LineState } from "../schema/chat.ts";
import type { ChatLine } from "./chatTypes.ts";

type Fields = Pick<LineState, "seq" | "author" | "handle" | "name" | "kind" | "guest" | "via" | "text" | "font"> &
  Pick<LineState, "at" | "count" | "edited" | "hearts">;

export type LineEvent = { type: "say" | "change"; line: ChatLine };

export class ChatLines {
  #lines: ChatLine[] = [];
  readonly #own = new Map<number, { text: string; count: number }>();
  readonly #hearted = new Set<number>();
  readonly #myId: () => string;
  #hasBegun = false;
  /** What is missing before this one is not kept any more. */
  #settled = 0;

  constructor(myId: () => string) {
    this.#myId = myId;
  }

  get all(): readonly ChatLine[] {
    return this.#lines;
  }

  /** Sequence number of the oldest line known; 1 if nothing was said. */
  get oldest(): number {
    return this.#lines[0]?.seq ?? 1;
  }

  get newest(): number {
    return this.#lines.at(-1)?.seq ?? 0;
  }

  /** What oneself said, to be read where the state does not show it to others. */
  own(seq: number, text: string, count: number): void {
    this.#own.set(seq, { text, count });
  }

  /** Which of one's own lines one may still read although the state does not show them. Returns those that changed. */
  setOwn(lines: readonly { seq: number; text: string; count: number }[]): ChatLine[] {
    this.#own.clear();
    const changed: ChatLine[] = [];
    for (const { seq, text, count } of lines) {
      this.#own.set(seq, { text, count });
      const at = this.#indexOf(seq);
      const known = this.#lines[at];
      if (known?.seq !== seq || (known.text === text && known.count === count)) continue;
      this.#lines[at] = { ...known, text, count, gone: false };
      changed.push(this.#lines[at]);
    }
    return changed;
  }

  /** A line was deleted: nobody may read it. */
  forget(seq: number): void {
    this.#own.delete(seq);
  }

  /** The lines that are missing between those known and the last ones, which `state` has; the first time none is. */
  missing(state: Iterable<Fields>): { after: number; before: number } | undefined {
    const before = Math.min(...[...state].map(({ seq }) => seq));
    const isGap = this.#hasBegun && Number.isFinite(before) && before > Math.max(this.newest + 1, this.#settled);
    this.#hasBegun = true;
    return isGap ? { after: this.newest, before } : undefined;
  }

  /** All that could be had before line `seq` was. */
  settle(seq: number): void {
    this.#settled = seq;
  }

  /** The server has lost its log, and gives these numbers anew. */
  restart(): void {
    this.#lines = [];
    this.#own.clear();
    this.#hearted.clear();
    this.#hasBegun = false;
    this.#settled = 0;
  }

  /** Takes lines as they are now and tells which are new and which have changed, in order. */
  take(lines: Iterable<Fields | HistoryLine>): LineEvent[] {
    const events: LineEvent[] = [];
    const sorted = [...lines].sort((a, b) => a.seq - b.seq);
    for (const fields of sorted) {
      if ("hearted" in fields) this.#noteHeart(fields.seq, fields.hearted);
      const line = this.#make(fields);
      const at = this.#indexOf(fields.seq);
      const known = this.#lines[at];
      if (known?.seq !== fields.seq) {
        this.#lines.splice(at, 0, line);
        events.push({ type: "say", line });
      } else if (!isSame(known, line)) {
        this.#lines[at] = line;
        events.push({ type: "change", line });
      }
    }
    return events;
  }

  /** Oneself gave or took back a heart. */
  heart(seq: number, on: boolean, hearts: number): ChatLine | undefined {
    this.#noteHeart(seq, on);
    const at = this.#indexOf(seq);
    const known = this.#lines[at];
    if (known?.seq !== seq) return undefined;
    const line = { ...known, hearts, hearted: on };
    this.#lines[at] = line;
    return line;
  }

  /** All that `person` said was taken out. Returns the lines that changed. */
  erase(person: string): ChatLine[] {
    const erased: ChatLine[] = [];
    if (person === this.#myId()) this.#own.clear();
    this.#lines = this.#lines.map((line) => {
      if (line.author.id !== person || line.gone) return line;
      const author = { ...line.author, handle: "", name: "" };
      const gone: ChatLine = { ...line, author, text: "", gone: true, hearts: 0, hearted: false };
      erased.push(gone);
      return gone;
    });
    return erased;
  }

  #noteHeart(seq: number, on: boolean): void {
    if (on) this.#hearted.add(seq);
    else this.#hearted.delete(seq);
  }

  #make(fields: Fields): ChatLine {
    const { seq, author: id, handle, name, guest, via, font, at, edited, hearts } = fields;
    const { text, count } = (fields.text ? undefined : this.#own.get(seq)) ?? fields;
    const kind = fields.kind as ChatLine["author"]["kind"];
    return {
      seq,
      author: { id, handle, name, kind, guest, via: via || undefined },
      text,
      font: font || undefined,
      at: new Date(at),
      count,
      edited,
      gone: text === "",
      hearts,
      hearted: this.#hearted.has(seq) && hearts > 0,
      isMine: id === this.#myId(),
    };
  }

  /** Where a line stands, or would. */
  #indexOf(seq: number): number {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#lines[middle]!.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isSame(a: ChatLine, b: ChatLine): boolean {
  return (
    a.text === b.text &&
    a.count === b.count &&
    a.edited === b.edited &&
    a.hearts === b.hearts &&
    a.hearted === b.hearted &&
    a.author.id === b.author.id &&
    a.author.name === b.author.name &&
    a.isMine === b.isMine
  );
}
