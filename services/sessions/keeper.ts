/**
 * Keeps the records of this process's sessions up to date, one write after the other: what was decided is written at once,
 * what could not be written is tried again at the next `flush`.
 */
import { recordOf, type SessionStore } from "./record.ts";
import type { AudioSession } from "./session.ts";

export interface KeeperOptions {
  store: SessionStore;
  /** The fence of a session's home, while this process has it. */
  fenceOf(session: AudioSession): number | undefined;
  onError(error: unknown): void;
}

export class Keeper {
  readonly #options: KeeperOptions;
  /** By id: what is to be written; undefined for one that is to be dropped. */
  readonly #due = new Map<string, AudioSession | undefined>();
  readonly #watched = new Map<string, () => void>();
  #writing: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Its record is kept from now on. */
  keep(session: AudioSession): void {
    if (!session.following) {
      const unsubscribe = session.stream.subscribe(({ type }) => {
        if (type === "track" || type === "journey") this.mark(session);
      });
      this.#watched.set(session.id, unsubscribe);
    }
    this.mark(session);
    if (session.following) this.mark(session.following);
  }

  mark(session: AudioSession): void {
    this.#due.set(session.id, session);
    void this.flush();
  }

  /** Whoever has it now keeps its record. */
  forget(session: AudioSession): void {
    this.#watched.get(session.id)?.();
    this.#watched.delete(session.id);
    this.#due.delete(session.id);
  }

  /** It is no more. */
  drop(session: AudioSession): Promise<void> {
    this.forget(session);
    this.#due.set(session.id, undefined);
    if (session.following && this.#watched.has(session.following.id)) this.mark(session.following);
    return this.flush();
  }

  /** Writes what is due. Never throws. */
  flush(): Promise<void> {
    this.#writing ??= this.#write();
    return this.#writing;
  }

  async #write(): Promise<void> {
    await null; // what is decided together is written together
    for (const [id, session] of this.#due) {
      this.#due.delete(id);
      try {
        await this.#writeOne(id, session);
      } catch (error) {
        if (!this.#due.has(id)) this.#due.set(id, session);
        this.#options.onError(error);
        break;
      }
    }
    this.#writing = undefined;
  }

  async #writeOne(id: string, session: AudioSession | undefined): Promise<void> {
    const { store, fenceOf } = this.#options;
    if (!session) return store.drop(id);
    const fence = fenceOf(session);
    if (fence !== undefined) await store.save(recordOf(session, fence));
  }
}
