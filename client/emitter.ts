/** Typed events. A listener that throws keeps no other from being called; its error is reported as uncaught. */

type Listener = (data: never) => void;

export class Emitter {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Returns the function that takes the listener off again. */
  on(event: string, listener: Listener): () => void {
    const own = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, own.add(listener));
    return () => void own.delete(listener);
  }

  emit(event: string, data: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        (listener as (data: unknown) => void)(data);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
