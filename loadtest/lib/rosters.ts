/** Whether people who see each other see the same: by where each is, and whom each sees there. Pure. */
import type { PersonView } from "./wanderers.ts";

export type RosterErrors = {
  /** Pairs of a viewer and someone who is there and not seen. */
  missing: number;
  /** Pairs of a viewer and someone who is seen and not there. */
  strangers: number;
  /** People who were told another number of people online than there are. */
  wrongCounts: number;
  /** People whose seats are not open. */
  away: number;
};

/** `isShared`: others may be there too, of whom we know nothing. */
export function compareRosters(views: readonly PersonView[], isShared: boolean): RosterErrors {
  const inPiece = Map.groupBy(views, ({ piece }) => piece);
  const inChat = Map.groupBy(views, ({ chat }) => chat);
  const errors: RosterErrors = { missing: 0, strangers: 0, wrongCounts: 0, away: 0 };
  for (const { piece, seen, chat, online, isIn } of views) {
    const there = new Set(inPiece.get(piece)!.map(({ id }) => id));
    errors.missing += [...there].filter((id) => !seen.includes(id)).length;
    if (!isShared) errors.strangers += seen.filter((id) => !there.has(id)).length;
    const count = inChat.get(chat)!.length;
    if (isShared ? online < count : online !== count) errors.wrongCounts++;
    if (!isIn) errors.away++;
  }
  return errors;
}

export const isExact = (errors: RosterErrors): boolean => Object.values(errors).every((count) => count === 0);
