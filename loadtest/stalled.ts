/**
 * Some who stop reading beside many who do not: how much memory that costs the server, how soon it cuts them, and whether
 * the others notice. In every phase as many join; in every other they stop reading, in the rest they do not, so that what
 * the phases differ in is nothing else.
 */
import { now, pause } from "./lib/clock.ts";
import { glanceAt } from "./lib/glance.ts";
import { percentile } from "./lib/histogram.ts";
import { choice, number, type Values, whole } from "./lib/options.ts";
import { metric } from "./lib/prometheus.ts";
import { type commonOptions, coreOf, type Run, type Scenario } from "./lib/scenario.ts";
import { audioCrowd } from "./lib/stalled/audioCrowd.ts";
import { chatCrowd } from "./lib/stalled/chatCrowd.ts";
import type { Crowd } from "./lib/stalled/crowd.ts";
import { type Phase, stalledFigures, stalledReport } from "./lib/stalled/report.ts";
import { worldCrowd } from "./lib/stalled/worldCrowd.ts";
import { runningServer, startHereabouts, type Target } from "./lib/target.ts";

const ownOptions = {
  in: choice(["world", "chat", "audio"], "where: people who walk, long lines, or sound; a world if not given"),
  stalled: whole(1, 1, 1000, "people", "who stop reading"),
  rate: number(10, 0.1, 20, "Hz", "moves that each sends, in a world"),
  phase: number(8, 1, 600, "s", "how long each phase is"),
  rounds: whole(3, 1, 100, "rounds", "of a phase with and one without; --seconds counts for nothing"),
};

type StalledOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

const settleMs = 2000;
const lookMs = 100;

export const stalled: Scenario<typeof ownOptions> = {
  summary: "some who stop reading beside others: memory, how soon they are cut, and what the others notice",
  times: "-",
  options: ownOptions,
  figures: stalledFigures,
  async run(options, run) {
    const withAudio = options.in === "audio";
    const target = await (options.url ? runningServer(options.url) : startHereabouts(coreOf(options), { withAudio }));
    try {
      return await drive(target, options, run);
    } finally {
      await target.stop();
    }
  },
};

async function drive(target: Target, options: StalledOptions, run: Run) {
  const { people, rounds } = options;
  const crowd = await crowdOf(target, options, run);
  const phases: Phase[] = [];
  try {
    run.progress(`${people} people come to ${target.url}`);
    await crowd.begin();
    await pause(settleMs, run.signal);
    for (let round = 1; round <= rounds && !run.signal.aborted; round++) {
      // who goes first changes, so that a machine that slows down favours neither
      for (const isStalled of round % 2 ? [false, true] : [true, false]) {
        const phase = await measure(target, crowd, isStalled, options, run);
        if (!phase) break;
        phases.push(phase);
        run.progress(lineOf(phase, options));
      }
    }
  } finally {
    await Promise.race([crowd.leave(), pause(settleMs)]);
  }
  return stalledReport({ ...options, in: options.in || "world", times: crowd.times }, phases, run.signal.aborted);
}

async function crowdOf(target: Target, options: StalledOptions, run: Run): Promise<Crowd> {
  if (options.in === "chat") return chatCrowd(target, options);
  return options.in === "audio" ? audioCrowd(target, options, run) : worldCrowd(target, options, run);
}

/** One phase; undefined if it was ended early. */
async function measure(
  target: Target,
  crowd: Crowd,
  isStalled: boolean,
  { stalled: count, phase: seconds }: StalledOptions,
  run: Run,
): Promise<Phase | undefined> {
  const stallers = await Promise.all(Array.from({ length: count }, () => crowd.enter()));
  try {
    await pause(settleMs, run.signal);
    await crowd.measure();
    const before = await lookAt(target);
    const from = now();
    if (isStalled) for (const staller of stallers) staller.stopReading();
    const cutMs: number[] = [];
    let most = before.rssBytes;
    while (now() - from < seconds * 1000 && !run.signal.aborted) {
      await pause(lookMs, run.signal);
      const { cut, rssBytes } = await lookAt(target);
      most = Math.max(most, rssBytes);
      while (cutMs.length < Math.min(cut - before.cut, count)) cutMs.push(now() - from);
    }
    const { times, lost, limit } = await crowd.result();
    if (run.signal.aborted) return undefined;
    const growthMb = (most - before.rssBytes) / 1e6;
    return {
      isStalled,
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      times,
      growthMb,
      cutMs,
      lost,
      limit,
    };
  } finally {
    for (const staller of stallers) staller.drop();
  }
}

/** Those whom the server has cut as too slow since its start, and its memory. */
async function lookAt(target: Target): Promise<{ cut: number; rssBytes: number }> {
  const [text, usage] = await Promise.all([
    fetch(`${target.url}/metrics`).then((answer) => answer.text()),
    glanceAt(target),
  ]);
  return {
    cut: metric(text, 'hereabouts_closed_total{code="TOO_SLOW"}') ?? 0,
    rssBytes: usage?.rssBytes ?? Number.NaN,
  };
}

function lineOf({ isStalled, p99, growthMb, cutMs }: Phase, { stalled: count }: StalledOptions): string {
  const cut = isStalled ? `${cutMs.length} of ${count} cut, after ${cutMs.map(Math.round).join(", ") || "-"} ms` : "";
  const kind = isStalled ? "stalled" : "all read";
  return `${kind}  others' p99 ${p99.toFixed(1)} ms  memory +${growthMb.toFixed(1)} MB  ${cut}`.trimEnd();
}
