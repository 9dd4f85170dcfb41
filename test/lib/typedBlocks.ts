/**
 * Blocks of TypeScript and the scripts of HTML, type-checked all at once by the compiler, with the package's own entries.
 * A block stands at the same line of its file as it does on its page, so that what is wrong is told by page and line.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Block } from "./guides.ts";

/** Names that the text around a block has given, each with its type. */
export type Given = Readonly<Record<string, string>>;

/** What is wrong with each block, as `page:line: why`. */
export async function checkTypes(blocks: readonly Block[], givenOf: (block: Block) => Given): Promise<string[]> {
  const folder = resolve(`.blocks-${process.pid}`); // here, so that `hereabouts/…` is this one
  try {
    const checked = await Promise.all(
      ["typed", "plain"].map(async (name) => {
        const own = blocks.filter(({ kind }) => (kind === "html") === (name === "plain"));
        const project = join(folder, name);
        mkdirSync(project, { recursive: true });
        for (const block of own) {
          const file = join(project, fileOf(block));
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, moduleOf(block, givenOf(block)));
        }
        writeFileSync(join(project, "tsconfig.json"), JSON.stringify(settingsOf(name === "typed")));
        return (await compile(project)).map((line) => told(line, own));
      }),
    );
    return checked.flat();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A page's own script is JavaScript, of which nobody expects that it looks for what may be null. */
const settingsOf = (strict: boolean) => ({
  extends: "../../tsconfig.json",
  // a file that a block names stands among those of this repository
  compilerOptions: {
    strict,
    rootDirs: ["../..", "."],
    noUncheckedIndexedAccess: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ["**/*"],
  exclude: [],
});

async function compile(project: string): Promise<string[]> {
  const tsc = resolve("node_modules/typescript/bin/tsc");
  const run = promisify(execFile)(process.execPath, [tsc, "-p", project, "--pretty", "false"], { cwd: project });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return stdout.split("\n").filter((line) => /^\S.*error TS/.test(line));
}

/** A block may begin with the path of its file. */
function fileOf({ page, line, kind, code }: Block): string {
  const ending = kind === "html" ? "ts" : kind;
  return /^\/\/ ([\w./-]+\.tsx?)\n/.exec(code)?.[1] ?? `${page.replace(/\W/g, "-")}-${line}.${ending}`;
}

function told(error: string, blocks: readonly Block[]): string {
  const [, file, line, why] = /^(.*?)\((\d+),\d+\): error (.*)$/.exec(error) ?? [];
  const block = blocks.find((other) => fileOf(other) === file);
  return block ? `${block.page}:${line}: ${why}` : error;
}

/** Imports first; the rest in braces, where it may have names that were given too. What exports something is whole as it is. */
function moduleOf({ kind, code, line }: Block, given: Given): string {
  const script = kind === "html" ? scriptOf(code) : code;
  const imports: string[] = [];
  const rest = script.replace(/^ *import [^;]*?from "[^"]+";/gm, (found) => {
    imports.push(found.trim());
    return found.replace(/[^\n]/g, "");
  });
  const known = kind === "html" ? elementsOf(code) : given;
  const declared = Object.entries(known).filter(([name]) => !new RegExp(`\\b${name}\\b`).test(imports.join()));
  const head = [...imports, ...declared.map(([name, type]) => `declare const ${name}: ${type};`), "export {};"]
    .join(" ")
    .replace(/\n/g, " ")
    .replace(/"http:\/\/localhost:2567\/(client|predict|devtools)\.js"/g, '"hereabouts/$1"');
  const isWhole = /^export /m.test(rest);
  return `${head}${"\n".repeat(line - 1)}${isWhole ? rest : `{${rest}\n}`}`;
}

/** The script of a page, at its line. */
function scriptOf(html: string): string {
  const [, before, script] = /^(.*?<script type="module">)(.*?)<\/script>/s.exec(html) ?? [];
  return before === undefined ? "" : `${before.replace(/[^\n]/g, "")}${script}`;
}

/** A page's elements are there by their ids. */
function elementsOf(html: string): Given {
  const elements = [...html.matchAll(/<(\w+)[^>]*\bid="(\w+)"/g)];
  return Object.fromEntries(elements.map(([, tag, id]) => [id!, `HTMLElementTagNameMap["${tag}"]`]));
}
