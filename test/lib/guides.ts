/** The README, the pages beside it and those of docs/: their blocks of code, with the lines on which they stand. */
import { globSync, readFileSync } from "node:fs";

/** `line`: of the first line of the code, from 1. `kind`: what stands behind the backticks. */
export type Block = { page: string; line: number; kind: string; code: string };

export const pages = [...globSync(["*.md", "docs/**/*.md"]).sort()];

/** What is indented, in a list, is given as if it were not. */
export function blocksIn(page: string): Block[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^( *)```([^\n`]*)\n(.*?)^\1```$/gms)].map(({ index, 1: indent, 2: kind, 3: code }) => ({
    page,
    line: text.slice(0, index).split("\n").length + 1,
    kind: kind!,
    code: code!.replace(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** The text of a page without its blocks, line for line. */
export function proseOf(page: string): string {
  return readFileSync(page, "utf8").replace(/^( *)```[^\n`]*\n.*?^\1```$/gms, (block) => block.replace(/[^\n]/g, ""));
}

/** The blocks of TypeScript of docs/guides/NAME.md, in their order. */
export function blocksOf(guide: string): Block[] {
  return blocksIn(`docs/guides/${guide}.md`).filter(({ kind }) => kind === "ts" || kind === "tsx");
}
