/**
 * What React's `useSyncExternalStore` wants: listeners, and a snapshot that stays the same object until something changed.
 * Changes of one moment are told once.
 */
export class Changes<Shown> {
  readonly #read: () => Shown;
  readonly #listeners = new Set<() => void>();
  #snapshot: { readonly shown: Shown } | undefined;
  #isTelling = false;

  constructor(read: () => Shown) {
    this.#read = read;
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  subscribe(listener: () => void): () => void {
    const own = () => listener(); // the same listener may come twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  getSnapshot(): Shown {
    this.#snapshot ??= { shown: this.#read() };
    return this.#snapshot.shown;
  }

  changed(): void {
    this.#snapshot = undefined;
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** As much of something that tells of its changes by itself, while anyone watches. */
export class Watched<Shown> {
  readonly #changes: Changes<Shown>;
  readonly #watch: (changed: () => void) => () => void;
  #unwatch = () => {};

  constructor(read: () => Shown, watch: (changed: () => void) => () => void) {
    this.#changes = new Changes(read);
    this.#watch = watch;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    if (!this.#changes.isWatched) {
      this.#unwatch = this.#watch(() => this.#changes.changed());
      this.#changes.changed(); // what happened while nobody watched
    }
    const off = this.#changes.subscribe(listener);
    return () => {
      off();
      if (!this.#changes.isWatched) this.#unwatch();
    };
  };

  readonly getSnapshot = (): Shown => this.#changes.getSnapshot();
}
