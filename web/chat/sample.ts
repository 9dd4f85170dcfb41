/** Lines for unit tests: a whole line from the fields that matter. */
import type { ChatLine } from "hereabouts/client";

export type Fields = Partial<Omit<ChatLine, "author">> & { by?: string; via?: string };

export function lineOf({ by = "ada", via, ...fields }: Fields = {}): ChatLine {
  const author = { id: by, handle: by, name: by, kind: "human" as const, guest: false, via };
  const plain = { seq: 1, text: "hello", font: undefined, at: new Date(2026, 10, 21, 12), count: 1 };
  const marks = { edited: false, gone: false, hearts: 0, hearted: false, isMine: false };
  return { author, ...plain, ...marks, ...fields };
}
