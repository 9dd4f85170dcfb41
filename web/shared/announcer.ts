/**
 * Tells screen readers who came, went and said what: politely, in one sentence every few seconds at most, and only the
 * numbers where much happens at once.
 */
import { find } from "./dom.ts";

const everyMs = 3000;
const namedAtMost = 3;
const saysAtMost = 3;

const live = find("live", HTMLDivElement);
let came: string[] = [];
let left: string[] = [];
let said: string[] = [];
let notes: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
/** What was said is not left behind: it may be deleted. */
let clearing: ReturnType<typeof setTimeout> | undefined;

export const announce = {
  joined: (name: string) => queue(came, name),
  left: (name: string) => queue(left, name),
  said: (name: string, text: string) => queue(said, `${name}: ${text}`),
  note: (text: string) => queue(notes, text),
};

function queue(list: string[], text: string): void {
  list.push(text);
  if (timer === undefined) timer = setTimeout(flush, everyMs);
}

function flush(): void {
  timer = undefined;
  live.textContent = [...notes, ...crowd(came, "came"), ...crowd(left, "left"), ...talk(said)].join(". ");
  [came, left, said, notes] = [[], [], [], []];
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    live.textContent = "";
  }, everyMs);
}

function crowd(names: readonly string[], what: string): string[] {
  if (names.length === 0) return [];
  return [names.length > namedAtMost ? `${names.length} people ${what}` : `${names.join(" and ")} ${what}`];
}

function talk(lines: readonly string[]): readonly string[] {
  return lines.length > saysAtMost ? [`${lines.length} new lines, the last by ${lines.at(-1)}`] : lines;
}
