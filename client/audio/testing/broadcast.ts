/**
 * A server of audio sessions and a browser's <audio> and EventSource, without a network: everything takes as long as the
 * test says, and every connection is kept, to be looked at. Wants faked timers.
 */
import type { AudioEvent } from "../../../schema/audio.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import { frameMs } from "../../../schema/mp3Frames.ts";
import { Emitter } from "../../emitter.ts";
import type { EventsLink, Sound, SoundEvent } from "../browser.ts";
import { Establisher, type SessionStore } from "../establish.ts";
import { Player } from "../player.ts";
import type { AudioEvents, AudioSession } from "../types.ts";

type Connection = { kind: "stream" | "events"; session: string; listener: string; frame: number; isOpen: boolean };

export const sessionNamed = (id: string): AudioSession => ({
  id,
  name: id,
  type: id === "master" ? "master" : "named",
  following: undefined,
  allowCommands: true,
});

export class Broadcast {
  readonly sessions = new Set(["master"]);
  readonly connections: Connection[] = [];
  readonly store = new Map<string, string>();
  asked = 0;
  isUp = true;
  /** Its events neither come nor fail. */
  isSilent = false;
  /** How long an answer takes. */
  latencyMs = () => 5;
  readonly #links = new Set<FakeLink>();
  readonly epochMs = Date.now();

  get frame(): number {
    return Math.floor((Date.now() - this.epochMs) / frameMs);
  }

  open(kind: Connection["kind"]): Connection[] {
    return this.connections.filter((connection) => connection.kind === kind && connection.isOpen);
  }

  async info(session = "master"): Promise<AudioSession> {
    this.asked++;
    await new Promise((resolve) => setTimeout(resolve, this.latencyMs()));
    if (!this.isUp) throw new HereaboutsError("UNREACHABLE");
    if (!this.sessions.has(session)) throw new HereaboutsError("SESSION_NOT_FOUND");
    return sessionNamed(session);
  }

  connect(kind: Connection["kind"], url: string): Connection {
    const [, session = "", listener = ""] = /\/([^/]+)\?listener=(\w+)$/.exec(url)!;
    const { frame } = this;
    const connection = { kind, session, listener, frame, isOpen: this.isUp && this.sessions.has(session) };
    if (connection.isOpen) this.connections.push(connection);
    return connection;
  }

  tell(session: string, event: AudioEvent): void {
    for (const link of this.#links) {
      if (link.connection.isOpen && link.connection.session === session) link.say(event);
    }
  }

  /** A stream begins: its listener's events are told where. */
  joined({ session, listener, frame }: Connection): void {
    this.tell(session, { type: "joined", listener, frame });
  }

  openEvents(url: string): EventsLink {
    const link = new FakeLink(this.connect("events", url), this);
    this.#links.add(link);
    return link;
  }

  /** Cuts all events, or those of the streams. */
  cut(kind: Connection["kind"], sound?: FakeSound): void {
    for (const connection of this.open(kind)) connection.isOpen = false;
    if (kind === "events") for (const link of this.#links) link.onerror?.();
    else sound?.fire("ended");
  }

  keeping(): SessionStore {
    return {
      getItem: (key) => this.store.get(key) ?? null,
      setItem: (key, value) => void this.store.set(key, value),
    };
  }
}

class FakeLink implements EventsLink {
  onopen: EventsLink["onopen"] = null;
  onmessage: EventsLink["onmessage"] = null;
  onerror: EventsLink["onerror"] = null;
  readonly connection: Connection;
  #beats: ReturnType<typeof setInterval> | undefined;

  constructor(connection: Connection, server: Broadcast) {
    this.connection = connection;
    setTimeout(() => this.#begin(server), server.latencyMs());
  }

  say(event: AudioEvent): void {
    this.onmessage?.({ data: JSON.stringify(event) });
  }

  close(): void {
    clearInterval(this.#beats);
    this.connection.isOpen = false;
  }

  #begin(server: Broadcast): void {
    if (server.isSilent) return;
    const { session, isOpen } = this.connection;
    if (!server.isUp) this.onerror?.();
    else if (!server.sessions.has(session)) {
      this.onopen?.();
      this.say({ type: "error", message: "session_not_found" });
    }
    if (!isOpen) return;
    this.onopen?.();
    const { name, type } = sessionNamed(session);
    const at = Date.now();
    const told = { sessionId: session, name, sessionType: type, allowCommands: true, epochMs: server.epochMs };
    this.say({ type: "connected", ...told, frame: server.frame, at });
    const beat = () => {
      if (this.connection.isOpen && !server.isSilent)
        this.say({ type: "heartbeat", frame: server.frame, at: Date.now() });
    };
    beat();
    this.#beats = setInterval(beat, 5000);
    const stream = server.open("stream").find(({ listener }) => listener === this.connection.listener);
    if (stream) server.joined(stream);
  }
}

/** Plays what its stream gives, as long as that is open: `timeupdate` every 250 ms. */
export class FakeSound implements Sound {
  playbackRate = 1;
  volume = 1;
  currentTime = 0;
  paused = true;
  ended = false;
  /** What the browser's autoplay policy says. */
  isAllowed = true;
  readonly #events = new Emitter();
  readonly #server: Broadcast;
  #src = "";
  #stream: Connection | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(server: Broadcast) {
    this.#server = server;
  }

  get src(): string {
    return this.#src;
  }
  set src(url: string) {
    this.#drop();
    this.#src = url;
    this.currentTime = 0;
    this.ended = false;
  }

  async play(): Promise<void> {
    if (!this.isAllowed) throw Object.assign(new Error("a click is needed"), { name: "NotAllowedError" });
    const src = this.#src;
    this.paused = false;
    this.#stream ??= this.#server.connect("stream", src);
    const stream = this.#stream;
    await new Promise((resolve) => setTimeout(resolve, this.#server.latencyMs()));
    if (src !== this.#src || this.paused) throw Object.assign(new Error("replaced"), { name: "AbortError" });
    if (!stream.isOpen) throw Object.assign(new Error("no stream"), { name: "NotSupportedError" });
    this.#server.joined(stream);
    this.fire("playing");
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      if (!stream.isOpen || this.paused) return;
      this.currentTime += 0.25 * this.playbackRate;
      this.fire("timeupdate");
    }, 250);
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    queueMicrotask(() => this.fire("pause"));
  }

  load(): void {
    if (!this.#src) this.#drop();
  }

  removeAttribute(): void {
    this.#src = "";
  }

  addEventListener(type: SoundEvent, listener: () => void): void {
    this.#events.on(type, listener);
  }

  fire(type: SoundEvent): void {
    if (type === "ended") this.ended = true;
    this.#events.emit(type, undefined);
  }

  /** The stream gives nothing more, and says nothing about it. */
  silence(): void {
    clearInterval(this.#timer);
  }

  #drop(): void {
    clearInterval(this.#timer);
    if (this.#stream) this.#stream.isOpen = false;
    this.#stream = undefined;
  }
}

/** A player in its browser. `seen` gathers what it told. */
export function listenerOf(server: Broadcast, { isSilent = false } = {}) {
  const sound = new FakeSound(server);
  const seen: [keyof AudioEvents, unknown][] = [];
  const player = new Player({
    establisher: new Establisher({ info: (session) => server.info(session), store: server.keeping() }),
    streamUrl: (session, listener) => `/stream/${session}?listener=${listener}`,
    eventsUrl: (session, listener) => `/events/${session}?listener=${listener}`,
    sound: isSilent ? undefined : sound,
    openEvents: (url) => server.openEvents(url),
    emit: (event, data) => seen.push([event, data]),
  });
  return { player, sound, seen };
}
