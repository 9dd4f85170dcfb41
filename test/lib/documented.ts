/**
 * What a document tells its reader to type, by the heading that it stands under: commands and code, as they stand there.
 * Throws where it is not told any more, so that a test that follows a document never follows a copy of it.
 */

/** The text from a heading to the next one. */
export function sectionOf(document: string, heading: string): string {
  const [, section] = new RegExp(`^#+ ${heading}\n(.*?)(?=^#+ |(?![^]))`, "ms").exec(document) ?? [];
  if (section === undefined) throw new Error(`The document has no heading "${heading}".`);
  return section;
}

/** The fenced blocks of a kind (`sh`, `ts`, `html`) under a heading, in their order; at least one. */
export function blocksUnder(document: string, heading: string, kind: string): string[] {
  const blocks = [...sectionOf(document, heading).matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\`$`, "gms"))];
  if (blocks.length === 0) throw new Error(`The document shows no ${kind} under "${heading}".`);
  return blocks.map(([, code]) => code!);
}

/** What is said in a line under a heading: the first group of `said`, or all of it. */
export function saidUnder(document: string, heading: string, said: RegExp): string {
  const match = said.exec(sectionOf(document, heading));
  if (!match) throw new Error(`The document does not say ${said} under "${heading}".`);
  return match[1] ?? match[0];
}
