/**
 * Which process a new room is made on: each key prefers processes in an order of its own (rendezvous hashing), so that all
 * who place it at once choose the same and that of a process which goes are spread over the others; one that is much
 * busier than the rest is passed over, and so is one that has just come: it could not hold the places of people whose
 * process died before it came.
 */
import { createHash } from "node:crypto";
import type { Member } from "../services/cluster/cluster.ts";

/** How much busier than the average a process may be, and by how much at least, before it is passed over. */
const busier = { times: 1.25, by: 20 };
/** A room by itself costs as much as this many people in it. */
const roomCost = 2;

/** Undefined where all are leaving. */
export function placeOf(key: string, members: readonly Member[]): Member | undefined {
  const staying = members.filter(({ isDraining }) => !isDraining);
  const known = staying.filter(({ isNew }) => !isNew);
  const open = known.length > 0 ? known : staying;
  const average = open.reduce((sum, member) => sum + loadOf(member), 0) / open.length;
  const most = average * busier.times + busier.by;
  const preferred = open.map((member) => ({ member, rank: rankOf(key, member) })).sort((a, b) => b.rank - a.rank);
  return (preferred.find(({ member }) => loadOf(member) <= most) ?? preferred[0])?.member;
}

function loadOf({ seats, rooms }: Member): number {
  return seats + rooms * roomCost;
}

function rankOf(key: string, { id }: Member): number {
  return createHash("sha1").update(`${key} ${id}`).digest().readUInt32BE();
}
