/** What the reference says of the public entries, as plain data: read by reader.ts, printed by page.ts. */

/** A docstring, taken apart. */
export interface Doc {
  readonly text: string;
  readonly params: readonly { readonly name: string; readonly text: string }[];
  readonly throws: readonly string[];
  /** Fenced blocks, as they stand there. */
  readonly examples: readonly string[];
}

export interface Member {
  /** With a `?` where it may be left out; `author.via` for one of an object that is written out in place. */
  readonly name: string;
  readonly kind: "property" | "method";
  /** Of a property its type, of a method its signatures. */
  readonly types: readonly string[];
  readonly isReadonly: boolean;
  readonly doc: Doc;
}

/** One function, class or type. */
export interface Item {
  readonly name: string;
  readonly kind: "function" | "class" | "type";
  /** Whether one can import it: others are only named by those that one can. */
  readonly isExported: boolean;
  /** As TypeScript; empty where the members say all. */
  readonly signature: string;
  readonly members: readonly Member[];
  readonly doc: Doc;
  /** Items that its types name, of this entry and of others. */
  readonly names: readonly string[];
}

/** One of the package's entries. */
export interface Entry {
  /** `client`: the name of its page. */
  readonly page: string;
  /** What one imports from. */
  readonly module: string;
  readonly doc: Doc;
  readonly items: readonly Item[];
  /** What it exports too, and what stands on the page of an entry before it. */
  readonly again: readonly string[];
}
