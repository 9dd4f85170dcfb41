/**
 * Turns the poses that frames bring, from every tick to one in two seconds, into one for each instant.
 *
 * Others are drawn a little in the past, between the two poses around that instant; how far is taken from how often their
 * poses come and how late. Time as it is drawn goes slower or faster where that changes, never back and never past the
 * newest pose: so a straight walk never jerks, and whoever stops is drawn where they stopped.
 */
import { mixPoses, type Pose } from "../schema/geometry.ts";

type Sample = Pose & { at: number };

const keep = 64;
/** The server sends whoever moves at least this often: a longer pause is a rest. */
const restMs = 2000;
/** Below this part of one's usual speed over a pause, one stood still for some of it. */
const restShare = 0.6;
/** For how long someone is taken to have moved whose speed is not known yet. */
const firstMoveTicks = 1.5;
/** How soon drawn time makes up for what it is off, and how slow and fast it goes for that. */
const catchUpMs = 250;
const slowest = 0.5;
const fastest = 2;

export class Track {
  readonly #tickMs: number;
  readonly #samples: Sample[] = [];
  /** How long one has to wait for the next pose of someone who moves. */
  #intervalMs: number;
  /** Units a ms that this person moves at. */
  #speed = 0;
  /** Nothing is known of how someone moves who did not do so yet: they are taken to have stood until now. */
  #hasMoved = false;
  /** The instant of server time that was drawn last, and when that was. */
  #drawn: { at: number; now: number } | undefined;

  /** `tickMs`: how often poses come at best. */
  constructor(tickMs: number) {
    this.#tickMs = tickMs;
    this.#intervalMs = tickMs;
  }

  get isEmpty(): boolean {
    return this.#samples.length === 0;
  }

  get newest(): Readonly<Pose> | undefined {
    return this.#samples.at(-1);
  }

  /** Takes a pose of server time `at`. One that is not newer than the newest is dropped. */
  push(at: number, { x, y, z, angle }: Pose): void {
    const last = this.#samples.at(-1);
    const next = { x, y, z, angle, at };
    if (last && at <= last.at) return;
    if (last) this.#bridge(last, next);
    this.#samples.push(next);
    while (this.#samples.length > keep) this.#samples.shift();
  }

  /** How far in the past to draw, in ms, where frames come `jitterMs` late. */
  delay(jitterMs: number): number {
    return this.#intervalMs * 1.25 + Math.min(150, jitterMs * 2);
  }

  /**
   * The pose to draw at `now`, when it is `serverNow` by the server's time and frames come `jitterMs` late.
   * Undefined before any has come.
   */
  sample(now: number, serverNow: number, jitterMs: number): Pose | undefined {
    const samples = this.#samples;
    const newest = samples.at(-1);
    if (!newest) return undefined;
    const at = this.#advance(now, serverNow - this.delay(jitterMs), newest.at);
    while (samples.length > 2 && samples[1]!.at <= at) samples.shift();
    const after = samples.findIndex((sample) => sample.at >= at);
    const [before, next] = [samples[after - 1], samples[after] ?? newest];
    return before ? mixPoses(before, next, (at - before.at) / (next.at - before.at)) : next;
  }

  /** Another server's time, or another person's slot: nothing that came before counts. */
  clear(): void {
    this.#samples.length = 0;
    this.#intervalMs = this.#tickMs;
    this.#speed = 0;
    this.#hasMoved = false;
    this.#drawn = undefined;
  }

  /** Times begin anew with a new connection: stay where one was until poses come. */
  restart(): void {
    const newest = this.#samples.at(-1);
    this.clear();
    if (newest) this.#samples.push({ ...newest, at: Number.NEGATIVE_INFINITY });
  }

  /** Decides how one came from `last` to `next`: on the way all the time, or after a rest. */
  #bridge(last: Sample, next: Sample): void {
    const gap = next.at - last.at;
    if (gap === Number.POSITIVE_INFINITY) {
      last.at = next.at - this.#tickMs;
      return;
    }
    const distance = Math.hypot(next.x - last.x, next.y - last.y, next.z - last.z);
    const isFirst = !this.#hasMoved;
    this.#hasMoved ||= distance > 0;
    const hasRested =
      gap > restMs || (gap > this.#tickMs * 1.5 && (isFirst || distance / gap < this.#speed * restShare));
    const wayMs = isFirst ? this.#tickMs * firstMoveTicks : distance / this.#speed || 0;
    const moving = hasRested ? Math.min(gap, Math.max(this.#tickMs, wayMs)) : gap;
    if (moving < gap) this.#samples.push({ ...last, at: next.at - moving });
    if (distance > 0 && (!isFirst || !hasRested)) this.#speed = Math.max(distance / moving, this.#speed * 0.9);
    this.#intervalMs = Math.max(moving, this.#intervalMs + (moving - this.#intervalMs) * 0.2);
    // a rest need not be drawn to its end before one goes on
    const resumed = next.at - moving - this.#intervalMs;
    if (this.#drawn && this.#drawn.at >= last.at && resumed > this.#drawn.at) this.#drawn.at = resumed;
  }

  /** The instant to draw: near `wanted`, never before the one drawn last, never past the newest pose. */
  #advance(now: number, wanted: number, newest: number): number {
    const drawn = this.#drawn;
    const passed = drawn ? Math.max(0, now - drawn.now) : 0;
    const off = drawn ? wanted - passed - drawn.at : 0;
    const pace = Math.min(fastest, Math.max(slowest, 1 + off / catchUpMs));
    const at = Math.min(newest, drawn && off < restMs ? Math.max(drawn.at, drawn.at + passed * pace) : wanted);
    this.#drawn = { at, now };
    return at;
  }
}
