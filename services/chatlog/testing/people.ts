/** People and lines for the tests of the chat log. */
import type { Appended, Author, ChatLog, NewLine } from "../chatlog.ts";

export const person = (id: string, more: Partial<Author> = {}): Author => ({
  id,
  handle: id,
  name: id.toUpperCase(),
  kind: "human",
  guest: false,
  ...more,
});

export const [ada, bob, eve] = ["ada", "bob", "eve"].map((id) => person(id)) as [Author, Author, Author];

let clients = 0;

/** What a person says; each time with a new client id, if none is given. */
export const said = (author: Author, text: string, more: Partial<NewLine> = {}): NewLine => ({
  author,
  text,
  font: "",
  clientId: `client-${++clients}`,
  isShadow: false,
  ...more,
});

/** Says it in `instance` and tells how it was stored. */
export const sayIn =
  (log: ChatLog, instance: string) =>
  (author: Author, text: string, more: Partial<NewLine> = {}): Promise<Appended> =>
    log.append(instance, said(author, text, more));
