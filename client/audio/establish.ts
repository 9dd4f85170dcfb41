/**
 * Which session a listener hears, before any sound: the one asked for, else the one kept in this browser if the server
 * still has it, else the server's choice (the master). It makes none: two for one listener cannot come of it. The same
 * question asked again while it is open is one question.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { AudioSession } from "./types.ts";

export const storeKey = "audioSessionId";

export type SessionStore = Pick<Storage, "getItem" | "setItem">;

export interface EstablishOptions {
  /** Throws SESSION_NOT_FOUND or SESSION_ENDED for one that is gone. */
  info(session?: string): Promise<AudioSession>;
  store: SessionStore | null;
}

export class Establisher {
  readonly #options: EstablishOptions;
  readonly #open = new Map<string, Promise<AudioSession>>();

  constructor(options: EstablishOptions) {
    this.#options = options;
  }

  /** Throws SESSION_NOT_FOUND if the one asked for is gone; UNREACHABLE. */
  establish(wanted?: string): Promise<AudioSession> {
    return this.#once(`establish ${wanted ?? ""}`, async () => {
      if (wanted !== undefined) return this.#options.info(wanted);
      const kept = this.#read();
      return (kept && (await this.#ifAlive(kept))) || this.#options.info();
    });
  }

  /** The same session if it lives, else what one is given without asking. */
  again(session: string): Promise<AudioSession> {
    return this.#once(`again ${session}`, async () => (await this.#ifAlive(session)) ?? this.#options.info());
  }

  /** Remembers what is listened to, over reloads. */
  keep(session: AudioSession): void {
    this.#write((store) => store.setItem(storeKey, session.id));
  }

  forget(): void {
    this.#write((store) => store.setItem(storeKey, ""));
  }

  async #ifAlive(session: string): Promise<AudioSession | undefined> {
    try {
      return await this.#options.info(session);
    } catch (error) {
      if (!isGone(error)) throw error;
      this.forget();
      return undefined;
    }
  }

  #once(key: string, work: () => Promise<AudioSession>): Promise<AudioSession> {
    const open = this.#open.get(key) ?? work().finally(() => this.#open.delete(key));
    this.#open.set(key, open);
    return open;
  }

  #read(): string | undefined {
    try {
      return this.#options.store?.getItem(storeKey) || undefined;
    } catch {
      return undefined; // where keeping is not allowed
    }
  }

  #write(change: (store: SessionStore) => void): void {
    try {
      if (this.#options.store) change(this.#options.store);
    } catch {
      // private windows may forbid it: then it lasts as long as the page
    }
  }
}

const gone = new Set(["SESSION_NOT_FOUND", "TARGET_NOT_FOUND", "SESSION_ENDED", "BAD_SLUG"]);

export const isGone = (error: unknown): boolean => error instanceof HereaboutsError && gone.has(error.code);
