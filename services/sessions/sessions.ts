/**
 * The registry of audio sessions: made, found, followed, ended. One of each name at a time, however many ask at once; an
 * unknown id makes none; the master is there from the start and stays.
 *
 * Whoever hears or watches holds an attachment. A session that nobody attends or touches for half an hour is removed, and
 * with a session end its followers. Time comes from `now` and `tick`.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Listener, ListenOptions, OpenStream, Streams } from "../audio/stream/stream.ts";
import { LifecycleBus } from "./bus.ts";
import { isIdLike, nameKey, newId } from "./ids.ts";
import { type Attachment, AudioSession, type EndReason, type SessionOptions } from "./session.ts";

export const heartbeatMs = 5000;
export const cleanAfterMs = 30 * 60_000;
const cleanEveryMs = 60_000;
/** How long a request waits for the first music of a server that has just started. */
const musicMs = 5000;
/** Followers whose target is gone are told so, this many of them. */
const remembered = 1000;

export interface SessionsOptions {
  streams: Streams;
  /** Sessions at once; those of one maker; connections that hear or watch. */
  limits: { sessions: number; perMaker: number; listeners: number };
  now: () => number;
  onError: (error: unknown) => void;
}

/** Who makes a session: a person by their token, or just someone somewhere. */
export interface Maker {
  readonly person?: string | undefined;
  readonly countsFor: string;
}

export type Made = { session: AudioSession; outcome: "created" | "joined" };

export class Sessions {
  readonly bus: LifecycleBus;
  readonly streams: Streams;
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, AudioSession>();
  readonly #names = new Map<string, AudioSession>();
  readonly #making = new Map<string, Promise<AudioSession>>();
  readonly #orphans = new Set<string>();
  #master: AudioSession | undefined;
  #attached = 0;
  #reserved = 0;
  #beatAt: number;
  #cleanAt: number;
  #isClosed = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.streams = options.streams;
    this.bus = new LifecycleBus(options.onError);
    this.#beatAt = options.now() + heartbeatMs;
    this.#cleanAt = options.now() + cleanEveryMs;
    void this.streams.ready.then(() => this.#openMaster()).catch(options.onError);
  }

  get all(): Iterable<AudioSession> {
    return this.#sessions.values();
  }

  /** Connections that hear or watch. */
  get attached(): number {
    return this.#attached;
  }

  /** The one that is there for everyone. Throws NO_MUSIC while there is nothing to play. */
  async master(): Promise<AudioSession> {
    await this.#music();
    return this.#master!;
  }

  /** By id, then by name. */
  find(key: string): AudioSession | undefined {
    return this.#sessions.get(key.toLowerCase()) ?? this.#names.get(nameKey(key));
  }

  /** As `find`. Throws SESSION_NOT_FOUND, or TARGET_NOT_FOUND for a follower of something that is gone. */
  resolve(key: string): AudioSession {
    const session = this.find(key);
    if (session) return session;
    throw new HereaboutsError(this.#orphans.has(key.toLowerCase()) ? "TARGET_NOT_FOUND" : "SESSION_NOT_FOUND");
  }

  /**
   * The session of that name, made if there is none. Throws SESSION_NOT_FOUND for what has the form of an id and is none,
   * SESSIONS_FULL, NO_MUSIC, and what the stream throws.
   */
  async create(name: string, maker: Maker, open: OpenStream = {}): Promise<Made> {
    const session = this.find(name);
    if (session) return joined(session);
    if (isIdLike(name)) throw new HereaboutsError("SESSION_NOT_FOUND");
    const key = nameKey(name);
    const making = this.#making.get(key);
    if (making) return joined(await making);
    const made = this.#make(name, maker, open).finally(() => this.#making.delete(key));
    this.#making.set(key, made);
    return { session: await made, outcome: "created" };
  }

  /** One without a name. */
  async createUnnamed(maker: Maker): Promise<AudioSession> {
    return this.#make("", maker, {});
  }

  /**
   * A session that only hears what `target` plays; without a name of its own it is shared by all who follow so. Throws
   * TARGET_NOT_FOUND, NAME_TAKEN or SESSIONS_FULL.
   */
  async follow(target: string, name: string | undefined, maker: Maker): Promise<Made> {
    await this.#music();
    const found = this.find(target);
    if (!found) throw new HereaboutsError("TARGET_NOT_FOUND");
    const following = found.following ?? found;
    const label = name ?? `${following.name || following.id} follower`;
    if (name !== undefined && isIdLike(name)) throw new HereaboutsError("SESSION_NOT_FOUND");
    const existing = this.find(label);
    if (existing?.following === following) return joined(existing);
    if (existing || this.#making.has(nameKey(label))) throw new HereaboutsError("NAME_TAKEN", `"${label}".`);
    this.#checkLimits(maker);
    const { stream } = following;
    const session = this.#register({ name: label, type: "follower", stream, following }, maker);
    return { session, outcome: "created" };
  }

  /** Someone begins to hear or watch. Returns how they leave. Throws LISTENERS_FULL, or as `resolve` for what has ended. */
  attach(session: AudioSession, attachment: Attachment): () => void {
    // it may have ended since it was found: nobody would ever end what begins now
    this.resolve(session.id);
    if (this.#attached >= this.#options.limits.listeners) throw new HereaboutsError("LISTENERS_FULL");
    const detach = session.attach(attachment);
    const { as } = attachment;
    this.#attached++;
    this.bus.emit("session.joined", { session, as });
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      detach();
      this.#attached--;
      this.bus.emit("session.left", { session, as });
      if (!session.isAttended) this.bus.emit("session.idle", { session });
    };
  }

  /** Sound flows into the sink. Returns how it ends. Throws LISTENERS_FULL. */
  listen(session: AudioSession, options: ListenOptions & { listener?: string | undefined }): () => void {
    const { listener, sink } = options;
    let sound: Listener | undefined;
    let forget = () => {};
    const leave = () => {
      forget();
      sound?.leave();
      detach();
    };
    const end = () => {
      leave();
      sink.end();
    };
    const detach = this.attach(session, { as: "stream", listener, end });
    try {
      sound = session.stream.listen(options);
      if (listener !== undefined) forget = session.begin(listener, sound);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Ends a session and those that follow it. The master stays: throws FORBIDDEN. */
  remove(session: AudioSession, reason: EndReason): void {
    if (session === this.#master) throw new HereaboutsError("FORBIDDEN", "The master stays.");
    this.#end(session, reason);
  }

  /** Tells what is due and removes who is not needed. Call it once a second. */
  tick(): void {
    const now = this.#options.now();
    const isBeat = now >= this.#beatAt;
    if (isBeat) this.#beatAt = now + heartbeatMs;
    for (const session of this.#sessions.values()) this.#guarded(() => session.tick(isBeat));
    if (now < this.#cleanAt) return;
    this.#cleanAt = now + cleanEveryMs;
    for (const session of [...this.#sessions.values()]) {
      if (session.idleMs >= cleanAfterMs && session !== this.#master) this.#end(session, "cleaned");
    }
  }

  /** Everyone is told, and hears what was sent to its end. */
  close(): void {
    this.#isClosed = true;
    for (const session of [...this.#sessions.values()]) this.#end(session, "closing");
    this.#master = undefined;
  }

  async #music(): Promise<void> {
    if (!this.#master && !this.#isClosed) {
      const tooLong = new Promise<void>((resolve) => void setTimeout(resolve, musicMs).unref());
      await Promise.race([this.streams.ready.catch(() => {}), tooLong]);
    }
    // what was there first may not have been playable
    if (!this.#master) this.#openMaster();
    if (!this.#master) throw new HereaboutsError(this.#isClosed ? "DRAINING" : "NO_MUSIC");
  }

  #openMaster(): void {
    if (this.#isClosed || this.#master) return;
    try {
      this.#master = this.#register({ name: "master", type: "master", stream: this.streams.open() });
    } catch (error) {
      // whoever asks is told so
      if (!(error instanceof HereaboutsError && error.code === "NO_MUSIC")) throw error;
    }
  }

  async #make(name: string, maker: Maker, open: OpenStream): Promise<AudioSession> {
    this.#checkLimits(maker);
    this.#reserved++;
    try {
      await this.#music();
      return this.#register({ name, type: "named", stream: this.streams.open(open) }, maker);
    } finally {
      this.#reserved--;
    }
  }

  #checkLimits({ countsFor }: Maker): void {
    const { sessions, perMaker } = this.#options.limits;
    if (this.#sessions.size + this.#reserved >= sessions) throw new HereaboutsError("SESSIONS_FULL");
    let own = 0;
    for (const session of this.#sessions.values()) if (session.countsFor === countsFor) own++;
    if (own >= perMaker) throw new HereaboutsError("SESSIONS_FULL", `You have made ${own} that still live.`);
  }

  #register(options: Pick<SessionOptions, "name" | "type" | "stream" | "following">, maker?: Maker): AudioSession {
    const { now, onError } = this.#options;
    const by = { maker: maker?.person, countsFor: maker?.countsFor };
    const session = new AudioSession({ ...options, ...by, id: newId(options.name), now, onError });
    this.#sessions.set(session.id, session);
    if (session.name) this.#names.set(nameKey(session.name), session);
    session.following?.followers.add(session);
    this.bus.emit("session.created", { session });
    return session;
  }

  #end(session: AudioSession, reason: EndReason): void {
    if (!this.#sessions.delete(session.id)) return;
    const ofFollowers = reason === "closing" ? reason : "target_gone";
    for (const follower of [...session.followers]) this.#end(follower, ofFollowers);
    if (session.name) this.#names.delete(nameKey(session.name));
    session.following?.followers.delete(session);
    if (reason === "target_gone") this.#remember(session.id);
    this.#guarded(() => session.end(reason));
    this.bus.emit("session.removed", { session, reason });
  }

  /** What is wrong with one session must not keep the others from theirs. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #remember(id: string): void {
    this.#orphans.add(id);
    if (this.#orphans.size > remembered) this.#orphans.delete(this.#orphans.keys().next().value!);
  }
}

const joined = (session: AudioSession): Made => {
  session.touch();
  return { session, outcome: "joined" };
};
