/** A page of the reference: Markdown of what an entry exports, with a heading for each export and each method. */
import { errorTable } from "../../schema/errors.ts";
import type { Doc, Entry, Item, Member } from "./types.ts";

/** `pageOf`: the page on which an item of another entry stands. */
export function referencePage(entry: Entry, pageOf: (name: string) => string | undefined): string {
  const here = new Set(entry.items.map(({ name }) => name));
  const link = (name: string) => {
    const page = here.has(name) ? "" : pageOf(name);
    return page === undefined ? undefined : `[${name}](${page && `${page}.md`}#${name.toLowerCase()})`;
  };
  const part = (title: string, items: readonly Item[]) =>
    items.length === 0 ? [] : [`## ${title}`, ...items.flatMap((item) => itemText(item, link))];
  const exported = entry.items.filter(({ isExported }) => isExported);
  const functions = exported.filter(({ kind }) => kind !== "type");
  const types = exported.filter(({ kind }) => kind === "type");
  const others = entry.items.filter(({ isExported }) => !isExported);
  const list = (title: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${title}: ${names.map(link).join(", ")}`];
  return `${[
    `# \`${entry.module}\``,
    entry.doc.text,
    ...entry.doc.examples,
    [
      ...list("Functions and classes", functions.map(nameOf)),
      ...list("Types", types.map(nameOf)),
      ...list("From here too", entry.again),
    ].join("  \n"),
    "Lengths of time are in milliseconds where a name ends in `Ms`. What is refused is a `HereaboutsError` with one of [these codes](../ERRORS.md).",
    ...part("Functions and classes", functions),
    ...part("Types", types),
    ...part("Named by these", others),
    "This page is printed from the docstrings of the sources by `npm run docs`.",
  ].join("\n\n")}\n`;
}

const nameOf = ({ name }: Item) => name;

type Link = (name: string) => string | undefined;

function itemText({ name, signature, doc, members, names }: Item, link: Link): string[] {
  const properties = members.filter((member) => member.kind === "property" && !isLarge(member));
  const methods = members.filter((member) => !properties.includes(member));
  const canBeRead = 2 * properties.filter(({ isReadonly }) => isReadonly).length > properties.length;
  const rows = properties.map((property) => row(property, canBeRead));
  const linked = names.flatMap((other) => link(other) ?? []);
  return [
    `### ${name}`,
    ...(doc.text ? [doc.text] : []),
    ...(signature ? [code(signature)] : []),
    ...docText(doc),
    ...(rows.length > 0 ? [["| property | type | |", "|---|---|---|", ...rows].join("\n")] : []),
    ...(linked.length > 0 ? [`See ${linked.join(", ")}.`] : []),
    ...methods.flatMap((method) => methodText(name, method)),
  ];
}

/** A property that is a function with more to say than a row holds. */
const isLarge = ({ doc }: Member) => doc.throws.length > 0 || doc.examples.length > 0;

function methodText(owner: string, { name, kind, types, doc }: Member): string[] {
  const signatures = kind === "method" ? types : [`${name}: ${types[0]}`];
  return [`#### ${owner}.${name}`, ...(doc.text ? [doc.text] : []), code(signatures.join("\n")), ...docText(doc)];
}

function docText({ params, throws, examples }: Doc): string[] {
  const rows = params.map(({ name, text }) => `| \`${name}\` | ${cell(text)} |`);
  return [
    ...(rows.length > 0 ? [["| parameter | |", "|---|---|", ...rows].join("\n")] : []),
    ...throws.map((text) => `Throws ${codes(text)}`),
    ...examples,
  ];
}

function row({ name, types, isReadonly, doc }: Member, canBeRead: boolean): string {
  const about = [
    doc.text,
    ...doc.throws.map((text) => `Throws ${codes(text)}`),
    canBeRead && !isReadonly ? "Can be set." : "",
  ];
  return `| \`${name}\` | \`${cell(types[0]!)}\` | ${cell(about.filter(Boolean).join(" "))} |`;
}

const cell = (text: string) => text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
/** What stands in the source as it stands there; long unions, which nobody broke into lines, are broken. */
const code = (text: string) => `\`\`\`ts signature\n${text.replace(/(.{60,110}?) (?=\| ")/g, "$1\n  ")}\n\`\`\``;

/** Throws for a code that is not in the table. */
function codes(text: string): string {
  return text.replace(/\b[A-Z]{2,}(_[A-Z]+)*\b/g, (word) => {
    if (word in errorTable) return `\`${word}\``;
    if (word.includes("_")) throw new Error(`A docstring throws ${word}, which is not in schema/errorTable.ts.`);
    return word;
  });
}
