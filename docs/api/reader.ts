/**
 * Reads entries (their exports, docstrings and types) with the compiler that `npm run check` runs. With nodes.ts the only
 * file that knows its programming interface, which TypeScript 7 calls unstable: whoever updates TypeScript mends it here.
 */
import { relative } from "node:path";
import type { Node, SourceFile, TypeNode } from "typescript/unstable/ast";
import { isIdentifier } from "typescript/unstable/ast/is";
import { API, type Symbol as Named, NodeBuilderFlags, type Project, SymbolFlags } from "typescript/unstable/sync";
import { docOf } from "./docstring.ts";
import { docOfNode, isClass, isFunction, isItem, membersOf, signatureOf, visibleParts } from "./nodes.ts";
import type { Entry, Item } from "./types.ts";

/** `hidden`: what it exports for others than its readers, and what its types name only to compute other types. */
export type EntryFile = {
  readonly page: string;
  readonly module: string;
  readonly file: string;
  readonly hidden: readonly string[];
};

/** What several export stands with the first of them. Throws where there is no such file in the project. */
export function readEntries(root: string, files: readonly EntryFile[]): Entry[] {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: ["tsconfig.json"] }).getProjects();
    const exported = new Set<number>();
    const readers = files.map((entry) => new Reader(project!, root, entry));
    const shown = readers.map((reader) => {
      const symbols = reader.exports();
      const [first, again] = [
        symbols.filter(({ id }) => !exported.has(id)),
        symbols.filter(({ id }) => exported.has(id)),
      ];
      for (const { id } of first) exported.add(id);
      return { reader, first, again: again.map(({ name }) => name) };
    });
    return shown.map(({ reader, first, again }, i) => {
      const { page, module } = files[i]!;
      return { page, module, doc: docOf(reader.head()), items: reader.items(first, exported), again };
    });
  } finally {
    api.close();
  }
}

class Reader {
  readonly #project: Project;
  readonly #root: string;
  readonly #entry: EntryFile;
  readonly #file: SourceFile;

  constructor(project: Project, root: string, entry: EntryFile) {
    const file = project.program.getSourceFile(entry.file);
    if (!file) throw new Error(`${entry.file} is no file of tsconfig.json.`);
    this.#project = project;
    this.#root = root;
    this.#entry = entry;
    this.#file = file;
  }

  /** The comment at the head of the file. */
  head(): string {
    return /^\/\*\*[\s\S]*?\*\//.exec(this.#file.text)?.[0] ?? "";
  }

  exports(): Named[] {
    const { checker } = this.#project;
    const module = checker.getSymbolAtLocation(this.#file);
    if (!module) throw new Error(`${this.#entry.file} exports nothing.`);
    return checker
      .getExportsOfModule(module)
      .map((symbol) => this.#original(symbol))
      .filter((symbol) => this.#nodeOf(symbol));
  }

  /** Functions, then classes, then what these name, nearest first, then what is left. */
  items(first: readonly Named[], exported: ReadonlySet<number>): Item[] {
    const own = new Set(first.map(({ id }) => id));
    const items = new Map<number, Item>();
    let waiting = [...first]
      .sort((a, b) => this.#rankOf(a) - this.#rankOf(b))
      .filter((symbol) => this.#rankOf(symbol) < 3);
    for (const more of [[], first]) {
      waiting.push(...more);
      while (waiting.length > 0) {
        const found = waiting.filter(({ id }) => !items.has(id) && (own.has(id) || !exported.has(id)));
        waiting = [];
        for (const symbol of found) {
          const named = this.#namedBy(this.#nodeOf(symbol)!).filter(({ id }) => id !== symbol.id);
          items.set(symbol.id, this.#item(symbol, own.has(symbol.id), named));
          waiting.push(...named);
        }
      }
    }
    return [...items.values()];
  }

  #item(symbol: Named, isExported: boolean, named: readonly Named[]): Item {
    const node = this.#nodeOf(symbol)!;
    const { checker } = this.#project;
    const flags = NodeBuilderFlags.NoTruncation | NodeBuilderFlags.InTypeAlias;
    const compute = (type: TypeNode) => checker.typeToString(checker.getTypeFromTypeNode(type)!, undefined, flags);
    return {
      name: symbol.name,
      kind: isFunction(node) ? "function" : isClass(node) ? "class" : "type",
      isExported,
      signature: signatureOf(node, compute),
      members: membersOf(node, compute),
      doc: docOfNode(node),
      names: named.map(({ name }) => name),
    };
  }

  #rankOf(symbol: Named): number {
    const node = this.#nodeOf(symbol)!;
    if (isFunction(node)) return node.getSourceFile() === this.#file ? 0 : 1;
    return isClass(node) ? 2 : 3;
  }

  #original(symbol: Named): Named {
    return symbol.flags & SymbolFlags.Alias ? this.#project.checker.getAliasedSymbol(symbol) : symbol;
  }

  /** Where it is declared; undefined for what is not of this repository, or not to be shown. */
  #nodeOf({ name, declarations }: Named): Node | undefined {
    if (this.#entry.hidden.includes(name)) return undefined;
    const node = declarations.map((handle) => handle.resolve(this.#project)).find((found) => found && isItem(found));
    const path = node && relative(this.#root, node.getSourceFile().fileName);
    return path === undefined || /^\.\.|node_modules/.test(path) ? undefined : node;
  }

  /** What its types name, in their order. */
  #namedBy(node: Node): Named[] {
    const found = new Map<number, Named>();
    for (const part of visibleParts(node)) {
      const symbol = isIdentifier(part) ? this.#project.checker.getSymbolAtLocation(part) : undefined;
      const original = symbol && this.#original(symbol);
      if (original && this.#nodeOf(original)) found.set(original.id, original);
    }
    return [...found.values()];
  }
}
