/** [DO1] Whatever the docs show as code is checked: by the compiler, or as what it is written in. Commands: docs.commands. */
import { describe, expect, it } from "vitest";
import { settings } from "../config.ts";
import { type Block, blocksIn, pages } from "./lib/guides.ts";
import { checkTypes, type Given } from "./lib/typedBlocks.ts";

const blocks = pages.flatMap(blocksIn);
const at = ({ page, line }: Block) => `${page}:${line}`;

/** What is shown in a language that nothing here can check, and why. */
const unchecked: Record<string, string> = {
  "ts signature": "printed from the sources, which are checked",
  text: "what a program prints, or where something is",
  "redis.conf": "Redis has no way to check its settings but to start",
};
const checked = ["ts", "tsx", "html", "sh", "yaml", "env", "ini"];

const sdk = (name: string) => `import("hereabouts/client").${name}`;
/** What the text of a page, or a block before, has given those that are no whole program. */
const inPiece: Given = {
  here: sdk("Hereabouts"),
  world: sdk("World"),
  button: "HTMLButtonElement",
  canvas: "HTMLCanvasElement",
  person: sdk("Person"),
  scores: "object",
};
const draw = "(x: number, y: number) => void";
const connect: Given = { connect: 'typeof import("hereabouts/client").connect' };
const given: Record<string, Given> = {
  "docs/guides/audio.md": { ...connect, audio: sdk("AudioPlayer") },
  "docs/guides/presence.md": inPiece,
  "docs/guides/write-a-piece.md": {
    ...connect,
    ...inPiece,
    url: "string",
    show: `(world: ${sdk("World")}) => void`,
    keys: "Record<string, number>",
    drawMe: draw,
    drawBall: draw,
    drawOther: draw,
    drawSomeone: "(x: number, y: number, look: object) => void",
  },
  "docs/reference/client.md": {
    ...inPiece,
    draw: "(name: string, x: number, y: number) => void",
    input: "HTMLInputElement",
    show: "(title: string, next?: string) => void",
  },
  "docs/reference/predict.md": { draw, puckGame: 'typeof import("../../schema/puck.ts").puckGame' },
  "docs/reference/react.md": { root: 'import("react-dom/client").Root' },
  "docs/reference/testing.md": { here: sdk("Hereabouts"), world: sdk("World") },
};

describe("[DO1] code in the docs", () => {
  it("is of a kind that is checked, or is said not to be", () => {
    const known = [...checked, ...Object.keys(unchecked)];
    expect(blocks.filter(({ kind }) => !known.includes(kind)).map((block) => `${at(block)}: ${block.kind}`)).toEqual(
      [],
    );
    expect(known.filter((kind) => !blocks.some((block) => block.kind === kind))).toEqual([]);
  });

  it("type-checks, in pages too", async () => {
    const typed = blocks.filter(({ kind }) => ["ts", "tsx", "html"].includes(kind));
    expect(await checkTypes(typed, ({ page }) => given[page] ?? {})).toEqual([]);
  }, 180_000);

  it("has settings that there are", () => {
    const named = blocks
      .filter(({ kind }) => kind === "env")
      .flatMap((block) => block.code.split("\n").map((line) => `${at(block)}: ${line.split("=")[0]}`));
    expect(named.filter((name) => !Object.hasOwn(settings, name.split(": ")[1]!) && !name.endsWith(": "))).toEqual([]);
  });

  it.each([
    ["yaml", /^(?: {2})*(?:- )?(?:[\w-]+:(?: \S.*)?|\S.*)$/],
    ["ini", /^(?:\[\w+\]|[A-Z]\w+=\S.*)$/],
  ])("in %s has lines of its form", (kind, form) => {
    const lines = blocks.filter((block) => block.kind === kind).flatMap(({ code }) => code.trimEnd().split("\n"));
    expect(lines.filter((line) => !form.test(line))).toEqual([]);
  });
});
