/** The clock of a replay: which moment is shown, whether it goes on, and how fast. Pure. */

export class Playback {
  readonly durationMs: number;
  isPlaying = false;
  speed = 1;
  #t = 0;

  constructor(durationMs: number) {
    this.durationMs = durationMs;
  }

  /** ms since the recording began. */
  get t(): number {
    return this.#t;
  }

  seek(t: number): void {
    this.#t = Math.min(this.durationMs, Math.max(0, t));
  }

  /** Plays on, from the beginning if it was at its end, or pauses. */
  toggle(): void {
    if (!this.isPlaying && this.#t >= this.durationMs) this.#t = 0;
    this.isPlaying = !this.isPlaying;
  }

  /** So much time has passed for whoever looks on. Stops at the end. */
  advance(seconds: number): void {
    if (!this.isPlaying) return;
    this.seek(this.#t + seconds * 1000 * this.speed);
    if (this.#t >= this.durationMs) this.isPlaying = false;
  }
}
