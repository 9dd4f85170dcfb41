/**
 * The audio sessions of this process, by id and by name: added, found, ended or let go to another process. Why those that
 * are gone are gone is remembered of the last thousand.
 */
import { HereaboutsError } from "../../schema/errors.ts";
import type { SessionStream } from "../audio/stream/stream.ts";
import { within } from "../context.ts";
import type { LifecycleBus } from "../lifecycle.ts";
import { nameKey } from "./ids.ts";
import type { Keeper } from "./keeper.ts";
import { AudioSession, type EndReason, type SessionOptions } from "./session.ts";

const remembered = 1000;

export interface RegistryOptions {
  bus: LifecycleBus;
  /** Where others can go on with what is here. */
  keeper: Keeper | undefined;
  now: () => number;
  onError: (error: unknown) => void;
}

export class Registry {
  readonly bus: LifecycleBus;
  readonly #options: RegistryOptions;
  readonly #sessions = new Map<string, AudioSession>();
  readonly #names = new Map<string, AudioSession>();
  readonly #gone = new Map<string, "TARGET_NOT_FOUND" | "DRAINING">();
  #master: AudioSession | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.bus = options.bus;
  }

  /** As they are now, whatever is added or ended meanwhile. */
  get all(): AudioSession[] {
    return [...this.#sessions.values()];
  }

  get size(): number {
    return this.#sessions.size;
  }

  get master(): AudioSession | undefined {
    return this.#master;
  }

  /** By id, then by name. */
  find(key: string): AudioSession | undefined {
    return this.#sessions.get(key.toLowerCase()) ?? this.#names.get(nameKey(key));
  }

  /**
   * As `find`. Throws SESSION_NOT_FOUND, TARGET_NOT_FOUND for a follower of something that is gone, or DRAINING for what
   * went on in another process.
   */
  resolve(key: string): AudioSession {
    const session = this.find(key);
    if (session) return session;
    throw new HereaboutsError(this.#gone.get(key.toLowerCase()) ?? "SESSION_NOT_FOUND");
  }

  add(options: Omit<SessionOptions, "stream" | "now" | "onError">, stream: SessionStream): AudioSession {
    const { now, onError, keeper } = this.#options;
    const session: AudioSession = new AudioSession({
      ...options,
      stream,
      now,
      onError: (error) => inSession(session, "tell", () => onError(error)),
    });
    this.#sessions.set(session.id, session);
    this.#gone.delete(session.id);
    if (session.name) this.#names.set(nameKey(session.name), session);
    if (session.type === "master") this.#master = session;
    session.following?.followers.add(session);
    keeper?.keep(session);
    this.bus.emit("session.created", { session });
    return session;
  }

  /** Ends a session and those that follow it. */
  end(session: AudioSession, reason: EndReason): void {
    if (!this.#forget(session)) return;
    const ofFollowers = reason === "closing" ? reason : "target_gone";
    for (const follower of [...session.followers]) this.end(follower, ofFollowers);
    session.following?.followers.delete(session);
    if (reason === "target_gone") this.#remember(session.id, "TARGET_NOT_FOUND");
    this.guarded(session, "end", () => session.end(reason));
    this.bus.emit("session.removed", { session, reason });
    if (reason !== "closing") this.#options.keeper?.drop(session);
  }

  /** It goes on in another process, and so do those that follow it. */
  move(session: AudioSession): void {
    if (!this.#forget(session)) return;
    this.#options.keeper?.forget(session);
    for (const follower of [...session.followers]) this.move(follower);
    this.#remember(session.id, "DRAINING");
    this.guarded(session, "move", () => session.end());
    this.bus.emit("session.moved", { session });
  }

  /** What went on in another process has ended there. */
  forgetMoved(key: string): void {
    if (this.#gone.get(key) === "DRAINING") this.#gone.delete(key);
  }

  /** What is wrong with one session must not keep the others from theirs. */
  guarded(session: AudioSession, doing: string, work: () => void): void {
    inSession(session, doing, () => {
      try {
        work();
      } catch (error) {
        this.#options.onError(error);
      }
    });
  }

  #forget(session: AudioSession): boolean {
    if (!this.#sessions.delete(session.id)) return false;
    if (session.name) this.#names.delete(nameKey(session.name));
    if (session === this.#master) this.#master = undefined;
    return true;
  }

  #remember(id: string, why: "TARGET_NOT_FOUND" | "DRAINING"): void {
    this.#gone.set(id, why);
    if (this.#gone.size > remembered) this.#gone.delete(this.#gone.keys().next().value!);
  }
}

function inSession({ id, key }: AudioSession, doing: string, work: () => void): void {
  within({ session: id, room: key }, doing, work);
}
