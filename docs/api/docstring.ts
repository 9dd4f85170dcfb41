/** Takes docstrings apart: what they say, then what stands behind each of their tags. */
import type { Doc } from "./types.ts";

export const emptyDoc: Doc = { text: "", params: [], throws: [], examples: [] };

/** `comment` with its stars. Throws for a tag that the reference would not show. */
export function docOf(comment: string): Doc {
  const text = comment
    .replace(/^\/\*\*[ \t]?|\s*\*\/$/g, "")
    .replace(/^[ \t]*\*[ \t]?/gm, "")
    .trim();
  const [said, ...tags] = text.split(/(?:^|(?<=\s))@(?=(?:param|throws|example|returns)\b)/);
  const doc = {
    text: said!.trim(),
    params: [] as Doc["params"][number][],
    throws: [] as string[],
    examples: [] as string[],
  };
  for (const tag of tags) {
    const [, kind, rest] = /^(\w+)\s*([\s\S]*?)\s*$/.exec(tag)!;
    if (kind === "param") {
      const [, name, about] = /^(\w+)\s*([\s\S]*)$/.exec(rest!)!;
      doc.params.push({ name: name!, text: about! });
    } else if (kind === "throws") doc.throws.push(rest!.replace(/^HereaboutsError\s+/, ""));
    else if (kind === "example") doc.examples.push(rest!);
    else doc.text += `\n\nReturns ${rest}`;
  }
  return doc;
}
