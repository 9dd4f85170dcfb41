/**
 * Looks at a load test once a second, from the first who joins to the end: a line of progress each time, and a sample for
 * the plots of the report. It costs the server nothing where its process can be looked at from outside.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { now } from "./clock.ts";
import { glanceAt } from "./glance.ts";
import { type Histogram, percentile } from "./histogram.ts";
import { ownCpuMs } from "./neighbours.ts";
import type { Usage } from "./prometheus.ts";
import type { Sample } from "./sample.ts";
import type { Run } from "./scenario.ts";
import type { Target } from "./target.ts";

/** What a scenario knows of itself now. Counts and times are those since it began to count. */
export type Look = Pick<Sample, "people" | "buffered" | "away" | "wrong"> & {
  times?: Histogram | undefined;
  delivered?: number;
  lost?: number;
  /** Down, of all together. */
  bytes?: number;
  /** CPU time of processes of the load generator besides this one, in ms. */
  ownMs?: number;
};

const everyMs = 1000;

export class Watch {
  readonly #target: Target;
  readonly #run: Run;
  readonly #look: () => Look | Promise<Look>;
  readonly #from = now();
  readonly #delay = monitorEventLoopDelay({ resolution: 10 });
  readonly #timer: NodeJS.Timeout;
  #measuredFrom: number | undefined;
  #isLooking = false;
  #last: { at: number; look: Look; usage: Usage | undefined; ownMs: number } | undefined;

  constructor(target: Target, run: Run, look: () => Look | Promise<Look>) {
    this.#target = target;
    this.#run = run;
    this.#look = look;
    this.#delay.enable();
    this.#timer = setInterval(() => void this.#sample(), everyMs);
  }

  /** Called when counting begins anew: from now on it is what the report tells of. */
  measure(): void {
    this.#measuredFrom = now();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  async #sample(): Promise<void> {
    // a look that takes more than a second is its own answer: the next waits for it
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const [look, usage] = await Promise.all([this.#look(), glanceAt(this.#target)]);
      const taken = { at: now(), look, usage, ownMs: ownCpuMs() + (look.ownMs ?? 0) };
      const sample = this.#sampleOf(taken);
      this.#last = taken;
      if (!sample) return;
      this.#run.samples.push(sample);
      this.#run.progress(lineOf(sample));
    } catch {
      // it is ending: what fails then is told by whoever ends it
    } finally {
      this.#isLooking = false;
    }
  }

  #sampleOf(taken: { at: number; look: Look; usage: Usage | undefined; ownMs: number }): Sample | undefined {
    const { at, look, usage, ownMs } = taken;
    const last = this.#last ?? { at: this.#from, look: { people: 0 }, usage: undefined, ownMs: Number.NaN };
    const seconds = (at - last.at) / 1000;
    const percent = (ms: number) => ms / seconds / 10;
    const { people, buffered, away, wrong } = look;
    const sample: Sample = {
      at: (at - this.#from) / 1000,
      isMeasured: this.#measuredFrom !== undefined,
      people,
      serverCpu: percent(((usage?.cpuSeconds ?? Number.NaN) - (last.usage?.cpuSeconds ?? Number.NaN)) * 1000),
      serverMb: (usage?.rssBytes ?? Number.NaN) / 1e6,
      generatorCpu: percent(ownMs - last.ownMs),
      generatorDelay: Math.max(0, this.#delay.max / 1e6 - 10),
      buffered,
      away,
      wrong,
    };
    this.#delay.reset();
    const countedFrom = Math.max(last.at, this.#measuredFrom ?? 0);
    const eachSecond = (count: number) => (count / (at - countedFrom)) * 1000;
    for (const key of ["delivered", "lost"] as const) {
      if (look[key] !== undefined) sample[key] = eachSecond(gained(look[key], last.look[key]));
    }
    if (look.bytes !== undefined) sample.bytes = eachSecond(gained(look.bytes, last.look.bytes)) / Math.max(1, people);
    if (look.times) {
      for (const [key, share] of [
        ["p50", 0.5],
        ["p95", 0.95],
        ["p99", 0.99],
      ] as const) {
        sample[key] = percentile(look.times, share);
      }
    }
    return sample;
  }
}

/** What a count grew by; all of it if counting began anew. */
export function gained(count: number, before = 0): number {
  return count < before ? count : count - before;
}

/** A sample as one line: only what is known. */
export function lineOf(sample: Sample): string {
  const { at, isMeasured, people, p50, p99, lost, bytes, serverCpu, serverMb, generatorCpu, buffered, away } = sample;
  const parts = [
    `${at.toFixed(0).padStart(4)} s`,
    isMeasured ? "measured" : "before  ",
    `${people} in`,
    known(p50, (ms) => `p50 ${ms.toFixed(1)} ms  p99 ${p99!.toFixed(1)} ms`),
    known(lost, (count) => `lost ${count.toFixed(0)}`),
    known(bytes, (count) => `${(count / 1000).toFixed(2)} kB/s each`),
    known(buffered, (s) => `buffered ${s.toFixed(1)} s`),
    known(away, (count) => `${count} away`),
    known(sample.wrong, (count) => `${count} not exact`),
    known(serverCpu, (percent) => `server ${percent.toFixed(0)} %`),
    known(serverMb, (mb) => `${mb.toFixed(0)} MB`),
    known(generatorCpu, (percent) => `generator ${percent.toFixed(0)} %`),
  ];
  return parts.filter((part) => part !== "").join("  ");
}

function known(value: number | undefined, text: (value: number) => string): string {
  return value !== undefined && Number.isFinite(value) ? text(value) : "";
}
