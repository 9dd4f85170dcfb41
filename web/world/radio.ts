/**
 * The radio in the field: plays the master session to those who switched it on, the louder the nearer they stand. Off until
 * someone asks: a browser plays nothing before a click. Who walks out of earshot gives the stream back.
 */
import type { AudioPlayer, Hereabouts } from "hereabouts/client";
import type { Point } from "../shared/terrain.ts";
import { drawRadio } from "./radioSet.ts";
import type { Stage } from "./stage.ts";

/** Everything in units of the world. */
const reach = 74;
const tapReach = 26;
const fullWithin = 50;
const silentFrom = 430;
const fadeSeconds = 0.4;

export class Radio {
  readonly #stage: Stage;
  readonly #here: Hereabouts;
  readonly #failed: (error: unknown) => void;
  #audio: AudioPlayer | undefined;
  #isOn = false;
  /** Out of earshot, and paused for that. */
  #isAway = false;
  #volume = 0;

  constructor(stage: Stage, here: Hereabouts, failed: (error: unknown) => void) {
    this.#stage = stage;
    this.#here = here;
    this.#failed = failed;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  isWithin(place: Point, from: Point): boolean {
    return Math.hypot(place.x - from.x, place.y - from.y) < reach;
  }

  isAt(place: Point, tap: Point): boolean {
    return Math.abs(place.x - tap.x) < tapReach && tap.y < place.y + tapReach / 2 && tap.y > place.y - tapReach * 1.6;
  }

  toggle(): void {
    this.#isOn = !this.#isOn;
    if (this.#isOn) this.#play();
    else this.#audio?.pause();
  }

  /** One stands `distance` away; elsewhere than in its piece, infinitely far. */
  hear(distance: number, seconds: number): void {
    if (!this.#audio) return;
    const near = Math.min(1, Math.max(0, (silentFrom - distance) / (silentFrom - fullWithin)));
    const wanted = this.#isOn ? near * near : 0;
    this.#volume += (wanted - this.#volume) * (1 - Math.exp(-seconds / fadeSeconds));
    this.#audio.volume = this.#volume < 0.005 ? 0 : this.#volume;
    if (!this.#isOn) return;
    if (near === 0 && this.#audio.volume === 0) {
      this.#isAway = true;
      this.#audio.pause();
    } else if (near > 0 && this.#isAway) this.#play();
    // by the browser, or by the system's own controls
    else if (!this.#isAway && isSilent(this.#audio)) this.#isOn = false;
  }

  draw(place: Point, isNear: boolean): void {
    drawRadio(this.#stage, place, this.#isOn && this.#audio?.playback === "playing", isNear);
  }

  #play(): void {
    this.#isAway = false;
    const playing = this.#audio ? this.#audio.play() : this.#tuneIn();
    playing.catch((error: unknown) => {
      this.#isOn = false;
      this.#failed(error);
    });
  }

  async #tuneIn(): Promise<void> {
    // what one listens to on the page of the radio stays as it is
    const audio = await this.#here.audio("master", { remember: false });
    audio.volume = 0;
    this.#audio = audio;
    if (this.#isOn) await audio.play();
  }
}

const isSilent = ({ playback }: AudioPlayer) => ["paused", "blocked", "ended"].includes(playback);
