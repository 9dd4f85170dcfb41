/**
 * Keeps the records of this process's sessions up to date, one write after the other: what was decided is written at once,
 * what could not be written is tried again at the next `flush`.
 */
import { apart } from "../context.ts";
import { recordOf, type SessionStore } from "./record.ts";
import type { AudioSession } from "./session.ts";

export interface KeeperOptions {
  store: SessionStore;
  /** The fence of a session's home, while this process has it. */
  fenceOf(session: AudioSession): number | undefined;
  /** It was kept and is no more: its home can be given up. */
  onDropped(session: AudioSession): void;
  onError(error: unknown): void;
}

export class Keeper {
  readonly #options: KeeperOptions;
  /** What is to be written, by id. */
  readonly #due = new Map<string, { session: AudioSession; isDropped: boolean }>();
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
    this.#due.set(session.id, { session, isDropped: false });
    void this.flush();
  }

  /** Whoever has it now keeps its record. */
  forget(session: AudioSession): void {
    this.#watched.get(session.id)?.();
    this.#watched.delete(session.id);
    this.#due.delete(session.id);
  }

  /** It is no more. */
  drop(session: AudioSession): void {
    this.forget(session);
    this.#due.set(session.id, { session, isDropped: true });
    if (session.following && this.#watched.has(session.following.id)) this.mark(session.following);
    void this.flush();
  }

  /** Writes what is due. Never throws. */
  flush(): Promise<void> {
    this.#writing ??= apart(() => this.#write()); // of all sessions
    return this.#writing;
  }

  async #write(): Promise<void> {
    await null; // what is decided together is written together
    for (const [id, due] of this.#due) {
      this.#due.delete(id);
      try {
        await (due.isDropped ? this.#drop(due.session) : this.#save(due.session));
      } catch (error) {
        if (!this.#due.has(id)) this.#due.set(id, due);
        this.#options.onError(error);
        break;
      }
    }
    this.#writing = undefined;
  }

  async #save(session: AudioSession): Promise<void> {
    const fence = this.#options.fenceOf(session);
    if (fence !== undefined) await this.#options.store.save(recordOf(session, fence));
  }

  async #drop(session: AudioSession): Promise<void> {
    const { store, onDropped } = this.#options;
    await store.drop(session.id);
    onDropped(session);
  }
}
