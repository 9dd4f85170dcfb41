/** What a developer holds of audio: the public face of the player, without how it is done. */
import type { Room } from "colyseus.js";
import type { AudioEvent, AudioState, JourneyStep, SessionType, TrackInfo } from "../../schema/audio.ts";
import type { Direction } from "../../schema/directions.ts";
import type { HereaboutsError } from "../../schema/errors.ts";
import type { Upload } from "../upload.ts";
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
  /** How far into the track, as of when it is read. */
  readonly positionMs: number;
  /** What comes then, and in how many ms; undefined while nothing is chosen. */
  readonly next: TrackInfo | undefined;
  readonly nextInMs: number | undefined;
  readonly direction: string;
}

/** The way that a session has come: what was heard, and which direction led on each time. */
export interface Journey {
  readonly steps: readonly JourneyStep[];
  /** The step that is on air. */
  readonly at: number;
  /** Starts another session at this point: see `create`. */
  readonly link: string;
}

/**
 * Why a session ended: somebody deleted it, nobody heard it for long (`cleaned`), the one it followed ended
 * (`target_gone`), or the server goes down (`closing`).
 */
export type EndReason = Extract<AudioEvent, { type: "ended" }>["reason"];

/** Events of a player: what `audio.on(name, listener)` is called with. */
export interface AudioEvents {
  /** Something else is heard, or something else will come next. */
  heard: Heard;
  playback: { playback: Playback };
  /** Whether sound is heard, and whether what is told about the session arrives. */
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
  /** Whether sound is heard. Believes `currentTime` first: see docs/SPEC.md, AU9. */
  readonly health: AudioEvents["health"];
  readonly heard: Heard | undefined;
  readonly journey: Journey;
  /** How many hear it. */
  readonly listeners: number;
  /** How many sessions follow it. */
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
   * @throws HereaboutsError NO_SOUND where there is no `<audio>`, as in Node; SESSION_NOT_FOUND, LISTENERS_FULL, NO_MUSIC.
   */
  play(): Promise<void>;
  /** Stops listening. What is on air goes on without one: `play` comes back to it. */
  pause(): void;
  /** Fades to the next track now. @throws HereaboutsError READ_ONLY of a follower, FORBIDDEN, NO_MUSIC, TOO_FAST. */
  next(): Promise<void>;
  /** Which way to go on from the track that plays. @throws HereaboutsError as `next`. */
  direction(direction: Direction): Promise<void>;
  /** Fades to a track of the library by its id. @throws HereaboutsError TRACK_GONE, or as `next`. */
  playTrack(track: string): Promise<void>;
  /** Back to the step before, or to the step of that number, from 0. @throws HereaboutsError as `playTrack`. */
  back(step?: number): Promise<void>;
  /**
   * Tunes to a session by id or name; without one to that of the last visit, else to the master.
   *
   * @throws HereaboutsError SESSION_NOT_FOUND, UNREACHABLE.
   */
  tune(session?: string): Promise<AudioSession>;
  /**
   * Makes a session of that name, or joins the one there is, and tunes to it.
   *
   * @throws HereaboutsError SESSIONS_FULL, FORBIDDEN, BAD_JOURNEY, TRACK_GONE, NO_MUSIC.
   */
  create(name: string, options?: CreateOptions): Promise<AudioSession>;
  /**
   * Makes a session of that name that goes on from here by itself, with this journey, and tunes to it; where there is one
   * of that name, only tunes to it. Of a follower it is what that follows.
   *
   * @throws HereaboutsError as `create`.
   */
  fork(name: string): Promise<AudioSession>;
  /**
   * Listens to a session without a say in it, and tunes to that.
   *
   * @throws HereaboutsError TARGET_NOT_FOUND, NAME_TAKEN, SESSIONS_FULL.
   */
  follow(name: string, followerName?: string): Promise<AudioSession>;
  /** Keeps a file with the session that one is tuned to: see `world.upload`. */
  readonly upload: Upload;
  /** Listens to an event; to `heard`, what is heard already is told at once. Returns the function that ends it. */
  on<E extends keyof AudioEvents>(event: E, listener: (data: AudioEvents[E]) => void): () => void;
  /** Leaves for good. */
  leave(): Promise<void>;
}

/** How a session that is made begins. */
export interface CreateOptions {
  /** Id of a track. */
  startingTrack?: string;
  direction?: Direction;
  /** A shared journey: `journey.link` of someone. */
  link?: string;
}
