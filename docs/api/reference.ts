/** The reference: which entries have a page in docs/reference, and what is on each. A test holds the pages equal to this. */
import { join } from "node:path";
import { referencePage } from "./page.ts";
import { type EntryFile, readEntries } from "./reader.ts";
import type { Entry } from "./types.ts";

const root = join(import.meta.dirname, "../..");

/** The states of Colyseus's rooms, which the guides do without. */
const states = ["WorldState", "ChatState", "AudioState"];
const forRooms = ["loadPiece", "Optional", "NoState", "Face", "Answer", "Nothing"];

const entries: readonly EntryFile[] = [
  { page: "client", module: "hereabouts/client", file: "client/index.ts", hidden: [...states, "PeerConnection"] },
  { page: "react", module: "hereabouts/react", file: "client/react/index.ts", hidden: [] },
  { page: "predict", module: "hereabouts/predict", file: "client/predict.ts", hidden: [] },
  { page: "devtools", module: "hereabouts/devtools", file: "client/devtools/index.ts", hidden: [] },
  { page: "testing", module: "hereabouts/testing", file: "testing/index.ts", hidden: [] },
  { page: "piece", module: "pieces/index.ts", file: "pieces/index.ts", hidden: forRooms },
];

export const readReference = (): Entry[] => readEntries(root, entries);

/** The pages by their paths in docs/. */
export function referencePages(reference: readonly Entry[]): Record<string, string> {
  const pageOf = (name: string) => reference.find(({ items }) => items.some((item) => item.name === name))?.page;
  return Object.fromEntries(
    reference.map((entry) => [`reference/${entry.page}.md`, referencePage(entry, pageOf)] as const),
  );
}

/** Functions and classes without an example. */
export function unexampled(reference: readonly Entry[]): string[] {
  return reference.flatMap(({ page, items }) =>
    items
      .filter(({ kind, isExported, doc }) => isExported && kind !== "type" && doc.examples.length === 0)
      .map(({ name }) => `${page}: ${name}`),
  );
}

/** Exports, and methods of theirs, that have no docstring. */
export function undocumented(reference: readonly Entry[]): string[] {
  return reference.flatMap(({ page, items }) =>
    items
      .filter(({ isExported }) => isExported)
      .flatMap(({ name, doc, members }) => [
        ...(doc.text ? [] : [`${page}: ${name}`]),
        ...members
          .filter((member) => member.kind === "method" && !member.doc.text)
          .map((m) => `${page}: ${name}.${m.name}`),
      ]),
  );
}
