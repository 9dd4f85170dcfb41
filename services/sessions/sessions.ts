/**
 * The registry of audio sessions: made, found, followed, ended. One of each name at a time, however many ask at once; an
 * unknown id makes none; the master is there from the start and stays.
 *
 * Whoever hears or watches holds an attachment. A session that nobody attends or touches for half an hour is removed, and
 * with a session end its followers. Time comes from `now` and `tick`.
 *
 * Among several processes (homes.ts) a session lives on one of them, followers with what they follow. What is asked for
 * here and lives there throws Elsewhere; what a process had that is gone goes on here.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { OpenStream, SessionStream, Streams } from "../audio/stream/stream.ts";
import type { Cluster, ClusterEvent } from "../cluster/cluster.ts";
import { apart } from "../context.ts";
import type { LifecycleBus } from "../lifecycle.ts";
import { Audience, type HearOptions } from "./audience.ts";
import { Elsewhere, isSessionKey, SessionHomes } from "./homes.ts";
import { isIdLike, nameKey, newId } from "./ids.ts";
import type { SessionStore } from "./record.ts";
import { Registry } from "./registry.ts";
import { Restorer } from "./restorer.ts";
import type { Attachment, AudioSession, EndReason, SessionOptions } from "./session.ts";

const masterName = "master";
export const heartbeatMs = 5000;
export const cleanAfterMs = 30 * 60_000;
const cleanEveryMs = 60_000;
/** How long a request waits for the first music of a server that has just started. */
const musicMs = 5000;

export interface SessionsOptions {
  bus: LifecycleBus;
  streams: Streams;
  /** Sessions at once; those of one maker; connections that hear or watch. */
  limits: { sessions: number; perMaker: number; listeners: number };
  /** The other processes, and what they share, where there can be others. */
  shared?: { cluster: Cluster; store: SessionStore } | undefined;
  now: () => number;
  onError: (error: unknown) => void;
}

/** Who makes a session: a person by their token, or just someone somewhere. */
export interface Maker {
  readonly person?: string | undefined;
  readonly countsFor: string;
}

export type Made = { session: AudioSession; outcome: "created" | "joined" | "forked" };

type Named = Pick<SessionOptions, "name" | "type" | "following">;

export class Sessions {
  readonly streams: Streams;
  readonly #options: SessionsOptions;
  readonly #registry: Registry;
  readonly #making = new Map<string, Promise<AudioSession>>();
  readonly #homes: SessionHomes | undefined;
  readonly #restorer: Restorer | undefined;
  readonly #audience: Audience;
  #reserved = 0;
  #beatAt: number;
  #cleanAt: number;
  #isClosed = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.streams = options.streams;
    this.#beatAt = options.now() + heartbeatMs;
    this.#cleanAt = options.now() + cleanEveryMs;
    const { bus, streams, now, onError } = options;
    // what they write is of all sessions
    const onHomesError = (error: unknown) => apart(() => onError(error));
    const homes = options.shared && new SessionHomes({ ...options, ...options.shared, onError: onHomesError });
    const registry = new Registry({ bus, keeper: homes?.keeper, now, onError });
    this.#homes = homes;
    this.#registry = registry;
    this.#audience = new Audience(registry, options.limits.listeners);
    const locate = (id: string) => this.locate(id);
    const ways = { locate, music: () => this.#music(), isClosed: () => this.#isClosed };
    this.#restorer = homes && new Restorer({ registry, homes, streams, ...ways });
    options.shared?.cluster.watch((event) => this.#onCluster(event));
    if (!this.#homes) void this.streams.ready.then(() => this.#openMaster()).catch(options.onError);
  }

  get all(): Iterable<AudioSession> {
    return this.#registry.all;
  }

  /** Connections that hear or watch. */
  get attached(): number {
    return this.#audience.size;
  }

  /** Call it once the other processes can be asked: the master is there as soon as there is music, somewhere. */
  async begin(): Promise<void> {
    const { onError } = this.#options;
    if (!this.#homes) return;
    const master = this.streams.ready.then(() => this.master());
    // who asks for it is told what is wrong
    master.catch((error) => error instanceof HereaboutsError || onError(error));
    await this.#homes.look().catch(onError);
  }

  /** The one that is there for everyone. Throws NO_MUSIC while there is nothing to play; Elsewhere. */
  async master(): Promise<AudioSession> {
    const restorer = this.#restorer;
    if (restorer) return this.#registry.master ?? this.#once(masterName, () => this.#makeMaster(restorer));
    await this.#music();
    return this.#registry.master!;
  }

  /** By id, then by name. */
  find(key: string): AudioSession | undefined {
    return this.#registry.find(key);
  }

  /** Of this process. Throws as Registry's. */
  resolve(key: string): AudioSession {
    return this.#registry.resolve(key);
  }

  /** As `resolve`, in whichever process it lives: throws Elsewhere where that is another one; UNAVAILABLE. */
  async locate(key: string): Promise<AudioSession> {
    const restorer = this.#restorer;
    const session = this.find(key);
    this.#homes?.check();
    if (session) return session;
    const name = nameKey(key);
    // a server that has just started may not have it yet
    if (name === masterName) return this.master();
    if (!restorer) return this.resolve(key);
    const making = this.#making.get(name);
    if (making) return making;
    const restored = await restorer.goOn(key);
    if (restored) return restored;
    this.#registry.forgetMoved(name);
    return this.resolve(key);
  }

  /** Where a session lives, by id or name. Throws as `locate`, but for Elsewhere. */
  async placeOf(key: string): Promise<{ id: string; process: string }> {
    try {
      const { id } = await this.locate(key);
      return { id, process: this.#options.shared?.cluster.id ?? "" };
    } catch (error) {
      if (!(error instanceof Elsewhere) || error.id === "") throw error;
      return { id: error.id, process: error.process };
    }
  }

  /** The id of the process that a session lives on. Throws as `placeOf`. */
  async homeOf(key: string): Promise<string> {
    return (await this.placeOf(key)).process;
  }

  /** Whether there is such a session, wherever it lives. Throws UNAVAILABLE. */
  async isThere(key: string): Promise<boolean> {
    try {
      return (await this.search(key)) !== undefined;
    } catch (error) {
      if (error instanceof Elsewhere) return true;
      throw error;
    }
  }

  /**
   * The session of that name, made if there is none. Throws SESSION_NOT_FOUND for what has the form of an id and is none,
   * SESSIONS_FULL, NO_MUSIC, what the stream throws, and as `locate`.
   */
  async create(name: string, maker: Maker, open: OpenStream = {}): Promise<Made> {
    const session = await this.search(name);
    return session ? joined(session) : this.#begin(name, maker, open);
  }

  /**
   * The session of that name; if there is none, one that goes on from where `from` is: its journey, what plays and how far.
   * Of a follower it is what that follows. Throws as `create`; and of `from` as `locate`.
   */
  async fork(from: string, name: string, maker: Maker): Promise<Made> {
    const source = await this.locate(from).catch((error) => {
      if (error instanceof Elsewhere) return error;
      throw error;
    });
    const session = await this.search(name);
    if (session) return joined(session);
    if (source instanceof Elsewhere) throw source;
    const origin = source.following ?? source;
    const made = await this.#begin(name, maker, { saved: this.resolve(origin.id).stream.save() });
    if (made.outcome !== "created") return made;
    this.#options.bus.emit("session.forked", { session: made.session, from: origin });
    return { ...made, outcome: "forked" };
  }

  async #begin(name: string, maker: Maker, open: OpenStream): Promise<Made> {
    if (isIdLike(name)) throw new HereaboutsError("SESSION_NOT_FOUND");
    const making = this.#making.get(nameKey(name));
    if (making) return joined(await making);
    const made = this.#once(nameKey(name), () => this.#make(name, maker, open));
    return { session: await made, outcome: "created" };
  }

  /** One without a name. */
  async createUnnamed(maker: Maker): Promise<AudioSession> {
    return this.#make("", maker, {});
  }

  /**
   * A session that only hears what `target` plays; without a name of its own it is shared by all who follow so. Throws
   * TARGET_NOT_FOUND, NAME_TAKEN or SESSIONS_FULL, and as `locate`.
   */
  async follow(target: string, name: string | undefined, maker: Maker): Promise<Made> {
    await this.#music();
    const found = await this.search(target);
    if (!found) throw new HereaboutsError("TARGET_NOT_FOUND");
    const following = found.following ?? found;
    const label = name ?? `${following.name || following.id} follower`;
    if (name !== undefined && isIdLike(name)) throw new HereaboutsError("SESSION_NOT_FOUND");
    const existing = this.find(label) ?? (await this.#making.get(nameKey(label))?.catch(() => undefined));
    if (existing?.following === following) return joined(existing);
    if (existing) throw new HereaboutsError("NAME_TAKEN", `"${label}".`);
    this.#checkLimits(maker);
    const named: Named = { name: label, type: "follower", following };
    const session = await this.#once(nameKey(label), () =>
      this.#place(named, () => this.resolve(following.id).stream, maker),
    ).catch((error) => {
      throw error instanceof Elsewhere ? new HereaboutsError("NAME_TAKEN", `"${label}".`) : error;
    });
    return { session, outcome: "created" };
  }

  /** As Audience's. */
  attach(session: AudioSession, attachment: Attachment): () => void {
    return this.#audience.attach(session, attachment);
  }

  /** As Audience's. */
  listen(session: AudioSession, options: HearOptions): () => void {
    return this.#audience.listen(session, options);
  }

  /** Ends a session and those that follow it. The master stays: throws FORBIDDEN. */
  remove(session: AudioSession, reason: EndReason): void {
    if (session.type === "master") throw new HereaboutsError("FORBIDDEN", "The master stays.");
    this.#registry.end(session, reason);
  }

  /** Tells what is due and removes who is not needed. Call it once a second. */
  tick(): void {
    const now = this.#options.now();
    const isBeat = now >= this.#beatAt;
    if (isBeat) this.#beatAt = now + heartbeatMs;
    for (const session of this.#registry.all) {
      if (this.#homes?.has(session) === false) this.#letGo(session);
      else this.#registry.guarded(session, "tick", () => session.tick(isBeat));
    }
    void this.#homes?.keeper.flush();
    if (now < this.#cleanAt) return;
    this.#cleanAt = now + cleanEveryMs;
    for (const session of this.#registry.all) {
      if (session.idleMs >= cleanAfterMs && session.type !== "master") this.#registry.end(session, "cleaned");
    }
    this.#homes?.sweep(cleanAfterMs).catch(this.#options.onError);
  }

  /** Nothing is begun here any more, and what is here goes on in other processes where there are any. Then `close`. */
  async handOver(): Promise<void> {
    this.#isClosed = true;
    const homes = this.#homes;
    if (!homes) return;
    await homes.keeper.flush();
    await Promise.all(this.#registry.all.map((session) => homes.release(session)));
    for (const session of this.#registry.all) this.#registry.move(session);
  }

  /** Everyone is told, and hears what was sent to its end. */
  close(): void {
    this.#isClosed = true;
    for (const session of this.#registry.all) this.#registry.end(session, "closing");
  }

  async #music(): Promise<void> {
    if (this.#isClosed && this.#homes) throw this.#homes.other();
    if (!this.#registry.master && !this.#isClosed) {
      const tooLong = new Promise<void>((resolve) => void setTimeout(resolve, musicMs).unref());
      await Promise.race([this.streams.ready.catch(() => {}), tooLong]);
    }
    // what was there first may not have been playable
    if (!this.#homes) this.#openMaster();
    const isThere = this.#homes ? !this.#isClosed : this.#registry.master;
    if (!isThere) throw new HereaboutsError(this.#isClosed ? "DRAINING" : "NO_MUSIC");
  }

  #openMaster(): void {
    if (this.#isClosed || this.#registry.master) return;
    try {
      this.#registry.add({ name: masterName, type: "master", id: newId(masterName) }, this.streams.open());
    } catch (error) {
      // whoever asks is told so
      if (!(error instanceof HereaboutsError && error.code === "NO_MUSIC")) throw error;
    }
  }

  async #makeMaster(restorer: Restorer): Promise<AudioSession> {
    const restored = await restorer.goOn(masterName);
    if (restored) return restored;
    await this.#music();
    return this.#place({ name: masterName, type: "master" }, () => this.streams.open());
  }

  async #make(name: string, maker: Maker, open: OpenStream): Promise<AudioSession> {
    this.#checkLimits(maker);
    this.#reserved++;
    try {
      await this.#music();
      return await this.#place({ name, type: "named" }, () => this.streams.open(open), maker);
    } finally {
      this.#reserved--;
    }
  }

  /** A new session of this process. */
  async #place(named: Named, open: () => SessionStream, maker?: Maker): Promise<AudioSession> {
    const id = newId(named.name);
    await this.#homes?.claim(id, named.name);
    try {
      return this.#registry.add({ ...named, id, maker: maker?.person, countsFor: maker?.countsFor }, open());
    } catch (error) {
      await this.#homes?.release({ id, name: named.name });
      throw error;
    }
  }

  /** As `locate`; undefined where there is none. */
  async search(key: string): Promise<AudioSession | undefined> {
    if (!this.#homes) return this.find(key);
    try {
      return await this.locate(key);
    } catch (error) {
      if (error instanceof HereaboutsError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Who asks for the same while it is under way gets the same. */
  #once(key: string, work: () => Promise<AudioSession>): Promise<AudioSession> {
    const making = this.#making.get(key) ?? work().finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }

  #checkLimits({ countsFor }: Maker): void {
    const { sessions, perMaker } = this.#options.limits;
    if (this.#registry.size + this.#reserved >= sessions) throw new HereaboutsError("SESSIONS_FULL");
    let own = 0;
    for (const session of this.#registry.all) if (session.countsFor === countsFor) own++;
    if (own >= perMaker) throw new HereaboutsError("SESSIONS_FULL", `You have made ${own} that still live.`);
  }

  /** It is not this process's any more. */
  #letGo(session: AudioSession): void {
    this.#registry.move(session);
    void this.#homes?.release(session);
  }

  #onCluster(event: ClusterEvent): void {
    const homes = this.#homes!;
    switch (event.type) {
      case "lost": {
        const { key, value } = event.home;
        const session = isSessionKey(key) ? this.find(value) : undefined;
        if (session) this.#letGo(session);
        break;
      }
      case "gone":
        homes.look().catch(this.#options.onError);
        break;
      case "up":
        if (event.isEmpty) for (const session of this.#registry.all) homes.keeper.mark(session);
        void homes.keeper.flush();
        break;
      case "joined":
      case "down":
        break;
      default:
        event satisfies never;
    }
  }
}

const joined = (session: AudioSession): Made => {
  session.touch();
  return { session, outcome: "joined" };
};
