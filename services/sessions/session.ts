/**
 * One audio session: who hears and watches it, and since when nobody did. A follower has the sound and the events of the
 * session it follows. It knows no registry; services/sessions/sessions.ts makes, finds and ends it.
 */
import type { AudioEvent, SessionType } from "../../schema/audio.ts";
import type { Listener, SessionStream } from "../audio/stream/stream.ts";
import type { Attendee, LiveSession } from "../lifecycle.ts";
import { Feed } from "./feed.ts";

export type EndReason = Extract<AudioEvent, { type: "ended" }>["reason"];

/** Someone who hears or watches a session. `listener` is the token that binds their sound to their events. */
export interface Attachment extends Attendee {
  readonly listener?: string | undefined;
  /** Their sound begins at `frame`. */
  onJoined?(frame: number): void;
  /** The session has ended: sound ends with it. */
  end?(): void;
}

export interface SessionOptions {
  id: string;
  /** Empty for one that was not named. */
  name: string;
  type: SessionType;
  stream: SessionStream;
  following?: AudioSession | undefined;
  /** The person who made it; nobody if they brought no token. */
  maker?: string | undefined;
  /** Under what it counts towards the limit of one maker. */
  countsFor?: string | undefined;
  /** Where it was made before it came to this process. */
  created?: number | undefined;
  now: () => number;
  onError: (error: unknown) => void;
}

export class AudioSession implements LiveSession {
  readonly kind = "audio";
  readonly id: string;
  readonly name: string;
  readonly type: SessionType;
  readonly stream: SessionStream;
  readonly following: AudioSession | undefined;
  readonly maker: string | undefined;
  readonly countsFor: string | undefined;
  readonly created: number;
  readonly followers: Set<AudioSession> = new Set();
  readonly feed: Feed;
  readonly #now: () => number;
  readonly #attached = new Set<Attachment>();
  /** By token: their sound, and the frame that they were told it begins at. */
  readonly #heard = new Map<string, { sound: Listener; told: number }>();
  #touchedAt: number;

  constructor({ now, onError, ...options }: SessionOptions) {
    this.id = options.id;
    this.name = options.name;
    this.type = options.type;
    this.stream = options.stream;
    this.following = options.following;
    this.maker = options.maker;
    this.countsFor = options.countsFor;
    this.#now = now;
    this.#touchedAt = Math.round(now());
    this.created = options.created ?? this.#touchedAt;
    this.feed = new Feed({ stream: this.stream, counts: () => this.heardBy(), now, onError });
  }

  get key(): string {
    return `audio:${this.id}`;
  }

  get label(): string {
    return this.name || this.id;
  }

  /** Whether anyone hears or watches it, followers' people included. */
  get isAttended(): boolean {
    return this.#attached.size > 0 || [...this.followers].some((follower) => follower.isAttended);
  }

  /** How long nobody heard, watched or touched it, in ms. */
  get idleMs(): number {
    return this.isAttended ? 0 : this.#now() - this.#touchedAt;
  }

  /** Those who hear or watch: one with sound and events counts once. */
  get clients(): number {
    return new Set([...this.#attached].map((attachment) => attachment.listener ?? attachment)).size;
  }

  /** Those who hear its stream, and how many of them through followers. */
  heardBy(): { listeners: number; followers: number } {
    let followers = 0;
    for (const follower of (this.following ?? this).followers) followers += follower.#sounding();
    return { listeners: this.stream.listeners, followers };
  }

  /** Someone used it, and so what it follows. */
  touch(): void {
    this.#touchedAt = this.#now();
    this.following?.touch();
  }

  /** Returns how they leave: to be called once. */
  attach(given: Attachment): () => void {
    const attachment = { ...given };
    this.#attached.add(attachment);
    const heard = attachment.listener === undefined ? undefined : this.#heard.get(attachment.listener);
    if (heard) attachment.onJoined?.(heard.told);
    return () => {
      this.#attached.delete(attachment);
      this.touch();
    };
  }

  /** Sound begins for the one of that token. Returns how it ends. */
  begin(token: string, sound: Listener): () => void {
    const heard = { sound, told: sound.frame };
    this.#heard.set(token, heard);
    this.#tellJoined(new Map([[token, heard.told]]));
    return () => {
      if (this.#heard.get(token) === heard) this.#heard.delete(token);
    };
  }

  /** Tells what is due. Call it once a second. */
  tick(isBeat: boolean): void {
    const moved = new Map<string, number>();
    for (const [token, heard] of this.#heard) {
      const { frame } = heard.sound;
      if (frame !== heard.told) moved.set(token, frame);
      heard.told = frame;
    }
    if (moved.size > 0) this.#tellJoined(moved);
    if (this.feed.isWatched) this.feed.tick(isBeat);
  }

  /** What the one of that token says that they hear. */
  heard(token: string, frame: number): void {
    this.#heard.get(token)?.sound.heard(frame);
  }

  /** Tells everyone and ends their sound. Without a reason it goes on, in another process. */
  end(reason?: EndReason): void {
    this.feed.tell(reason ? { type: "ended", reason } : { type: "moved" });
    for (const attachment of [...this.#attached]) attachment.end?.();
    if (!this.following) this.stream.close();
  }

  #tellJoined(frames: ReadonlyMap<string, number>): void {
    for (const { listener = "", onJoined } of this.#attached) {
      const frame = frames.get(listener);
      if (frame !== undefined) onJoined?.(frame);
    }
  }

  #sounding(): number {
    let sounding = 0;
    for (const { as } of this.#attached) if (as === "stream") sounding++;
    return sounding;
  }
}
