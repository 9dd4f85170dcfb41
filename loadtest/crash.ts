/**
 * Two processes or more, of which one is killed with -9 or drained under load: how long until everyone who was there is back
 * at another, whether a line that was answered is lost, and how long the others stood still on people's screens. Everyone has
 * the SDK, for coming back is what it does; so times hold what the load generator itself is late by.
 */
import { now, pause } from "./lib/clock.ts";
import type { CompanionsData, Heard, Line, Look, Outcome } from "./lib/companions.ts";
import { crashFigures, crashReport } from "./lib/crashReport.ts";
import { choice, number, type Values, whole } from "./lib/options.ts";
import { type Processes, startProcesses } from "./lib/processes.ts";
import type { commonOptions, Run, Scenario } from "./lib/scenario.ts";
import { Threads } from "./lib/threads.ts";
import { UsageError } from "./lib/usage.ts";
import { Watch } from "./lib/watch.ts";

const ownOptions = {
  processes: whole(2, 2, 16, "processes", "of hereabouts"),
  how: choice(["kill", "drain"], "how one of them ends; kill -9 if not given"),
  worlds: whole(20, 1, 1000, "worlds", "that they walk in"),
  chats: whole(10, 1, 1000, "chats", "that they talk in"),
  rate: number(5, 0.1, 30, "Hz", "moves that each sends"),
  lines: number(20, 0, 1000, "1/s", "lines a second, of all together"),
};

type CrashOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

const startMs = 15_000;
const healMs = 20_000;
const lookMs = 100;
const settleMs = 3000;
const leaveMs = 5000;

export const crash: Scenario<typeof ownOptions> = {
  summary: "people over several processes, one of which is killed or drained",
  times: "-",
  options: ownOptions,
  figures: crashFigures,
  async run(options, run) {
    if (options.url) throw new UsageError("crash starts processes of its own: leave out --url.");
    const target = await startProcesses(options.processes);
    try {
      return await drive(target, options, run);
    } finally {
      await target.stop();
    }
  },
};

async function drive(target: Processes, options: CrashOptions, run: Run) {
  const { people, worlds, chats, workers, rate: moveRate, lines: lineRate, seconds, ramp } = options;
  const how = options.how || "kill";
  const shared = { url: target.url, every: workers, people, worlds, chats, moveRate, lineRate, rampMs: ramp * 1000 };
  const data = Array.from({ length: workers }, (_, first): CompanionsData => ({ ...shared, first }));
  const threads = new Threads(new URL("./lib/companions.ts", import.meta.url), data);
  const watch = new Watch(target, run, async () => {
    const looks = await threads.all<Look>("look");
    const sum = (key: keyof Look) => looks.reduce((total, one) => total + one[key], 0);
    return { people: sum("people"), away: sum("away"), wrong: sum("wrong") };
  });
  try {
    run.progress(`${people} people join ${target.url}, ${worlds} worlds and ${chats} chats`);
    await threads.all("join");
    await threads.all("begin");
    await untilExact(threads, startMs, run);
    await threads.all("measure");
    watch.measure();
    await pause((seconds / 2) * 1000, run.signal);
    const before = homesOf(await threads.all<Record<string, number>>("homes"), target);
    const index = before.indexOf(Math.max(...before));
    run.progress(
      `seats by process: ${before.join(", ")}; process ${index + 1} is ${how === "kill" ? "killed with -9" : "drained"}`,
    );
    const at = now();
    target.signal(index, how === "kill" ? "SIGKILL" : "SIGTERM");
    const healedMs = (await untilExact(threads, healMs, run)) - at;
    run.progress(`all exact again after ${Math.round(healedMs)} ms`);
    await pause((seconds / 2) * 1000, run.signal);
    watch.stop();
    await threads.all("quiet");
    await pause(settleMs);
    const outcomes = await threads.all<Outcome>("outcome");
    const acked = outcomes.flatMap((one): Line[] => one.acked);
    const heard = await threads.all<Heard>("heard", acked);
    await Promise.race([threads.all("leave"), pause(leaveMs)]);
    return crashReport(options, {
      how,
      at,
      seats: before[index]!,
      healedMs,
      outcomes,
      heard,
      interrupted: run.signal.aborted,
    });
  } finally {
    watch.stop();
    await threads.stop();
  }
}

/** When everyone was in and saw all others for good; NaN if that took too long. */
async function untilExact(threads: Threads, patienceMs: number, run: Run): Promise<number> {
  const from = now();
  let exactAt = from;
  while (!(now() - exactAt > settleMs) && !run.signal.aborted) {
    if (now() - from > patienceMs) return Number.NaN;
    const looks = await threads.all<Look>("look");
    const sum = (key: keyof Look) => looks.reduce((total, one) => total + one[key], 0);
    if (sum("away") + sum("wrong") > 0) exactAt = Number.NaN;
    else if (Number.isNaN(exactAt)) exactAt = now();
    await pause(lookMs);
  }
  return exactAt;
}

function homesOf(counts: readonly Record<string, number>[], { urls }: Processes): number[] {
  return urls.map((url) => counts.reduce((sum, one) => sum + (one[new URL(url).port] ?? 0), 0));
}
