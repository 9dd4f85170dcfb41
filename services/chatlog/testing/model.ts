/**
 * A chat log as simple as can be, in memory: what the real ones are compared with. Written from the contract alone; it
 * shares no code with them. Keeps everything for ever and answers at once.
 */
import type { Appended, Author, Line, ModerationEntry, NewLine, Restriction } from "../chatlog.ts";

type Kept = { -readonly [K in keyof Line]: Line[K] } & { hearts: string[] };

export class Model {
  now = 0;
  #lines = new Map<string, Kept[]>();
  #receipts = new Map<string, { seq: number; isCounted: boolean }>();
  #notes: ModerationEntry[] = [];
  #restrictions: { instance: string; what: Restriction }[] = [];

  #of(instance: string): Kept[] {
    const lines = this.#lines.get(instance) ?? [];
    this.#lines.set(instance, lines);
    return lines;
  }
  #note(entry: ModerationEntry): void {
    this.#notes.unshift(entry);
  }
  #shown(instance: string, seq: number): Kept | undefined {
    const line = this.#of(instance)[seq - 1];
    return line?.state === "gone" ? undefined : line;
  }

  append(instance: string, { author, text, font, clientId, isShadow, original }: NewLine): Appended {
    const lines = this.#of(instance);
    const key = JSON.stringify([instance, author.id, clientId]);
    const before = this.#receipts.get(key);
    if (before) {
      return structuredClone({
        line: lines[before.seq - 1]!,
        isRepeat: true,
        isCounted: before.isCounted,
        lostBefore: 0,
      });
    }
    const newest = lines.at(-1);
    const at = Math.max(this.now, newest?.at ?? 0);
    if (original !== undefined) {
      this.#note({ instance, at, by: "filter", action: "filter", person: author.id, reason: "", detail: original });
    }
    const isSame = newest?.author.id === author.id && newest.text === text && newest.author.via === author.via;
    const state = isShadow ? "shadow" : "shown";
    const isCounted = isSame && newest.author.handle === author.handle && newest.state === state;
    if (isCounted) newest.count++;
    else {
      const seq = lines.length + 1;
      const id = `${instance}:${seq}`;
      lines.push({ seq, id, author: { ...author }, text, font, at, count: 1, editedAt: 0, state, hearts: [] });
    }
    this.#receipts.set(key, { seq: lines.length, isCounted });
    return structuredClone({ line: lines.at(-1)!, isRepeat: false, isCounted, lostBefore: 0 });
  }

  read(instance: string, { limit, before = Infinity }: { limit: number; before?: number }): Line[] {
    const found = this.#of(instance).filter(({ seq }) => seq < before);
    return structuredClone(limit > 0 ? found.slice(-limit) : []);
  }
  line = (instance: string, seq: number): Line | undefined => structuredClone(this.#of(instance)[seq - 1]);
  last = (instance: string): number => this.#of(instance).length;

  edit(instance: string, seq: number, text: string, original?: string, by?: string): Line | undefined {
    const line = this.#shown(instance, seq);
    if (!line) return undefined;
    const at = Math.max(this.now, line.at, line.editedAt);
    const entry = { instance, at, person: line.author.id, reason: "" };
    this.#note({ ...entry, by: by ?? line.author.id, action: "edit", detail: line.text });
    if (original !== undefined) this.#note({ ...entry, by: "filter", action: "filter", detail: original });
    line.text = text;
    line.editedAt = at;
    return structuredClone(line);
  }

  delete(instance: string, seq: number, by: string, reason: string): Line | undefined {
    const line = this.#shown(instance, seq);
    if (!line) return undefined;
    const at = Math.max(this.now, line.at);
    this.#note({ instance, at, by, action: "delete", person: line.author.id, reason, detail: line.text });
    Object.assign(line, { text: "", state: "gone", hearts: [] });
    return structuredClone(line);
  }

  heart(instance: string, seq: number, person: string, on: boolean): Line | undefined {
    const line = this.#shown(instance, seq);
    if (!line) return undefined;
    if (!on) line.hearts = line.hearts.filter((other) => other !== person);
    else if (!line.hearts.includes(person)) line.hearts.push(person);
    return structuredClone(line);
  }

  restrict(instance: string, what: Restriction, by: string): void {
    this.#lifted(instance, what.person, what.kind);
    this.#restrictions.push({ instance, what });
    const seconds = Math.max(0, Math.ceil((what.until - this.now) / 1000));
    const detail = seconds === Infinity ? "for good" : `${seconds} s`;
    const { kind: action, person, reason } = what;
    this.#note({ instance, at: this.now, by, action, person, reason, detail });
  }

  lift(instance: string, person: string, kind: Restriction["kind"], by: string, reason: string): void {
    if (!this.#lifted(instance, person, kind)) return;
    const action = kind === "ban" ? "unban" : "unmute";
    this.#note({ instance, at: this.now, by, action, person, reason, detail: kind });
  }

  #lifted(instance: string, person: string, kind: Restriction["kind"]): boolean {
    const before = this.#restrictions.length;
    this.#restrictions = this.#restrictions.filter(
      (held) => held.instance !== instance || held.what.person !== person || held.what.kind !== kind,
    );
    return this.#restrictions.length < before;
  }

  restrictions = (instance: string, now: number): Restriction[] =>
    this.#restrictions
      .filter((held) => held.instance === instance && held.what.until > now)
      .map(({ what }) => what)
      .sort((a, b) => (`${a.person} ${a.kind}` < `${b.person} ${b.kind}` ? -1 : 1));

  note = (entry: ModerationEntry): void => this.#note(entry);
  notes = (instance: string, limit: number): ModerationEntry[] =>
    this.#notes.filter((entry) => entry.instance === instance).slice(0, limit);

  erase(person: string, by: string): { instance: string; seq: number }[] {
    const touched: { instance: string; seq: number }[] = [];
    for (const instance of [...this.#lines.keys()].sort()) {
      const lines = this.#of(instance).filter((line) => this.#erased(line, person));
      const detail = lines.length === 1 ? "1 line" : `${lines.length} lines`;
      const entry = { instance, at: this.now, by, action: "erase" as const, person, reason: "", detail };
      if (lines.length > 0) this.#note(entry);
      touched.push(...lines.map(({ seq }) => ({ instance, seq })));
    }
    this.#notes = this.#notes.map((entry) =>
      entry.person === person && ["filter", "edit", "delete"].includes(entry.action) ? { ...entry, detail: "" } : entry,
    );
    return touched;
  }

  #erased(line: Kept, person: string): boolean {
    const before = JSON.stringify(line);
    line.hearts = line.hearts.filter((other) => other !== person);
    if (line.author.id === person) {
      const { id, kind, guest } = line.author;
      const author: Author = { id, handle: "", name: "", kind, guest };
      Object.assign(line, { text: "", state: "gone", hearts: [], author });
    }
    return JSON.stringify(line) !== before;
  }
}
