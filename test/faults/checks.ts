/**
 * The invariants that hold at any instant, on what was seen. Each gives its violations, none if all is well.
 *
 * - One room for a key: two are heard at the same time for `closingMs` at most, which is what it takes to close the one
 *   that lost the key.
 * - Chat: what was acknowledged is kept, once, in the order in which it was said; a number never means two lines; pages
 *   show lines in order and leave none out. Redis emptied loses lines said before, and numbers go on above.
 * - A listener's sound and events are of one session.
 * - Who went to another world is seen in both for `crossingMs` at most.
 */
import type { Heard, History, Said, Shown, Violation, Wipe } from "./history.ts";

export const closingMs = 1000;
export const crossingMs = 3000;

export function check(history: History): Violation[] {
  return [
    ...doubledRooms(history),
    ...lostLines(history),
    ...doubledNumbers(history),
    ...disorder(history),
    ...splitSessions(history),
    ...inTwoPlaces(history),
  ].sort((a, b) => a.at - b.at);
}

type Stretch = { readonly from: number; readonly to: number };

/** For how long both went on. */
function together(a: Stretch, b: Stretch): number {
  return Math.min(a.to, b.to) - Math.max(a.from, b.from);
}

function pairsOf<T extends Stretch>(stretches: readonly T[], limitMs: number): [T, T][] {
  return stretches.flatMap((a, i) =>
    stretches.slice(i + 1).flatMap((b): [T, T][] => (together(a, b) > limitMs ? [[a, b]] : [])),
  );
}

export function doubledRooms({ hearings }: Pick<History, "hearings">): Violation[] {
  const byKey = Object.values(Object.groupBy(hearings, ({ key }) => key));
  return byKey
    .flatMap((ofKey) => pairsOf(ofKey!, closingMs))
    .filter(([a, b]) => a.room !== b.room)
    .map(([a, b]) => ({
      rule: "one room",
      at: Math.max(a.from, b.from) + closingMs,
      text: `${a.key}: rooms ${a.room} and ${b.room} served at the same time for ${Math.round(together(a, b))} ms`,
    }));
}

export function inTwoPlaces({ played }: Pick<History, "played">): Violation[] {
  const byPerson = Object.values(Object.groupBy(played, ({ person }) => person));
  return byPerson
    .flatMap((ofPerson) => pairsOf(ofPerson!, crossingMs))
    .filter(([a, b]) => a.world !== b.world)
    .map(([a, b]) => ({
      rule: "one place",
      at: Math.max(a.from, b.from) + crossingMs,
      text: `${a.person} was here in ${a.world} and in ${b.world} for ${Math.round(together(a, b))} ms`,
    }));
}

/** What was acknowledged is kept; whatever is kept is kept once; each page's lines in its order. */
export function lostLines({ said, wipes, logs }: Pick<History, "said" | "wipes" | "logs">): Violation[] {
  const violations: Violation[] = [];
  const kept = new Map<string, number>();
  for (const [chat, lines] of Object.entries(logs)) {
    for (const { seq, text } of lines) {
      const id = `${chat} ${text}`;
      const before = kept.get(id);
      if (before !== undefined) {
        const at = said.find((line) => `${line.chat} ${line.text}` === id)?.at ?? 0;
        violations.push({ rule: "chat once", at, text: `${chat}: "${text}" is kept twice, as ${before} and ${seq}` });
      }
      kept.set(id, seq);
    }
  }
  for (const line of said.filter(isAcked)) {
    const { chat, text, seq, at, ackedAt } = line;
    const found = kept.get(`${chat} ${text}`);
    if (found === seq || (found === undefined && wipes.some(({ to }) => at <= to))) continue;
    const is = found === undefined ? "is gone" : `is kept as ${found}`;
    violations.push({ rule: "chat kept", at: ackedAt, text: `${chat}: "${text}", acknowledged as ${seq}, ${is}` });
  }
  for (const lines of groupsOf(said.filter(isAcked))) {
    for (const [before, line] of follow(lines)) {
      if (line.seq > before.seq) continue;
      const text = `${line.chat}: "${line.text}" (${line.seq}) was said after "${before.text}" (${before.seq})`;
      violations.push({ rule: "chat order", at: line.ackedAt, text });
    }
  }
  return violations;
}

type Acked = Said & { readonly seq: number; readonly ackedAt: number };
const isAcked = (line: Said): line is Acked => line.seq !== undefined;

/** A number of a chat means one line, whoever told it and when. */
export function doubledNumbers({ said, shown, logs }: Pick<History, "said" | "shown" | "logs">): Violation[] {
  const violations: Violation[] = [];
  const texts = new Map<string, string>();
  const tell = (chat: string, seq: number, text: string, at: number) => {
    const id = `${chat} ${seq}`;
    const known = texts.get(id);
    if (known === undefined) texts.set(id, text);
    else if (known !== text) {
      violations.push({ rule: "chat numbers", at, text: `${chat}: number ${seq} is "${known}" and "${text}"` });
      texts.set(id, text);
    }
  };
  const told = [
    ...said.filter(isAcked).map(({ chat, seq, text, ackedAt: at }) => ({ chat, seq, text, at })),
    ...shown.map(({ chat, seq, text, at }) => ({ chat, seq, text, at })),
  ].sort((a, b) => a.at - b.at);
  for (const { chat, seq, text, at } of told) tell(chat, seq, text, at);
  for (const [chat, lines] of Object.entries(logs)) {
    for (const { seq, text } of lines) tell(chat, seq, text, told.at(-1)?.at ?? 0);
  }
  return violations;
}

/** Each page shows lines in order and none twice, and leaves out what an emptied Redis lost at most. */
export function disorder({ shown, wipes }: Pick<History, "shown" | "wipes">): Violation[] {
  const violations: Violation[] = [];
  for (const lines of groupsOf(shown)) {
    const { page, chat } = lines[0]!;
    let gaps = 0;
    for (const [before, line] of follow(lines)) {
      const { at } = line;
      if (line.seq <= before.seq) {
        violations.push({ rule: "shown order", at, text: `${page} in ${chat}: ${line.seq} after ${before.seq}` });
      } else if (line.seq > before.seq + 1 && ++gaps > wipesBefore(wipes, at)) {
        violations.push({
          rule: "shown all",
          at,
          text: `${page} in ${chat}: nothing between ${before.seq} and ${line.seq}`,
        });
      }
    }
  }
  return violations;
}

const wipesBefore = (wipes: readonly Wipe[], at: number) => wipes.filter(({ from }) => from <= at).length;

export function splitSessions({ heard }: Pick<History, "heard">): Violation[] {
  const turns = Object.values(Object.groupBy(heard, ({ listener, turn }) => `${listener} ${turn}`)) as Heard[][];
  return turns.flatMap((told) => {
    const other = told.find(({ id }) => id !== told[0]!.id);
    if (!other) return [];
    const { listener, of, at, id } = other;
    return [{ rule: "one session", at, text: `${listener}: ${of} of ${id}, but ${told[0]!.of} of ${told[0]!.id}` }];
  });
}

/** Lines of one page in one chat. */
function groupsOf<T extends Said | Shown>(lines: readonly T[]): T[][] {
  return Object.values(Object.groupBy(lines, ({ page, chat }) => `${page} ${chat}`)) as T[][];
}

function follow<T>(values: readonly T[]): [T, T][] {
  return values.slice(1).map((value, i) => [values[i]!, value]);
}
