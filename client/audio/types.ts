/** What a developer holds of audio: the public face of the player, without how it is done. */
import type { Room } from "colyseus.js";
import type { AudioEvent, AudioState, JourneyStep, SessionType, TrackInfo } from "../../schema/audio.ts";
import type { Direction } from "../../schema/directions.ts";
import type { HereaboutsError } from "../../schema/errors.ts";
import type { SoundHealth } from "./health.ts";

export type { JourneyStep, SessionType, TrackInfo } from "../../schema/audio.ts";
export type { Direction } from "../../schema/directions.ts";
export type { SoundHealth } from "./health.ts";

/** The session that one is tuned to. */
export interface AudioSession {
  readonly id: string;
  readonly name: string;
  readonly type: SessionType;
  /** Id and name of the session that is followed. */
  readonly following: { readonly id: string; readonly name: string } | undefined;
  /** Whether one may command it: false for a follower. */
  readonly allowCommands: boolean;
}

/**
 * `blocked`: the browser lets nothing sound before a click; call `play()` from one. `recovering`: sound was lost and is
 * being brought back. `ended`: the session was deleted; `play()` goes on with the master.
 */
export type Playback = "paused" | "starting" | "playing" | "blocked" | "recovering" | "ended";

/** What is heard at this instant; what is on air, where nothing is. */
export interface Heard {
  readonly track: TrackInfo;
  readonly positionMs: number;
  /** What comes then, and in how many ms; undefined while nothing is chosen. */
  readonly next: TrackInfo | undefined;
  readonly nextInMs: number | undefined;
  readonly direction: string;
}

export interface Journey {
  readonly steps: readonly JourneyStep[];
  /** The step that is on air. */
  readonly at: number;
  /** Starts another session at this point: see `create`. */
  readonly link: string;
}

export type EndReason = Extract<AudioEvent, { type: "ended" }>["reason"];

/** Events of a player: what `audio.on(name, listener)` is called with. */
export interface AudioEvents {
  /** Something else is heard, or something else will come next. */
  heard: Heard;
  playback: { playback: Playback };
  health: { sound: SoundHealth; events: "off" | "open" | "lost" };
  journey: Journey;
  listeners: { listeners: number; followers: number };
  session: AudioSession;
  /** The session was deleted, or the one that it follows. */
  ended: { reason: EndReason };
  /** The browser's own sound could not be brought back for now; it is tried again. */
  trouble: HereaboutsError;
}

/** Tuned to one audio session at a time. */
export interface AudioPlayer {
  readonly session: AudioSession;
  readonly playback: Playback;
  /** Believes `currentTime` first: see docs/SPEC.md, AU9. */
  readonly health: AudioEvents["health"];
  readonly heard: Heard | undefined;
  readonly journey: Journey;
  readonly listeners: number;
  readonly followers: number;
  /** The Colyseus room of the session, with its people; another one after a reconnect or for another session. */
  readonly room: Room<unknown, AudioState>;
  /** 0 to 1. */
  volume: number;
  /** Whether to hear the same at the same instant as all others that are aligned, to within 10 ms. Off at first. */
  aligned: boolean;

  /**
   * Begins to listen. Call it from a click: where the browser refuses, `playback` is `blocked` and nothing is thrown.
   *
   * @throws HereaboutsError NO_SOUND where there is no <audio>, as in Node.
   */
  play(): Promise<void>;
  /** Stops listening. What is on air goes on without one: `play` comes back to it. */
  pause(): void;
  /** Fades to the next track now. */
  next(): Promise<void>;
  /** Which way to go on from the track that plays. */
  direction(direction: Direction): Promise<void>;
  /** Fades to a track of the library by its id. */
  playTrack(track: string): Promise<void>;
  /** Back to the step before, or to the step of that number. */
  back(step?: number): Promise<void>;
  /** Tunes to a session by id or name; without one to that of the last visit, else to the master. */
  tune(session?: string): Promise<AudioSession>;
  /** Makes a session of that name, or joins the one there is, and tunes to it. */
  create(name: string, options?: CreateOptions): Promise<AudioSession>;
  /** Listens to a session without a say in it, and tunes to that. */
  follow(name: string, followerName?: string): Promise<AudioSession>;
  /** A listener to `heard` is told at once what is heard already. */
  on<E extends keyof AudioEvents>(event: E, listener: (data: AudioEvents[E]) => void): () => void;
  /** Leaves for good. */
  leave(): Promise<void>;
}

export interface CreateOptions {
  /** Id of a track. */
  startingTrack?: string;
  direction?: Direction;
  /** A shared journey: `journey.link` of someone. */
  link?: string;
}
