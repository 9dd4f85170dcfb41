/**
 * Goes on with sessions whose process is gone, from their records: under the same id, with those that follow them. Each once,
 * however many ask, and whether by its id, by its name or as the master: of two with one id the first would sound on, and
 * nobody would tell its listeners anything or end it.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Streams } from "../audio/stream/stream.ts";
import { Elsewhere, type SessionHomes } from "./homes.ts";
import type { Registry } from "./registry.ts";
import type { AudioSession } from "./session.ts";

export interface RestorerOptions {
  registry: Registry;
  homes: SessionHomes;
  streams: Streams;
  /** The session of an id, restored if need be. */
  locate(id: string): Promise<AudioSession>;
  /** Waits for something to play. */
  music(): Promise<void>;
  /** Whether this process begins nothing any more. */
  isClosed(): boolean;
}

export class Restorer {
  readonly #options: RestorerOptions;
  /** What is being restored, by id. */
  readonly #restoring = new Map<string, Promise<AudioSession>>();

  constructor(options: RestorerOptions) {
    this.#options = options;
  }

  /**
   * The session of an id or a name that no other process has; undefined where there is none. Throws Elsewhere where another
   * process has it or was first, SESSION_NOT_FOUND, UNAVAILABLE.
   */
  async goOn(key: string): Promise<AudioSession | undefined> {
    const { registry, homes } = this.#options;
    const restoring = this.#restoring.get(key.toLowerCase());
    if (restoring) return restoring;
    const orphan = await homes.seek(key);
    const id = orphan ?? homes.here(key);
    if (id === undefined) return undefined;
    // somebody else may have asked for it meanwhile
    const session = registry.find(id) ?? this.#restoring.get(id);
    return orphan === undefined ? session : (session ?? this.#once(id));
  }

  #once(id: string): Promise<AudioSession> {
    const restoring = this.#restore(id).finally(() => this.#restoring.delete(id));
    this.#restoring.set(id, restoring);
    return restoring;
  }

  async #restore(id: string): Promise<AudioSession> {
    const { registry, homes, streams, music, isClosed } = this.#options;
    if (isClosed()) throw homes.other(id);
    const record = await homes.load(id);
    if (!record) throw new HereaboutsError("SESSION_NOT_FOUND");
    if (record.following !== undefined) return this.#withTarget(id, record.following);
    await music();
    await homes.claim(id, record.name);
    try {
      // another process may have gone on with it meanwhile
      const { stream: saved, ...rest } = (await homes.load(id)) ?? record;
      homes.checkHas(record);
      const session = registry.add({ ...rest, following: undefined }, streams.open(saved ? { saved } : {}));
      // one that does not come now comes when it is asked for
      for (const follower of rest.followers) await this.#follow(session, follower).catch(() => {});
      return session;
    } catch (error) {
      await homes.release(record);
      throw error;
    }
  }

  async #withTarget(id: string, target: string): Promise<AudioSession> {
    const { registry, locate } = this.#options;
    try {
      const following = await locate(target);
      return registry.find(id) ?? (await this.#follow(following, id));
    } catch (error) {
      throw error instanceof Elsewhere ? new Elsewhere(id, error.process) : error;
    }
  }

  async #follow(following: AudioSession, id: string): Promise<AudioSession> {
    const { registry, homes } = this.#options;
    const record = await homes.load(id);
    if (!record) throw new HereaboutsError("SESSION_NOT_FOUND");
    await homes.claim(id, record.name);
    homes.checkHas(record);
    registry.resolve(following.id); // it may have gone meanwhile
    return registry.find(id) ?? registry.add({ ...record, following }, following.stream);
  }
}
