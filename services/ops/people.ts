/** One search for people over all rooms of all processes (OP2): by a part of the handle or name, or of the id. */
import type { FoundPeople, FoundPerson, FoundSeat } from "../../schema/operations.ts";
import type { Seat } from "../presence/crowd.ts";

const mostListed = 50;

/** `seats`: those of everyone. `process`: id of this one. Those whose handle begins with what is sought come first. */
export function searchPeople(seats: Iterable<Seat>, query: string, process: string): FoundPeople {
  const sought = fold(query.trim());
  const byPerson = new Map<string, Seat[]>();
  for (const seat of seats) {
    const own = byPerson.get(seat.identity.person);
    if (own) own.push(seat);
    else byPerson.set(seat.identity.person, [seat]);
  }
  const found: { own: Seat[]; rank: string }[] = [];
  for (const own of byPerson.values()) {
    const { handle, name, person } = own[0]!.identity;
    const folded = fold(handle);
    const isFound = folded.includes(sought) || fold(name).includes(sought) || fold(person).includes(sought);
    if (isFound) found.push({ own, rank: `${folded === sought ? 0 : folded.startsWith(sought) ? 1 : 2}${folded}` });
  }
  found.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return { found: found.length, people: found.slice(0, mostListed).map(({ own }) => toPerson(own, process)) };
}

/** Without the differences that people do not see or do not type: width, composition, case. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().toUpperCase().normalize("NFKC");
}

function toPerson(seats: readonly Seat[], process: string): FoundPerson {
  const { person, handle, name, kind, role, guest } = seats[0]!.identity;
  return { person, handle, name, kind, role, guest, seats: seats.map((seat) => toFoundSeat(seat, process)) };
}

function toFoundSeat(seat: Seat, process: string): FoundSeat {
  const { room, origin, awayUntil, role, connection, attention, invisible, since } = seat;
  return {
    room,
    process: origin || process,
    status: awayUntil === undefined ? "connected" : "away",
    ...(awayUntil !== undefined && Number.isFinite(awayUntil) ? { awayUntil } : {}),
    role,
    tab: connection.slice(0, 8),
    attention,
    invisible,
    since,
  };
}
