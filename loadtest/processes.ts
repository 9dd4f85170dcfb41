/**
 * Load on several processes: worlds in which people walk, and as many chats in which they talk. Reports how old poses and
 * lines are, and what each process and Redis used. `--baseline one` puts the same load on one process without Redis.
 */
import { Board } from "./lib/board.ts";
import { Chatter } from "./lib/chatter.ts";
import { now, pause } from "./lib/clock.ts";
import { limitOf } from "./lib/gauge.ts";
import { createHistogram, type Histogram, Recent, record } from "./lib/histogram.ts";
import { inTurn } from "./lib/inTurn.ts";
import { becomeGuest, type Guest } from "./lib/lightClient.ts";
import { otherCpuMs, ownCpuMs } from "./lib/neighbours.ts";
import { choice, number, type Values, whole } from "./lib/options.ts";
import { Pacer } from "./lib/pacer.ts";
import { type Processes, startProcesses } from "./lib/processes.ts";
import { processesFigures, processesReport } from "./lib/processesReport.ts";
import { countRedis } from "./lib/redisUse.ts";
import type { commonOptions, Run, Scenario } from "./lib/scenario.ts";
import { addTally, createTally } from "./lib/tally.ts";
import { startHereabouts, type Target } from "./lib/target.ts";
import { Threads } from "./lib/threads.ts";
import { UsageError } from "./lib/usage.ts";
import type { Progress, Result, WalkersData } from "./lib/walkers.ts";
import { Watch } from "./lib/watch.ts";

const ownOptions = {
  processes: whole(2, 2, 16, "processes", "of hereabouts"),
  size: whole(50, 2, 1000, "people", "in each world and each chat"),
  rate: number(20, 0.1, 30, "Hz", "moves that each sends"),
  lines: number(20, 0.1, 10_000, "1/s", "lines a second, of all together"),
  warmup: number(5, 0, 600, "s", "load before it is measured"),
  baseline: choice(["one"], "the same load on one process without Redis, for comparison"),
};

type ProcessesOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

const spread = 500;
const leaveMs = 5000;

export const processes: Scenario<typeof ownOptions> = {
  summary: "people who walk and talk, over several processes",
  times: "From saying to seeing",
  options: ownOptions,
  figures: processesFigures,
  async run(options, run) {
    if (options.url) throw new UsageError("processes starts processes of its own: leave out --url.");
    if (options.people % options.size) throw new UsageError("--people must be a multiple of --size.");
    const target = await (options.baseline ? startHereabouts(undefined) : startProcesses(options.processes));
    try {
      return processesReport(options, await drive(target, options, run));
    } finally {
      await target.stop();
    }
  },
};

async function drive(target: Target | Processes, options: ProcessesOptions, run: Run) {
  const { people, size, seconds, warmup, lines } = options;
  run.progress(`${people} people join worlds and chats of ${size} at ${target.url}`);
  const guests = await inTurn(people, () => becomeGuest(target.url));
  const walkers = new Threads(new URL("./lib/walkers.ts", import.meta.url), walkersOf(guests, target.url, options));
  let talk = { seen: createHistogram(), stored: createHistogram() };
  const recent = new Recent();
  const watch = new Watch(target, run, async () => {
    const parts = await walkers.all<Progress>("progress");
    const sum = (key: "people" | "frames" | "lost" | "wireDown") => parts.reduce((all, part) => all + part[key], 0);
    const [delivered, lost, bytes] = [sum("frames"), sum("lost"), sum("wireDown")];
    return { people: sum("people"), times: recent.look(talk.seen), delivered, lost, bytes };
  });
  try {
    await walkers.all("join");
    const { say, leave } = await joinChats(guests, target.url, size, () => talk);
    const pacer = new Pacer(people, lines / people, say);
    pacer.start();
    await pause(warmup * 1000, run.signal);

    await walkers.all("measure");
    talk = { seen: createHistogram(), stored: createHistogram() };
    const before = await reading(target);
    const redisUse = "redis" in target ? await countRedis(target.redis) : undefined;
    watch.measure();
    await pause(seconds * 1000, run.signal);
    watch.stop();
    const after = await reading(target);
    const redisMs = (await redisUse?.())?.cpuMs ?? 0;
    const results = await walkers.all<Result>("result");
    const measured = { talk, ms: after.at - before.at };
    pacer.stop();
    await Promise.race([Promise.all([walkers.all("leave"), leave()]), pause(leaveMs)]);

    const tally = createTally();
    for (const result of results) addTally(tally, result.tally);
    const serverMs = after.cpuMs.map((ms, i) => ms - before.cpuMs[i]!);
    return {
      ...measured,
      tally,
      serverMs,
      redisMs,
      ownMs: after.ownMs - before.ownMs,
      othersMs: after.othersMs - before.othersMs - serverMs.reduce((sum, ms) => sum + ms, redisMs),
      rssBytes: after.rssBytes,
      limit: results.map(({ load }) => limitOf(load)).find((reason) => reason !== undefined),
      interrupted: run.signal.aborted,
    };
  } finally {
    watch.stop();
    await walkers.stop();
  }
}

/** A thread for each world. */
function walkersOf(
  guests: readonly Guest[],
  url: string,
  { people, size, rate, ramp }: ProcessesOptions,
): WalkersData[] {
  return Array.from({ length: people / size }, (_, i) => ({
    subject: "hereabouts",
    carrier: "websocket",
    url,
    slug: `walk-${i}`,
    first: 0,
    every: 1,
    people: size,
    sdk: 0,
    thinkMs: 0,
    rate,
    rampMs: (ramp || people / 100) * 1000,
    spread,
    stride: 1,
    memory: new Board(size).memory,
    guests: guests.slice(i * size, (i + 1) * size),
  }));
}

/** Everyone is in one chat; `times` is where it is put down how long lines take. */
async function joinChats(
  guests: readonly Guest[],
  url: string,
  size: number,
  times: () => Record<"seen" | "stored", Histogram>,
) {
  const saidAt: number[] = [];
  const bench = {
    tally: createTally(),
    onLine: (n: number) => record(times().seen, now() - saidAt[n]!),
    onStored: (n: number) => record(times().stored, now() - saidAt[n]!),
    onRefused(_: number, reason: unknown) {
      throw new Error(`a line was refused: ${JSON.stringify(reason)}`);
    },
  };
  const all = await inTurn(guests.length, (i) => Chatter.join(url, `talk-${Math.floor(i / size)}`, guests[i]!, bench));
  return {
    say(taker: number) {
      saidAt.push(now());
      all[taker]!.say(saidAt.length - 1);
    },
    leave: () => Promise.all(all.map((one) => one.leave())),
  };
}

async function reading(target: Target | Processes) {
  const usages = "usages" in target ? await target.usages() : [await target.usage()];
  return {
    cpuMs: usages.map((usage) => (usage?.cpuSeconds ?? Number.NaN) * 1000),
    rssBytes: usages.reduce((sum, usage) => sum + (usage?.rssBytes ?? Number.NaN), 0),
    othersMs: otherCpuMs(),
    ownMs: ownCpuMs(),
    at: now(),
  };
}
