/**
 * Where audio sessions live among several processes. The process that has a session has claimed its id and its name; when
 * that process is gone, whoever is asked for the session first claims it and goes on with it from its record.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Cluster, Home } from "../cluster/cluster.ts";
import { isIdLike, nameKey } from "./ids.ts";
import { Keeper } from "./keeper.ts";
import type { SessionRecord, SessionStore } from "./record.ts";
import type { AudioSession } from "./session.ts";

export interface SessionHomesOptions {
  cluster: Cluster;
  store: SessionStore;
  now: () => number;
  onError(error: unknown): void;
}

/** The session lives on another process: routes ask that one. */
export class Elsewhere extends HereaboutsError {
  /** Empty where any session that comes of it will do. */
  readonly id: string;
  readonly process: string;

  constructor(id: string, process: string) {
    super("UNAVAILABLE", "Another process has this session.");
    this.id = id;
    this.process = process;
  }
}

/** Whether a home is that of a session, by its id or name. */
export const isSessionKey = (key: string): boolean => /^session(-name)?:/.test(key);

const idKey = (id: string) => `session:${id}`;
const nameHome = (name: string) => `session-name:${nameKey(name)}`;
const keysOf = (id: string, name: string) => (name ? [nameHome(name), idKey(id)] : [idKey(id)]);
/** By id or name. */
const homeKeyOf = (key: string) => (isIdLike(key) ? idKey(key.toLowerCase()) : nameHome(key));

export class SessionHomes {
  readonly keeper: Keeper;
  readonly #options: SessionHomesOptions;
  /** Those whose process is gone, and since when. */
  readonly #orphans = new Map<string, number>();

  constructor(options: SessionHomesOptions) {
    const { cluster, store, onError } = options;
    this.#options = options;
    const fenceOf = ({ id }: AudioSession) => cluster.own(idKey(id))?.fence;
    this.keeper = new Keeper({ store, onError, fenceOf, onDropped: (session) => void this.release(session) });
  }

  /** Throws UNAVAILABLE while this process cannot know what it has. */
  check(): void {
    if (!this.#options.cluster.isCurrent) throw new HereaboutsError("UNAVAILABLE");
  }

  /** The id of what nobody has, but did. Throws Elsewhere for what somebody has; UNAVAILABLE. */
  async seek(key: string): Promise<string | undefined> {
    const { cluster, store } = this.#options;
    const home = await cluster.find(homeKeyOf(key));
    if (home && home.process !== cluster.id) throw new Elsewhere(home.value, home.process);
    // here, and not among those that were when this was asked: it has just come, or is just being ended
    if (home) return undefined;
    const id = isIdLike(key) ? key.toLowerCase() : await store.named(nameKey(key));
    return id !== undefined && (await store.load(id)) ? id : undefined;
  }

  /** The id of what this process has, or is about to have. */
  here(key: string): string | undefined {
    return this.#options.cluster.own(homeKeyOf(key))?.value;
  }

  load(id: string): Promise<SessionRecord | undefined> {
    return this.#options.store.load(id);
  }

  /** Takes a session for this process. Throws Elsewhere if another was first; UNAVAILABLE. */
  async claim(id: string, name: string): Promise<void> {
    const { cluster } = this.#options;
    const held: Home[] = [];
    try {
      for (const key of keysOf(id, name)) {
        let home = await cluster.claim(key, id);
        if (home.process === cluster.id && home.value !== id) {
          // what had the name before was ended here
          await cluster.release(home);
          home = await cluster.claim(key, id);
        }
        if (home.process !== cluster.id) throw new Elsewhere(home.value, home.process);
        held.push(home);
      }
      this.checkHas({ id, name });
    } catch (error) {
      for (const home of held) await cluster.release(home);
      throw error;
    }
  }

  /** Throws UNAVAILABLE where it was lost since it was claimed: then it is somebody else's, or nobody's. */
  checkHas(session: Pick<AudioSession, "id" | "name">): void {
    if (!this.has(session)) throw new HereaboutsError("UNAVAILABLE");
  }

  has({ id, name }: Pick<AudioSession, "id" | "name">): boolean {
    return keysOf(id, name).every((key) => this.#options.cluster.own(key)?.value === id);
  }

  async release({ id, name }: Pick<AudioSession, "id" | "name">): Promise<void> {
    const { cluster } = this.#options;
    for (const key of keysOf(id, name)) {
      const home = cluster.own(key);
      if (home?.value === id) await cluster.release(home);
    }
  }

  /** For what this process does not begin any more, as it is going down. Throws DRAINING where there is no other. */
  other(id = ""): Elsewhere {
    const { cluster } = this.#options;
    const others = cluster.members().filter((member) => member.id !== cluster.id && !member.isDraining);
    const [other] = others.sort((a, b) => a.seats - b.seats);
    if (!other) throw new HereaboutsError("DRAINING");
    return new Elsewhere(id, other.id);
  }

  /** Notes whose process is gone. */
  async look(): Promise<void> {
    const { cluster, store, now } = this.#options;
    for (const id of await store.all()) {
      if (!this.#orphans.has(id) && !(await cluster.find(idKey(id)))) this.#orphans.set(id, now());
    }
  }

  /** Drops what nobody has asked for since `afterMs`. */
  async sweep(afterMs: number): Promise<void> {
    const { cluster, store, now } = this.#options;
    for (const [id, since] of [...this.#orphans]) {
      const isTaken = (await cluster.find(idKey(id))) !== undefined;
      if (!isTaken && now() - since < afterMs) continue;
      this.#orphans.delete(id);
      if (isTaken) continue;
      // so that nobody goes on with it meanwhile
      const home = await cluster.claim(idKey(id), id);
      if (home.process !== cluster.id) continue;
      await store.drop(id);
      await cluster.release(home);
    }
  }
}
