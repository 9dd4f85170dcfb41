/**
 * Bans and mutes that operators laid on people, for a room or the whole server, until an end or for good (OP2). Those of a
 * single chat are the chat's own (services/chats/moderation.ts).
 *
 * All are known by memory, so that joining and speaking wait for nothing. Other processes are told of each change. All read
 * the store anew each minute, as a message may be lost, and when Redis was away; where it came back empty they write what
 * they know first. What could not be read is tried again until it is, and until then what was known holds.
 */
import { setTimeout as pause } from "node:timers/promises";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Channel, Cluster } from "../cluster/cluster.ts";
import type { RoomKey } from "../presence/crowd.ts";
import { nameOf, type Restriction, type RestrictionId, type RestrictionStore } from "./store.ts";

export interface BansOptions {
  store: RestrictionStore;
  now: () => number;
  /** Tells the other processes that something changed. */
  channel: Pick<Channel, "publish" | "listen">;
  cluster: Pick<Cluster, "watch">;
  onError: (error: unknown) => void;
  /** Waits before a failed reading is tried again. For tests. */
  pause?: (ms: number) => Promise<unknown>;
}

const reloadMs = 60_000;
const againMs = 1000;

export class Bans {
  readonly #options: BansOptions;
  #held: Map<string, Restriction> = new Map();
  /**
   * What the store had no more though nobody lifted it: Redis may have come back empty, which is heard of a moment later.
   * For a minute.
   */
  readonly #missing = new Map<string, Restriction>();
  readonly #listeners = new Set<() => void>();
  /** Counts what was changed here: what was read meanwhile may be without it. */
  #changes = 0;
  #isReloading = false;
  #isStale = false;
  /** The store has forgotten what is known here. */
  #isEmptied = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BansOptions) {
    this.#options = options;
    options.channel.listen((lifted) => {
      if (lifted) this.#forget(lifted);
      void this.#reload();
    });
    options.cluster.watch((event) => {
      if (event.type !== "up") return;
      this.#isEmptied ||= event.isEmpty;
      void this.#reload();
    });
  }

  /** Reads what is kept, and begins to read it anew each minute. Rejects with UNAVAILABLE. */
  async begin(): Promise<void> {
    await this.load();
    this.#timer = setInterval(() => {
      this.#missing.clear();
      void this.#reload();
    }, reloadMs).unref();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  /** Reads what is kept. What has ended is forgotten. Rejects with UNAVAILABLE: then all is as it was. */
  async load(): Promise<void> {
    const { store, onError } = this.#options;
    let kept: Restriction[];
    let before: number;
    do {
      before = this.#changes;
      kept = await store.all();
    } while (before !== this.#changes);
    const held = new Map(kept.filter((one) => this.#isOn(one)).map((one) => [nameOf(one), one]));
    for (const [name, one] of this.#held) if (!held.has(name)) this.#missing.set(name, one);
    for (const name of held.keys()) this.#missing.delete(name);
    this.#held = held;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        onError(error);
      }
    }
    for (const one of kept) if (!this.#isOn(one)) await store.removeSame(one);
  }

  /** Calls `listener` when anything may hold that did not, here or in another process. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Throws BANNED, with until when and why. */
  checkJoin(room: RoomKey, person: string): void {
    const ban = this.#holding("ban", room, person);
    if (ban) throw new HereaboutsError("BANNED", describeRestriction(ban));
  }

  /** Throws MUTED, with until when and why. */
  checkSay(room: RoomKey, person: string): void {
    const mute = this.#holding("mute", room, person);
    if (mute) throw new HereaboutsError("MUTED", describeRestriction(mute));
  }

  holds(kind: Restriction["kind"], room: RoomKey, person: string): boolean {
    return this.#holding(kind, room, person) !== undefined;
  }

  /** Those that hold now. */
  list(): Restriction[] {
    return [...this.#held.values()].filter((one) => this.#isOn(one));
  }

  /** It holds here from now on, and everywhere once this resolves. Rejects with UNAVAILABLE where it is not kept. */
  async lay(restriction: Restriction): Promise<void> {
    await this.#options.store.put(restriction);
    this.#changes++;
    this.#held.set(nameOf(restriction), restriction);
    for (const listener of this.#listeners) listener();
    await this.#options.channel.publish("");
  }

  /**
   * The one that ends at `until` (null: for good), or any where that is left out. False: nothing of the kind held. Throws
   * RESTRICTION_CHANGED where another holds, also if that is not known here yet.
   */
  async lift(id: RestrictionId, until?: number | null): Promise<boolean> {
    const { store } = this.#options;
    const name = nameOf(id);
    const held = this.#held.get(name);
    if (!held || !this.#isOn(held)) return false;
    mustBeOf(held, until);
    if (until === undefined) await store.remove(id);
    else if (!(await store.removeSame(held))) {
      await this.load();
      const other = this.#held.get(name);
      if (other) throw new HereaboutsError("RESTRICTION_CHANGED", describeRestriction(other));
    }
    this.#forget(name);
    await this.#options.channel.publish(name);
    return true;
  }

  #forget(name: string): void {
    this.#changes++;
    this.#held.delete(name);
    this.#missing.delete(name);
  }

  /** Until it succeeds. Whoever asks meanwhile has it done once more. */
  async #reload(): Promise<void> {
    const { onError, pause: wait = (ms) => pause(ms, undefined, { ref: false }) } = this.#options;
    this.#isStale = true;
    if (this.#isReloading) return;
    this.#isReloading = true;
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      try {
        await this.#restore();
        await this.load();
      } catch (error) {
        if (this.#isClosed) return;
        this.#isStale = true;
        onError(error);
        await wait(againMs);
      }
    }
    this.#isReloading = false;
  }

  /** Writes all that is known where the store has forgotten it. */
  async #restore(): Promise<void> {
    if (!this.#isEmptied) return;
    this.#isEmptied = false;
    try {
      const known = [...this.#missing.values(), ...this.#held.values()];
      await this.#options.store.put(...known.filter((one) => this.#isOn(one)));
    } catch (error) {
      this.#isEmptied = true;
      throw error;
    }
  }

  #isOn(restriction: Restriction | undefined): boolean {
    return restriction !== undefined && restriction.until > this.#options.now();
  }

  #holding(kind: Restriction["kind"], room: RoomKey, person: string): Restriction | undefined {
    if (this.#held.size === 0) return undefined;
    const held = (["all", room] as const).map((scope) => this.#held.get(nameOf({ kind, person, scope })));
    return held.find((restriction) => this.#isOn(restriction));
  }
}

/** In ms since the epoch; infinity for good, which is where no seconds are given. */
export function endAfter(seconds: number | undefined, now: number): number {
  return seconds === undefined ? Number.POSITIVE_INFINITY : Math.round(now + seconds * 1000);
}

/** Throws RESTRICTION_CHANGED where what holds is not the one that ends at `until`. Null: for good; undefined: any will do. */
export function mustBeOf(held: Pick<Restriction, "until" | "reason">, until: number | null | undefined): void {
  if (until === undefined || held.until === (until ?? Number.POSITIVE_INFINITY)) return;
  throw new HereaboutsError("RESTRICTION_CHANGED", describeRestriction(held));
}

/** For the one whom it holds for. */
export function describeRestriction({ until, reason }: Pick<Restriction, "until" | "reason">): string {
  const end = Number.isFinite(until) ? `Until ${new Date(until).toISOString()}.` : "";
  return [end, reason && `Reason: ${reason}`].filter(Boolean).join(" ");
}
