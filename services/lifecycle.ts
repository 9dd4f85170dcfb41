/**
 * What happens to sessions, told to whoever is interested (SE5): metrics, artifacts and recordings listen, and nobody has
 * to call them. Listeners are called at once and in the order they came, as part of that session; one that throws keeps it
 * from none of the others.
 */
import { within } from "./context.ts";

/** A room or an audio session, from its making to its end in this process. An audio session's room is part of it. */
export interface LiveSession {
  /** A readable label and 128 random bits; an audio session keeps it from process to process. */
  readonly id: string;
  readonly kind: "world" | "chat" | "audio";
  /** That of its room: "world:field"; "audio:" and its id for an audio session. */
  readonly key: string;
  /** What people call it: a slug, an instance, an audio session's name or id. */
  readonly label: string;
  /** Server time in ms since the epoch. */
  readonly created: number;
  /** Of an audio session: master, named or follower. */
  readonly type?: string;
}

/** Someone in a session: in its room, or by HTTP hearing it (`stream`) or watching it (`events`). */
export interface Attendee {
  readonly as: "room" | "stream" | "events";
  /** Public id; nobody by HTTP without a token. */
  readonly person?: string | undefined;
  readonly handle?: string | undefined;
  /** Names the tab or device. */
  readonly connection?: string | undefined;
}

export type Lifecycle = {
  "session.created": { session: LiveSession };
  "session.joined": { session: LiveSession; who: Attendee };
  "session.left": { session: LiveSession; who: Attendee };
  /** The last one left. */
  "session.idle": { session: LiveSession };
  /** `reason`: `empty` for a room that nobody is in, else as AudioEvent's `ended`. */
  "session.removed": { session: LiveSession; reason: string };
  /** It goes on in another process. */
  "session.moved": { session: LiveSession };
  /** `session` began as a copy of `from`. */
  "session.forked": { session: LiveSession; from: LiveSession };
};

type Listener<T> = (event: T) => void;

export class LifecycleBus {
  readonly #listeners = new Map<keyof Lifecycle, Set<Listener<never>>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Calls `listener` until the returned function is called. */
  on<T extends keyof Lifecycle>(type: T, listener: Listener<Lifecycle[T]>): () => void {
    const own = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, own.add(listener));
    return () => void own.delete(listener);
  }

  emit<T extends keyof Lifecycle>(type: T, event: Lifecycle[T]): void {
    const { id, key } = event.session;
    within({ session: id, room: key, ...("who" in event && knownOf(event.who)) }, type, () => this.#tell(type, event));
  }

  #tell<T extends keyof Lifecycle>(type: T, event: Lifecycle[T]): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])] as Listener<Lifecycle[T]>[]) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

function knownOf({ person, connection }: Attendee): { person?: string; connection?: string } {
  return { ...(person !== undefined && { person }), ...(connection !== undefined && { connection }) };
}
