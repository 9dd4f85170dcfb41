/** Lines about the life of each session, in its own log. Who takes a seat in a room is told by the room's presence. */
import type { Attendee, LifecycleBus } from "../lifecycle.ts";
import type { Log } from "./log.ts";

/** Call it before those begin to listen who end a session's log. */
export function logLives(bus: LifecycleBus, log: Log): void {
  const byHttp = (message: string, { as, handle }: Attendee) => {
    if (as !== "room") log.debug({ as, ...(handle !== undefined && { handle }) }, message);
  };
  bus.on("session.joined", ({ who }) => byHttp("joined", who));
  bus.on("session.left", ({ who }) => byHttp("left", who));
  bus.on("session.idle", () => log.debug({}, "nobody is here"));
  bus.on("session.removed", ({ reason }) => log.debug({ reason }, "ended"));
  bus.on("session.moved", () => log.debug({}, "goes on in another process"));
}

/** Call it after those began to listen who begin a session's log. */
export function logBeginnings(bus: LifecycleBus, log: Log): void {
  bus.on("session.created", ({ session: { kind, label } }) => log.debug({ kind, label }, "made"));
  bus.on("session.forked", ({ from }) => log.debug({ from: from.id }, "forked"));
}
