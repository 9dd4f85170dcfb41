/**
 * One session's sound: a timeline that is arithmetic, and the frames of it that listeners get. What is on air at an
 * instant follows from the timeline alone; without listeners nothing is rendered and no timer runs.
 */
import type { JourneyStep, TrackInfo } from "../../../schema/audio.ts";
import type { Direction } from "../../../schema/directions.ts";
import type { Segment } from "../mp3/remux.ts";
import type { Entry } from "./timeline.ts";

/** What is on air at an instant. Frames are counted from the stream's beginning. */
export type OnAir = {
  frame: number;
  track: TrackInfo;
  /** From this frame on it is heard: the middle of the fade into it. */
  trackFrame: number;
  next: TrackInfo | null;
  nextFrame: number | null;
  direction: Direction;
};

export type JourneyView = { steps: JourneyStep[]; at: number; link: string };

/**
 * Told when it is decided, ahead of when it is heard: a `track` says what holds from its frame on, and takes back all that
 * was told of later frames. `journey` is told when another step of it begins to be heard.
 */
export type StreamChange =
  | { type: "track"; frame: number; track: TrackInfo; next: TrackInfo | null; nextFrame: number | null }
  | { type: "journey" }
  | { type: "listeners" }
  | { type: "ended" };

/** Where a listener's bytes go. An HTTP response, wrapped. */
export interface Sink {
  /** False while the bytes of earlier writes are still held in this process. */
  write(bytes: Uint8Array): boolean;
  /** Bytes of earlier writes that this process still holds. */
  readonly pendingBytes: number;
  /** Ends it in order (`end`) or at once. */
  end(): void;
  destroy(): void;
}

export type ListenOptions = {
  sink: Sink;
  /** Metadata between the bytes, as ICY asks for it. */
  icy: boolean;
  /** For one who heard the stream elsewhere until now. */
  resume?: Resume | undefined;
  /** Told before the first byte: the first frame. */
  onBegin?: ((frame: number) => void) | undefined;
};

/** The first frame that a listener did not get yet, and the one that its sound began with. */
export type Resume = { from: number; joined: number };

export interface Listener {
  /** The first frame it gets. */
  readonly frame: number;
  /** What it says that it hears: one that is far behind is cut, so that its player starts anew. */
  heard(frame: number): void;
  /** Its connection is gone. */
  leave(): void;
}

export interface SessionStream {
  /** Server time in ms since the epoch at which frame 0 is on air. */
  readonly epochMs: number;
  readonly listeners: number;
  /** What another process needs to go on with it. */
  save(): SavedStream;
  onAir(): OnAir;
  journey(): JourneyView;
  /** Commands throw HereaboutsError (TRACK_GONE for a track that is not there) and answer what will be heard, from which frame on. */
  next(): OnAir;
  turn(direction: Direction): OnAir;
  play(trackId: string): OnAir;
  back(step?: number): OnAir;
  /** Bytes flow into `sink` before it returns where they are at hand. */
  listen(options: ListenOptions): Listener;
  subscribe(onChange: (change: StreamChange) => void): () => void;
  /** What its listeners get, from now on: nothing while there are none. */
  tap(onSegment: (segment: Segment) => void): () => void;
  /** Ends all listeners. */
  close(): void;
}

export type OpenStream = {
  startingTrack?: string;
  direction?: Direction;
  /** A shared journey. */
  link?: string;
  /** One that was made elsewhere: goes on where it would be by now. */
  saved?: SavedStream;
};

/** Plain data. `entries` are what was on air and what was fixed then, never none. */
export type SavedStream = {
  readonly epochMs: number;
  readonly direction: Direction;
  readonly entries: readonly Omit<Entry, "shape">[];
};

/** All streams of the process: they share tracks, fades and one timer. */
export interface Streams {
  /** Settles when there is music to play. */
  readonly ready: Promise<void>;
  open(options?: OpenStream): SessionStream;
  /** All that can be played now. */
  tracks(): readonly TrackInfo[];
  /**
   * For metrics. `late` counts frames and fades that were not ready in time; `missed` segments (of a second) that were left
   * out for listeners who did not read, `cut` listeners who were sent away as they were too far behind.
   */
  readonly figures: {
    streams: number;
    rendering: number;
    listeners: number;
    late: number;
    missed: number;
    cut: number;
    tracks: number;
    skipped: number;
  };
  close(): Promise<void>;
}
