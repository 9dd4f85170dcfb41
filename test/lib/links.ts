/** Links of Markdown pages, and the anchors they may point at, as GitHub makes them of headings. */
import { proseOf } from "./guides.ts";

export type Link = {
  readonly page: string;
  readonly line: number;
  readonly target: string;
  readonly isPicture: boolean;
};

/** `[text](target)`, `![text](target)` and `<https://…>`; not what stands in backticks. */
export function linksIn(page: string): Link[] {
  return proseOf(page)
    .split("\n")
    .flatMap((text, i) => {
      const shown = text.replace(/`[^`]*`/g, "``");
      const found = [...shown.matchAll(/(!?)\[[^\]]*\]\(([^)]*)\)|<(https?:[^>]*)>/g)];
      return found.map(([, mark, target, web]) => ({
        page,
        line: i + 1,
        target: target ?? web!,
        isPicture: mark === "!",
      }));
    });
}

/** Of each heading; the second of the same name has `-1` behind it. */
export function anchorsIn(page: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(page).matchAll(/^#{1,6} +(.*?) *$/gm)].map(([, heading]) => {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}
