/**
 * What a client sees of a world, for whoever looks into what went wrong: the roster as it is shown, how poses travel, how
 * large the state is, and what happened lately. Holds no token.
 */
import type { Person, World } from "./types.ts";

const mostEvents = 50;

export class Inspector {
  readonly #world: World;
  readonly #events: object[] = [];

  constructor(world: World) {
    this.#world = world;
    world.on("refused", ({ code, details }) => this.#note({ type: "refused", code, details }));
    world.on("connection", ({ state }) => this.#note({ type: "connection", state }));
    world.on("link", ({ carrier, channel: { state, reason } }) => this.#note({ type: "link", carrier, state, reason }));
    world.on("takeover", ({ role }) => this.#note({ type: "takeover", role }));
  }

  /** As JSON. */
  dump(): string {
    const { slug, role, connection, counts, bounds, link, props, people, room } = this.#world;
    return JSON.stringify({
      at: new Date(),
      client: typeof navigator === "undefined" ? "" : navigator.userAgent,
      page: typeof document === "undefined" ? "" : document.visibilityState,
      world: { slug, role, connection, counts, bounds, roomId: room.roomId },
      link,
      sizes: { stateChars: JSON.stringify(room.state).length, people: people.size, props: props.size },
      people: [...people.values()].map(shown),
      events: this.#events,
    });
  }

  #note(event: object): void {
    this.#events.push({ at: new Date(), ...event });
    if (this.#events.length > mostEvents) this.#events.shift();
  }
}

function shown(person: Person) {
  const { id, handle, kind, guest, status, to, attention, connections, since, isMe, placed } = person;
  const { x, y, z, angle } = person;
  return {
    id,
    handle,
    kind,
    guest,
    status,
    to,
    attention,
    connections,
    since,
    isMe,
    ...(placed ? { x, y, z, angle } : {}),
  };
}
