/** Metrics of sessions, rooms and audio sessions alike, as the bus tells of them (SE5). */
import type { LifecycleBus } from "../lifecycle.ts";
import type { Meters } from "./meters.ts";

export function measureSessions(meters: Meters, bus: LifecycleBus): void {
  const created = meters.counter("sessions_created_total", "Rooms and audio sessions made", ["kind", "type"]);
  const removed = meters.counter("sessions_removed_total", "Rooms and audio sessions ended, by why", [
    "kind",
    "reason",
  ]);
  const moved = meters.counter("sessions_moved_total", "Rooms and audio sessions that went on elsewhere", ["kind"]);
  const forked = meters.counter("sessions_forked_total", "Those that began as a copy of another", ["kind"]);
  const joined = meters.counter("sessions_joined_total", "Who came, by what to", ["kind", "as"]);
  const left = meters.counter("sessions_left_total", "Who left, and what", ["kind", "as"]);
  bus.on("session.created", ({ session: { kind, type = "" } }) => created.inc({ kind, type }));
  bus.on("session.removed", ({ session: { kind }, reason }) => removed.inc({ kind, reason }));
  bus.on("session.moved", ({ session: { kind } }) => moved.inc({ kind }));
  bus.on("session.forked", ({ session: { kind } }) => forked.inc({ kind }));
  bus.on("session.joined", ({ session: { kind }, who }) => joined.inc({ kind, as: who.as }));
  bus.on("session.left", ({ session: { kind }, who }) => left.inc({ kind, as: who.as }));
}
