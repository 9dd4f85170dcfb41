/**
 * One person as they are drawn: body, shadow, step and gaze. Follows the smoothed pose of a `Person`; keeps only what
 * drawing needs (how far through a step, how long at rest, how visible).
 */
import type { Person } from "hereabouts/client";
import { bodyReach, colorOf, drawBlob, faceOf } from "../shared/blob.ts";
import { hashOf } from "../shared/seed.ts";
import type { Point } from "../shared/terrain.ts";
import { drawMeRing, drawShadow, drawWake } from "./marks.ts";
import type { Stage } from "./stage.ts";

/** Units of walking to one step. */
const stride = 17;
const restSeconds = 1.4;
const fadeRate = 7;
const ghostFadeSeconds = 5;
const gazeSteps = 8;
/** Above this many units a second one walks; below it is the jitter of smoothing. */
const walkingFrom = 12;
/** Faster than anyone walks: they were put somewhere else. */
const jumpUnits = 90;

const reach = { left: bodyReach.side, right: bodyReach.side, above: bodyReach.above, below: bodyReach.below };

export class Figure {
  readonly person: Person;
  x: number;
  y: number;
  /** 0 unseen to 1; below 1 while coming, going, a ghost or away. */
  alpha = 0;
  leaving = false;
  /** How much of the name's label is shown; managed by the labels. */
  labelAlpha = 0;
  readonly #seed: number;
  #speed = 0;
  #phase = 0;
  #rest = restSeconds;
  #gazeX = 0;
  #gazeY = 0.2;
  #ghostSince: number | undefined;

  constructor(person: Person) {
    this.person = person;
    this.x = person.x;
    this.y = person.y;
    this.#seed = hashOf(person.id);
  }

  get color(): string {
    return colorOf(this.person.avatar.color, this.#seed);
  }

  update(stage: Stage, seconds: number, at: Point, angle: number): void {
    const moved = Math.hypot(at.x - this.x, at.y - this.y);
    const speed = moved > jumpUnits || seconds === 0 ? 0 : moved / seconds;
    this.#speed += (speed - this.#speed) * Math.min(1, seconds * 14);
    this.x = at.x;
    this.y = at.y;
    if (this.isWalking) {
      this.#phase += moved / stride;
      this.#rest = 0;
    } else this.#rest += seconds;
    this.#turn(stage, seconds, angle);
    this.#fade(stage, seconds);
  }

  get isWalking(): boolean {
    return this.#speed > walkingFrom;
  }

  #turn(stage: Stage, seconds: number, angle: number): void {
    const facesUs = this.#rest > restSeconds;
    const wantX = Math.cos(angle) * (facesUs ? 0.3 : 1);
    const wantY = facesUs ? 0.15 : Math.sin(angle);
    const part = stage.still ? 1 : 1 - Math.exp(-12 * seconds);
    this.#gazeX += (wantX - this.#gazeX) * part;
    this.#gazeY += (wantY - this.#gazeY) * part;
  }

  #fade(stage: Stage, seconds: number): void {
    const { status } = this.person;
    if (status !== "ghost") this.#ghostSince = undefined;
    else this.#ghostSince ??= stage.time;
    const ghostly = this.#ghostSince === undefined ? 0 : (stage.time - this.#ghostSince) / ghostFadeSeconds;
    const want =
      this.leaving || !this.person.placed
        ? 0
        : status === "ghost"
          ? 0.5 - 0.28 * Math.min(1, ghostly)
          : status === "away"
            ? 0.5
            : 1;
    this.alpha += (want - this.alpha) * (stage.still ? 1 : 1 - Math.exp(-fadeRate * seconds));
  }

  /** What lies on the ground below everyone. */
  drawGround(stage: Stage, isWater: boolean): void {
    if (this.alpha < 0.02) return;
    if (this.person.isMe) stage.show(drawMeRing(stage), this.x, this.y, this.alpha);
    if (isWater) {
      const pulse = stage.still ? 0.5 : (stage.time * (this.isWalking ? 1.1 : 0.4) + (this.#seed % 97) / 97) % 1;
      stage.show(drawWake(stage), this.x, this.y, this.alpha * (1 - pulse), 0.7 + pulse * 0.7);
    } else if (this.person.status !== "ghost") stage.show(drawShadow(stage), this.x, this.y, this.alpha);
  }

  draw(stage: Stage): void {
    if (this.alpha < 0.02) return;
    const step = stage.still || !this.isWalking ? 0 : Math.sin(this.#phase * Math.PI);
    const breath = stage.still ? 0 : Math.sin(stage.time * 2 + this.#seed) * 0.012;
    const float =
      this.person.status === "ghost" ? 5 + (stage.still ? 0 : Math.sin(stage.time * 2.4 + this.#seed) * 2.5) : 0;
    const hop = Math.abs(step) * 4.6 + float;
    const squash = 1 + (Math.abs(step) - 0.5) * (step === 0 ? 0 : 0.07) + breath;
    const grown = this.leaving ? 1 : 0.6 + 0.4 * Math.min(1, this.alpha * 1.6);
    stage.show(this.#sprite(stage), this.x, this.y - hop, this.alpha, grown * (2 - squash), grown * squash);
  }

  #sprite(stage: Stage): ReturnType<Stage["sprites"]["get"]> {
    const x = Math.round(this.#gazeX * gazeSteps) / gazeSteps;
    const y = Math.round(this.#gazeY * gazeSteps) / gazeSteps;
    const blink = !stage.still && (stage.time + (this.#seed % 4096) / 512) % 4.3 < 0.13;
    const asleep = this.person.attention === "hidden" || this.person.status === "away" || blink;
    const face = faceOf(this.person.avatar.face, this.#seed);
    const { color } = this;
    return stage.sprites.get(`blob ${color} ${face} ${x} ${y} ${asleep}`, stage.camera.scale, reach, (pen) =>
      drawBlob(pen, { color, face, x, y, asleep }),
    );
  }
}
