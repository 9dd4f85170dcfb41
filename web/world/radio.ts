/**
 * The radio in the field: plays the master session to those who switched it on, the louder the nearer they stand. Off until
 * someone asks: a browser plays nothing before a click. Who walks out of earshot gives the stream back.
 */
import type { AudioPlayer, Hereabouts } from "hereabouts/client";
import type { Point } from "../shared/terrain.ts";
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

  draw({ x, y }: Point, isNear: boolean): void {
    const { palette, sprites, camera, still, time } = this.#stage;
    const { ink, paper, marker, shade } = palette;
    const isPlaying = this.#isOn && this.#audio?.playback === "playing";
    const beat = isPlaying ? (still ? 1 : 1 + (Math.floor(time * 3) % 3)) : 0;
    const size = { left: 34, right: 34, above: 64, below: 8 };
    const sprite = sprites.get(`radio ${beat} ${isNear}`, camera.scale, size, (pen) => {
      pen.lineJoin = pen.lineCap = "round";
      pen.fillStyle = shade;
      pen.beginPath();
      pen.ellipse(3, 0, 20, 5, 0, 0, 7);
      pen.fill();
      pen.lineWidth = 2;
      pen.strokeStyle = ink;
      pen.fillStyle = paper;
      pen.beginPath();
      pen.moveTo(11, -24);
      pen.lineTo(22, -44);
      pen.roundRect(-18, -25, 36, 25, 4);
      pen.fill();
      pen.stroke();
      pen.fillStyle = isPlaying ? marker : ink;
      pen.beginPath();
      pen.arc(-7, -12.5, 7, 0, 7);
      pen.fill();
      pen.lineWidth = 1.6;
      pen.beginPath();
      for (const line of [-18, -13, -8]) {
        pen.moveTo(5, line);
        pen.lineTo(13, line);
      }
      pen.stroke();
      for (let wave = 1; wave <= beat; wave++) {
        pen.beginPath();
        pen.arc(22, -45, 3 + wave * 4, -1.3, 0.5);
        pen.stroke();
      }
      if (!isNear) return;
      pen.setLineDash([4, 3]);
      pen.strokeStyle = marker;
      pen.beginPath();
      pen.roundRect(-24, -31, 48, 36, 8);
      pen.stroke();
    });
    this.#stage.show(sprite, x, y);
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
