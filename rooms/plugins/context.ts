/**
 * What a room does is done in its name (SE3): the calls that Colyseus makes of it, the timers of its clock, and what others
 * call in it are part of its session, and of the seat that they are about. Each line logged below says so by itself.
 */
import type { Room } from "@colyseus/core";
import { type Known, later, within } from "../../services/context.ts";
import type { Identity } from "../../services/identity/person.ts";
import type { LiveSession } from "../../services/lifecycle.ts";
import type { SeatClient } from "../seat.ts";

/** A room as a context knows it. It has no session before it was told what it is for. */
export interface NamedRoom {
  readonly session?: LiveSession | undefined;
}

const hooks = {
  onCreate: "create",
  onJoin: "join",
  onDrop: "drop",
  onReconnect: "reconnect",
  onLeave: "leave",
  onDispose: "dispose",
} as const;

type Hook = (...args: unknown[]) => unknown;
type SetTimer = (work: (...args: never[]) => void, ms?: number, ...args: unknown[]) => unknown;

/** Does `work` in the name of a room, and of the seat of `client` if it is about one. */
export function inRoom<T>(room: NamedRoom, client: SeatClient | undefined, doing: string, work: () => T): T {
  return within({ ...sessionKnown(room), ...(client && seatKnown(client)) }, doing, work);
}

/** Call it once, when the room is made. */
export function carryContext(room: NamedRoom & Room): void {
  const own = room as unknown as Record<string, Hook | undefined>;
  for (const [name, doing] of Object.entries(hooks)) {
    const hook = own[name];
    if (!hook) continue;
    const isAboutSeat = name !== "onCreate" && name !== "onDispose";
    own[name] = (...args) =>
      inRoom(room, isAboutSeat ? (args[0] as SeatClient) : undefined, doing, () => hook.apply(room, args));
  }
  const clock = room.clock as unknown as Record<"setTimeout" | "setInterval", SetTimer>;
  for (const name of ["setTimeout", "setInterval"] as const) {
    const set = clock[name].bind(clock);
    clock[name] = (work, ...rest) => set(later("timer", work), ...rest);
  }
}

function sessionKnown({ session }: NamedRoom): Known {
  return session ? { session: session.id, room: session.key } : {};
}

function seatKnown({ userData, auth }: SeatClient): Known {
  const identity = (userData?.identity ?? auth) as Identity | undefined;
  return {
    ...(identity && { person: identity.person }),
    ...(userData && { connection: userData.connection }),
  };
}
