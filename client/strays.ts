/**
 * Joins that were given up and may still come true: for a moment such a one has taken the place of the newer seat that the
 * same tab has in the same room, and that one has to come back. They are remembered by client and room, as the newer seat
 * may be of another visit.
 */
import type { Client, Room } from "colyseus.js";

/** How long after it was left such a join may still have replaced the newer one. */
const strayMs = 5000;

const counts = new WeakMap<Client, Map<string, number>>();

/** `key` names the room. Whatever comes of `joining` is left. */
export function giveUp(client: Client, key: string, joining: Promise<Room>): void {
  add(client, key, 1);
  joining
    .then(
      (room) => room.leave(),
      () => {},
    )
    .finally(() => setTimeout(() => add(client, key, -1), strayMs));
}

/** Whether a seat in that room may have been replaced by a join that was given up. */
export function hasStray(client: Client, key: string): boolean {
  return (counts.get(client)?.get(key) ?? 0) > 0;
}

function add(client: Client, key: string, count: number): void {
  const ofClient = counts.get(client) ?? new Map<string, number>();
  counts.set(client, ofClient);
  const sum = (ofClient.get(key) ?? 0) + count;
  if (sum > 0) ofClient.set(key, sum);
  else ofClient.delete(key);
}
