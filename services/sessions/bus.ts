/**
 * What happens to sessions, told to whoever is interested (SE5). Listeners are called at once and in the order they came;
 * one that throws keeps it from none of the others.
 */
import type { AudioSession, EndReason } from "./session.ts";

export type Lifecycle = {
  "session.created": { session: AudioSession };
  /** Someone hears or watches it, as `as`. */
  "session.joined": { session: AudioSession; as: "stream" | "events" | "room" };
  "session.left": { session: AudioSession; as: "stream" | "events" | "room" };
  /** The last one left. */
  "session.idle": { session: AudioSession };
  "session.removed": { session: AudioSession; reason: EndReason };
  /** It goes on in another process. */
  "session.moved": { session: AudioSession };
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
    for (const listener of [...(this.#listeners.get(type) ?? [])] as Listener<Lifecycle[T]>[]) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
