/**
 * The rules of a chat log that do not depend on where it is kept: when a line counts up, what a gone line still says,
 * what the moderation log notes. Pure; the Lua of `redisScripts.ts` follows the same rules, and the contract suite holds
 * all of them together.
 */
import type { Author, Line, ModerationEntry, NewLine, Restriction } from "./chatlog.ts";

/** How long a client's id is remembered after its line was pruned. */
export const receiptMs = 24 * 3600 * 1000;

export const idOf = (instance: string, seq: number) => `${instance}:${seq}`;

/** Stores keep UTF-8, which has no lone surrogates: replaced here, so that comparing and storing see the same text. */
export const wellFormed = (text: string) => text.toWellFormed();

/**
 * Whether `said` makes `newest`, the newest line of its instance, count one more. The speaker must be the same as shown:
 * a service that speaks for two people has one id, and must not put the words of one into the mouth of the other.
 */
export function countsUp(newest: Line, said: NewLine): boolean {
  return (
    newest.state === (said.isShadow ? "shadow" : "shown") &&
    newest.text === said.text &&
    newest.author.id === said.author.id &&
    newest.author.handle === said.author.handle &&
    newest.author.via === said.author.via
  );
}

/** Who said an erased line: still the same one, without anything that tells who that is. */
export const erasedAuthor = ({ id, kind, guest }: Author): Author => ({ id, handle: "", name: "", kind, guest });

/** What a repeat is answered when its line is older than what is kept. */
export const prunedLine = (instance: string, seq: number, author: Author, at: number): Line => ({
  seq,
  id: idOf(instance, seq),
  author,
  text: "",
  font: "",
  at,
  count: 1,
  editedAt: 0,
  state: "gone",
  hearts: [],
});

/** Actions whose `detail` is what the person said: taken out of the moderation log when that person is erased. */
export const wordActions: readonly ModerationEntry["action"][] = ["filter", "edit", "delete"];

type NoteOf = Omit<ModerationEntry, "action">;

export function restrictNote(instance: string, at: number, by: string, what: Restriction): ModerationEntry {
  const detail = what.until === Infinity ? "for good" : `${Math.max(0, Math.ceil((what.until - at) / 1000))} s`;
  return { instance, at, by, action: what.kind, person: what.person, reason: what.reason, detail };
}

/** There is no action of its own for the end of a shadow mute: the detail tells which restriction ended. */
export const liftNote = (kind: Restriction["kind"], note: Omit<NoteOf, "detail">): ModerationEntry => ({
  ...note,
  action: kind === "ban" ? "unban" : "unmute",
  detail: kind,
});

export const eraseNote = (
  instance: string,
  at: number,
  by: string,
  person: string,
  lines: number,
): ModerationEntry => ({
  instance,
  at,
  by,
  action: "erase",
  person,
  reason: "",
  detail: `${lines} ${lines === 1 ? "line" : "lines"}`,
});

/** Of a note of slow mode. */
export const secondsOf = (detail: string) => Number.parseInt(detail, 10) || 0;

export function byPlace(a: { instance: string; seq: number }, b: { instance: string; seq: number }): number {
  return a.instance < b.instance ? -1 : a.instance > b.instance ? 1 : a.seq - b.seq;
}

export function byPerson(a: Restriction, b: Restriction): number {
  return a.person < b.person ? -1 : a.person > b.person ? 1 : a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0;
}
