/**
 * Which track is heard at a frame of the stream. It is told ahead of when it is heard, and may be told anew: what is told
 * later counts from its frame on. The announced next track is heard from its frame on, without another word.
 */
import type { AudioEvent, TrackInfo } from "../../schema/audio.ts";

export type TrackEvent = Extract<AudioEvent, { type: "track" }>;

export type Title = {
  readonly track: TrackInfo;
  /** From this frame on it is heard. */
  readonly frame: number;
  readonly next: TrackInfo | null;
  readonly nextFrame: number | null;
  readonly direction: string;
};

/** More than are told before they are heard. */
const kept = 16;

export class Titles {
  /** By frame, the earliest first. */
  #told: Title[] = [];

  take({ frame, track, next, nextFrame, direction }: TrackEvent): void {
    this.#told = this.#told.filter((title) => title.frame < frame).slice(1 - kept);
    this.#told.push({ frame, track, next, nextFrame, direction });
  }

  /** What is heard at a frame; before anything that was told, the first of it. */
  at(frame: number): Title | undefined {
    const title = this.#told.findLast((told) => told.frame <= frame) ?? this.#told[0];
    if (!title?.next || title.nextFrame === null || frame < title.nextFrame) return title;
    return { track: title.next, frame: title.nextFrame, next: null, nextFrame: null, direction: title.direction };
  }

  /** The first frame after `frame` from which on something else is heard. */
  changeAfter(frame: number): number | undefined {
    const frames = this.#told.flatMap((title) => [title.frame, title.nextFrame ?? title.frame]);
    const later = frames.filter((each) => each > frame);
    return later.length > 0 ? Math.min(...later) : undefined;
  }

  clear(): void {
    this.#told = [];
  }
}
