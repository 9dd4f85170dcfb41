/**
 * Turns the poses that frames bring, some 20 a second or fewer, into one for each instant.
 *
 * Others are drawn a little in the past, between the two poses around that instant; for how long is taken from how often
 * poses come and how late. Past the newest pose one goes on as before for a moment, then stands still.
 */
import type { Pose } from "../schema/geometry.ts";

type Sample = Pose & { at: number };

const keep = 8;
const maxAheadMs = 60;
const turn = 2 * Math.PI;

export class Track {
  readonly #samples: Sample[] = [];
  #intervalMs: number;

  /** `tickMs`: how often poses come at best. */
  constructor(tickMs: number) {
    this.#intervalMs = tickMs;
  }

  get isEmpty(): boolean {
    return this.#samples.length === 0;
  }

  get newest(): Readonly<Pose> | undefined {
    return this.#samples.at(-1);
  }

  /** Takes a pose of server time `at`. An older one than the newest is dropped; one after a rest ends the rest. */
  push(at: number, pose: Pose): void {
    const last = this.#samples.at(-1);
    if (last && at <= last.at) return;
    const gap = last ? at - last.at : 0;
    if (last && gap > this.#intervalMs * 3) last.at = at - this.#intervalMs;
    else if (last) this.#intervalMs += (gap - this.#intervalMs) * 0.2;
    const { x, y, z, angle } = pose;
    this.#samples.push({ x, y, z, angle, at });
    while (this.#samples.length > keep) this.#samples.shift();
  }

  /** How far in the past to draw, in ms, where frames come `jitterMs` late. */
  delay(jitterMs: number): number {
    return this.#intervalMs * 1.25 + Math.min(150, jitterMs * 2);
  }

  /** The pose at server time `at`. Undefined before any has come. */
  sample(at: number): Pose | undefined {
    const samples = this.#samples;
    const newest = samples.at(-1);
    if (!newest) return undefined;
    let after = samples.length - 1;
    while (after > 0 && samples[after - 1]!.at >= at) after--;
    if (at >= newest.at) return ahead(samples.at(-2), newest, at);
    const before = samples[after - 1];
    const next = samples[after]!;
    return before ? mix(before, next, (at - before.at) / (next.at - before.at)) : next;
  }

  /** Another server's time, or another person's slot: nothing that came before counts. */
  clear(): void {
    this.#samples.length = 0;
  }

  /** Times begin anew with a new connection: stay where one was until poses come. */
  restart(): void {
    const newest = this.#samples.at(-1);
    this.clear();
    if (newest) this.#samples.push({ ...newest, at: Number.NEGATIVE_INFINITY });
  }
}

function ahead(before: Sample | undefined, newest: Sample, at: number): Pose {
  if (!before) return newest;
  const span = newest.at - before.at;
  const extra = Math.min(at - newest.at, maxAheadMs, span);
  const settling = at - newest.at > maxAheadMs ? Math.max(0, 1 - (at - newest.at - maxAheadMs) / maxAheadMs) : 1;
  return mix(before, newest, 1 + (extra / span) * settling);
}

function mix(a: Pose, b: Pose, part: number): Pose {
  const arc = ((((b.angle - a.angle + Math.PI) % turn) + turn) % turn) - Math.PI;
  return {
    x: a.x + (b.x - a.x) * part,
    y: a.y + (b.y - a.y) * part,
    z: a.z + (b.z - a.z) * part,
    angle: a.angle + arc * Math.min(1, part),
  };
}
