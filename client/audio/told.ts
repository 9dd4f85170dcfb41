/** What was told about a session, by its events or by its room's state, and what follows from it for a frame. */
import type { AudioEvent } from "../../schema/audio.ts";
import { frameMs } from "../../schema/mp3Frames.ts";
import { Titles } from "./titles.ts";
import type { Heard, Journey } from "./types.ts";

export class Told {
  readonly titles = new Titles();
  journey: Journey = { steps: [], at: 0, link: "" };
  counts = { listeners: 0, followers: 0 };
  /** Server time in ms since the epoch at which frame 0 was on air. */
  epochMs: number | undefined;
  /** How far this page's clock is ahead of the server's, by the word that came fastest. */
  #aheadMs = Number.POSITIVE_INFINITY;

  /** `now`: when it came, by a clock that nobody sets: `performance.now()`. */
  take(event: AudioEvent, now: number): void {
    switch (event.type) {
      case "track":
        this.titles.take(event);
        break;
      case "journey":
        this.journey = { steps: event.steps, at: event.at, link: event.link };
        break;
      case "listeners":
        this.counts = { listeners: event.listeners, followers: event.followers };
        break;
      case "connected":
        this.epochMs = event.epochMs;
        this.#aheadMs = Number.POSITIVE_INFINITY; // the server's clock may have been set meanwhile
        this.#onTime(event.at, now);
        break;
      case "heartbeat":
        this.#onTime(event.at, now);
    }
  }

  /** The frame on air at `now`, by the same clock. */
  onAir(now: number): number | undefined {
    return this.epochMs === undefined ? undefined : (now - this.#aheadMs - this.epochMs) / frameMs;
  }

  #onTime(at: number, now: number): void {
    this.#aheadMs = Math.min(this.#aheadMs, now - at);
  }

  heardAt(frame: number): Heard | undefined {
    const title = this.titles.at(frame);
    if (!title) return undefined;
    return {
      track: title.track,
      positionMs: Math.max(0, (frame - title.frame) * frameMs),
      next: title.next ?? undefined,
      nextInMs: title.nextFrame === null ? undefined : Math.max(0, (title.nextFrame - frame) * frameMs),
      direction: title.direction,
    };
  }

  clear(): void {
    this.titles.clear();
    this.journey = { steps: [], at: 0, link: "" };
    this.counts = { listeners: 0, followers: 0 };
    this.epochMs = undefined;
  }
}
