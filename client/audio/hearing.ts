/** Tells what is heard when it is something else than before: looks when asked to, and by itself when it will change. */
import { frameMs } from "../../schema/mp3Frames.ts";
import type { Told } from "./told.ts";
import type { Heard } from "./types.ts";

export interface HearingOptions {
  /** The frame that is heard at this instant. */
  frame(): number | undefined;
  /** How much faster than recorded it plays. */
  rate(): number;
  onHeard(heard: Heard): void;
}

export class Hearing {
  readonly #told: Told;
  readonly #options: HearingOptions;
  #shown = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(told: Told, options: HearingOptions) {
    this.#told = told;
    this.#options = options;
  }

  look(): void {
    clearTimeout(this.#timer);
    const frame = this.#options.frame();
    if (frame === undefined || this.#isClosed) return;
    const change = this.#told.titles.changeAfter(frame);
    if (change !== undefined) {
      const ms = ((change - frame) * frameMs) / this.#options.rate();
      this.#timer = setTimeout(() => this.look(), Math.max(1, ms));
      (this.#timer as { unref?: () => void }).unref?.();
    }
    const title = this.#told.titles.at(frame);
    if (!title) return;
    const shown = [title.frame, title.track.id, title.next?.id, title.nextFrame, title.direction].join(" ");
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#options.onHeard(this.#told.heardAt(frame)!);
  }

  /** Tells anew, whatever was told before. */
  forget(): void {
    this.#shown = "";
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }
}
