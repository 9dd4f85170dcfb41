/** Goes on with sessions whose process is gone, from their records: under the same id, with those that follow them. */
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
}

export class Restorer {
  readonly #options: RestorerOptions;

  constructor(options: RestorerOptions) {
    this.#options = options;
  }

  /** Throws Elsewhere where another process was first, SESSION_NOT_FOUND, UNAVAILABLE. */
  async restore(id: string): Promise<AudioSession> {
    const { registry, homes, streams, music } = this.#options;
    const record = await homes.load(id);
    if (!record) throw new HereaboutsError("SESSION_NOT_FOUND");
    if (record.following !== undefined) return this.#withTarget(id, record.following);
    await music();
    await homes.claim(id, record.name);
    try {
      // another process may have gone on with it meanwhile
      const { stream: saved, ...rest } = (await homes.load(id)) ?? record;
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
    return registry.find(id) ?? registry.add({ ...record, following }, following.stream);
  }
}
