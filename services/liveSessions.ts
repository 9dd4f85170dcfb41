/** Which session a room of this process is, by the room's key: as the lifecycle bus tells. */
import type { LifecycleBus, LiveSession } from "./lifecycle.ts";

export class LiveSessions {
  readonly #byRoom = new Map<string, LiveSession>();

  /** Make it before there are any sessions. */
  constructor(bus: LifecycleBus) {
    const forget = ({ session }: { session: LiveSession }) => {
      // its successor may be there already
      if (this.#byRoom.get(session.key)?.id === session.id) this.#byRoom.delete(session.key);
    };
    bus.on("session.created", ({ session }) => void this.#byRoom.set(session.key, session));
    bus.on("session.removed", forget);
    bus.on("session.moved", forget);
  }

  /** `room`: "world:field". */
  of(room: string): LiveSession | undefined {
    return this.#byRoom.get(room);
  }
}
