/**
 * One's own movement: what `moveTo` says counts at once here, and is sent at most 30 times a second, each time with the
 * two poses before it. When the server corrects, one glides to where it says instead of jumping.
 */
import { isNewer } from "../schema/frames.ts";
import type { Pose } from "../schema/geometry.ts";
import { encodeMove, maxMoveBytes, movePoses } from "../schema/moves.ts";

const sendMs = 1000 / 30;
const glideMs = 120;
/** A last move that was not acknowledged for so long is sent again, reliably: nobody would know where one stopped. */
const confirmMs = 250;

/**
 * Sends a move, by a way on which it may be lost unless `isReliable`. Returns how it went; undefined where it could not:
 * then the newest pose goes when `open` is called.
 */
export type SendMove = (bytes: Uint8Array, isReliable: boolean) => "datagram" | "websocket" | undefined;

export class Mover {
  readonly #send: SendMove;
  readonly #out = new Uint8Array(maxMoveBytes);
  readonly #recent: Pose[] = [];
  readonly #sentAt = new Map<number, number>();
  #pose: Pose | undefined;
  #isSent = true;
  #seq = 0;
  /** The newest that the server has taken. */
  #acked: number | undefined;
  #lastSend = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #confirmTimer: ReturnType<typeof setTimeout> | undefined;
  #glide: { offset: Pose; from: number } | undefined;
  #roundTripMs: number | undefined;

  constructor(send: SendMove) {
    this.#send = send;
  }

  get hasPose(): boolean {
    return this.#pose !== undefined;
  }

  /** From sending a pose to the frame that acknowledges it, smoothed, in ms. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  moveTo(pose: Pose): void {
    const last = this.#pose;
    if (last && last.x === pose.x && last.y === pose.y && last.z === pose.z && last.angle === pose.angle) return;
    this.#pose = pose;
    this.#isSent = false;
    this.#schedule();
  }

  /** A new seat, which knows nothing of what was sent to the one before. */
  open(): void {
    clearTimeout(this.#confirmTimer);
    this.#seq = 0;
    this.#acked = undefined;
    this.#recent.length = 0;
    this.#sentAt.clear();
    this.#roundTripMs = undefined;
    if (!this.#pose) return;
    this.#isSent = false;
    this.#schedule();
  }

  /** The server has taken the pose of `ack`. False if it took a later one since: what it says of oneself there is past. */
  acknowledge(ack: number, now: number): boolean {
    if (this.#acked !== undefined && isNewer(this.#acked, ack)) return false;
    const sentAt = this.#sentAt.get(ack);
    if (sentAt === undefined) return true;
    this.#acked = ack;
    const roundTrip = now - sentAt;
    this.#roundTripMs = this.#roundTripMs === undefined ? roundTrip : this.#roundTripMs * 0.8 + roundTrip * 0.2;
    for (const seq of this.#sentAt.keys()) if (!isNewer(seq, ack)) this.#sentAt.delete(seq);
    return true;
  }

  /** The server says where one is. What was sent before is void: if some of that is still on its way, one says so. */
  correct(pose: Pose, now: number): void {
    const shown = this.at(now);
    this.#pose = { ...pose };
    this.#recent.length = 0;
    this.#isSent = !this.#sentAt.has(this.#seq);
    if (!this.#isSent) this.#schedule();
    if (shown) {
      const offset = { x: shown.x - pose.x, y: shown.y - pose.y, z: shown.z - pose.z, angle: 0 };
      this.#glide = { offset, from: now };
    }
  }

  /** Where to draw oneself at `now`. */
  at(now: number): Pose | undefined {
    if (!this.#pose || !this.#glide) return this.#pose;
    const part = 1 - (now - this.#glide.from) / glideMs;
    if (part <= 0) {
      this.#glide = undefined;
      return this.#pose;
    }
    const { offset } = this.#glide;
    const { x, y, z, angle } = this.#pose;
    return { x: x + offset.x * part, y: y + offset.y * part, z: z + offset.z * part, angle };
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#confirmTimer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#lastSend + sendMs - performance.now();
    if (wait <= 0) this.#flush();
    else
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#flush();
      }, wait);
  }

  #flush(): void {
    if (this.#isSent || !this.#pose) return;
    const seq = (this.#seq + 1) & 0xffff;
    const poses = [this.#pose, ...this.#recent].slice(0, movePoses);
    const carrier = this.#send(encodeMove(this.#out, seq, poses), false);
    if (!carrier) return;
    clearTimeout(this.#confirmTimer);
    if (carrier === "datagram") this.#confirmTimer = setTimeout(() => this.#confirm(seq, poses), confirmMs);
    this.#seq = seq;
    this.#isSent = true;
    this.#recent.unshift(this.#pose);
    this.#recent.length = Math.min(this.#recent.length, movePoses - 1);
    this.#lastSend = performance.now();
    this.#sentAt.set(seq, this.#lastSend);
    if (this.#sentAt.size > 64) this.#sentAt.delete(this.#sentAt.keys().next().value!);
  }

  #confirm(seq: number, poses: readonly Pose[]): void {
    if (seq === this.#seq && this.#sentAt.has(seq)) this.#send(encodeMove(this.#out, seq, poses), true);
  }
}
