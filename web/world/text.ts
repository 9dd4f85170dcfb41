/**
 * Breaks text into lines that fit a width, also where a single word is wider than a line. Remembers what it measured.
 */

type Wrapped = { readonly lines: readonly string[]; readonly width: number };

const pen = document.createElement("canvas").getContext("2d")!;
const kept = new Map<string, Wrapped>();
const capacity = 300;

export function wrapText(font: string, text: string, maxWidth: number): Wrapped {
  const key = `${font} ${text}`;
  const known = kept.get(key);
  if (known) return known;
  pen.font = font;
  const fits = (line: string) => pen.measureText(line).width <= maxWidth;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && fits(`${line} ${word}`)) {
      line += ` ${word}`;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const character of word) {
      if (line !== "" && !fits(line + character)) {
        lines.push(line);
        line = "";
      }
      line += character;
    }
  }
  if (line !== "") lines.push(line);
  const wrapped = { lines, width: Math.ceil(Math.max(10, ...lines.map((each) => pen.measureText(each).width))) };
  kept.set(key, wrapped);
  if (kept.size > capacity) kept.delete(kept.keys().next().value!);
  return wrapped;
}
