/**
 * Load on one world: people who walk, and watch the others walk. Reports how old the poses are that arrive, what they
 * cost, and whether anyone was left with a stale one. `--baseline` puts the same load on plain Colyseus, Socket.IO, bare ws or UDP.
 */
import { plainSubjects } from "./baselines/plainClient.ts";
import { Board } from "./lib/board.ts";
import { now, pause } from "./lib/clock.ts";
import { count } from "./lib/counted.ts";
import { limitOf } from "./lib/gauge.ts";
import { addHistogram, createHistogram } from "./lib/histogram.ts";
import { becomeGuest, type Guest } from "./lib/lightClient.ts";
import { busyPercent, machineCpuMs, ownCpuMs } from "./lib/neighbours.ts";
import { choice, number, text, type Values } from "./lib/options.ts";
import type { Usage } from "./lib/prometheus.ts";
import {
  type commonOptions,
  coreOf,
  instructionsOption,
  mustSuitSdk,
  type Report,
  type Run,
  type Scenario,
  sdkOption,
  warmupOption,
} from "./lib/scenario.ts";
import { processesOption, startServer } from "./lib/startServer.ts";
import { addTally, createTally } from "./lib/tally.ts";
import { startBaseline, type Target } from "./lib/target.ts";
import { Threads } from "./lib/threads.ts";
import { UsageError } from "./lib/usage.ts";
import { Walk } from "./lib/walk.ts";
import type { Check, Progress, Recovery, Result, WalkersData } from "./lib/walkers.ts";
import { type Look, Watch } from "./lib/watch.ts";
import { weatherOption } from "./lib/weatherOption.ts";
import { figureNames, type Measured, reportOf, type ServerUse } from "./lib/worldReport.ts";

const baselines = ["colyseus", ...plainSubjects] as const;

const ownOptions = {
  rate: number(20, 0.1, 60, "Hz", "moves that each sends"),
  slug: text("slug", "the world", "load"),
  spread: number(500, 1, 100_000, "units", "they are spread over -spread..spread in x and y"),
  stride: number(1, 0.001, 100, "units", "what one move measures"),
  think: number(0, 0, 3600, "s", "mean time of each walk and of each rest, random; 0: all walk all the time"),
  sdk: sdkOption,
  warmup: warmupOption,
  instructions: instructionsOption,
  processes: processesOption,
  weather: weatherOption,
  carrier: choice(["websocket", "datagram"], "what they move by; a WebSocket if not given"),
  crash: choice(["carrier"], "kill what carries datagrams, under load, after what is measured"),
  baseline: choice(
    baselines,
    "the same load on plain Colyseus, a Socket.IO relay, bare ws or bare UDP, for comparison",
  ),
};

type WorldOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;

/** Walking speed: a world may take more for an attempt to cheat. */
const fastest = 200;
const restMs = 3000;
const leaveMs = 5000;
const guestsAtOnce = 8;

export const world: Scenario<typeof ownOptions> = {
  summary: "people who walk in one world, and watch the others walk",
  times: "Age of the newest known poses",
  options: ownOptions,
  figures: figureNames,
  async run(options, run): Promise<Report> {
    const { people, rate, stride, spread, url, baseline, carrier, workers, crash } = options;
    if (stride * rate > fastest)
      throw new UsageError(`--stride times --rate must be at most ${fastest} units a second.`);
    if (baseline && url) throw new UsageError("--baseline starts its own server: leave out --url.");
    if (options.weather && baseline) throw new UsageError("--weather goes without --baseline.");
    mustSuitSdk(options);
    if (carrier === "datagram" && (baseline || workers > 1))
      throw new UsageError("--carrier datagram goes with one worker, and without --baseline.");
    if (crash && (carrier !== "datagram" || url))
      throw new UsageError("--crash carrier goes with --carrier datagram, and without --url.");
    new Walk(people, spread, stride);
    const target = await (baseline ? startBaseline(baseline, coreOf(options)) : startServer(options));
    try {
      return await loadWorld(target, options, run);
    } finally {
      await target.stop();
    }
  },
};

export async function loadWorld(target: Target, options: WorldOptions, run: Run): Promise<Report> {
  return reportOf(options, await drive(target, options, run));
}

async function drive(target: Target, options: WorldOptions, run: Run): Promise<Measured> {
  const start = await readUse(target);
  const threads = await assemble(target, options, run);
  const watch = new Watch(target, run, () => lookAt(threads));
  const ending = AbortSignal.any([run.signal, threads.failed]);
  try {
    await unlessAborted(run.signal, threads.all("join"));
    await pause(options.warmup * 1000, ending);
    const before = await readUse(target);
    await threads.all("measure");
    watch.measure();
    await pause(options.seconds * 1000, ending);
    watch.stop();
    const results = await threads.all<Result>("result");
    const after = await readUse(target);
    const recoveries = options.crash && !run.signal.aborted ? await crash(target, threads, run) : [];
    const counted = await count(target.pid, run.signal.aborted ? 0 : options.instructions);
    await threads.all("rest");
    run.progress(`all at rest: in ${restMs / 1000} s everyone must know where everyone is`);
    await pause(restMs);
    const checks = await threads.all<Check>("check");
    const end = await readUse(target);
    await Promise.race([threads.all("leave"), pause(leaveMs)]);
    const tally = createTally();
    for (const result of results) addTally(tally, result.tally);
    const loads = results.map(({ load }) => load);
    return {
      tally,
      checks,
      recoveries,
      loads,
      measuredMs: Math.max(...results.map(({ measuredMs }) => measuredMs)),
      server: serverUse(before, after, start, end),
      othersPercent: options.url || options.carrier === "datagram" ? Number.NaN : othersUse(before, after),
      machinePercent: busyPercent(after.machineMs - before.machineMs, after.at - before.at),
      counted,
      limit: loads.map(limitOf).find((reason) => reason !== undefined),
      interrupted: run.signal.aborted,
    };
  } finally {
    watch.stop();
    await threads.stop();
  }
}

/** Ends what carries datagrams without a word, while everyone walks on. */
function crash(target: Target, threads: Threads, run: Run): Promise<Recovery[]> {
  run.progress("what carries datagrams is killed: everyone must be on the WebSocket and back");
  target.killCarrier();
  return threads.all<Recovery>("recover");
}

type Walkers = Pick<
  WorldOptions,
  "people" | "workers" | "baseline" | "slug" | "rate" | "spread" | "stride" | "weather" | "ramp" | "carrier"
> &
  Partial<Pick<WorldOptions, "sdk" | "think">>;

/** The threads with their share of the movers, not yet joined. */
export async function assemble(target: Target, options: Walkers, run: Run): Promise<Threads> {
  const { people, workers, baseline, slug, rate, spread, stride, weather, sdk = 0, think = 0 } = options;
  const rampMs = (options.ramp || people / 100) * 1000;
  run.progress(`${people} people join ${baseline || "hereabouts"} at ${target.url} over ${rampMs / 1000} s`);
  const guests = baseline ? [] : await unlessAborted(run.signal, becomeGuests(target.url, people));
  const subject = baseline || ("hereabouts" as const);
  const inProcesses = options.carrier === "datagram";
  const shared = {
    subject,
    url: target.url,
    slug,
    every: workers,
    people,
    sdk,
    thinkMs: think * 1000,
    rate,
    rampMs,
    spread,
    stride,
    memory: inProcesses ? undefined : new Board(people).memory,
    carrier: options.carrier || "websocket",
    guests,
    weather,
  };
  const data = Array.from({ length: workers }, (_, first): WalkersData => ({ ...shared, first }));
  return new Threads(new URL("./lib/walkers.ts", import.meta.url), data, { inProcesses });
}

async function becomeGuests(url: string, people: number): Promise<Guest[]> {
  const guests: Guest[] = [];
  while (guests.length < people) {
    const some = Array.from({ length: Math.min(guestsAtOnce, people - guests.length) }, () => becomeGuest(url));
    guests.push(...(await Promise.all(some)));
  }
  return guests;
}

/** What the threads know together. */
async function lookAt(threads: Threads): Promise<Look> {
  const parts = await threads.all<Progress>("progress");
  const sum = (key: Exclude<keyof Progress, "known">) => parts.reduce((total, part) => total + part[key], 0);
  const times = createHistogram();
  for (const { known } of parts) addHistogram(times, known);
  return {
    people: sum("people"),
    times,
    delivered: sum("frames"),
    lost: sum("lost"),
    bytes: sum("wireDown"),
    ownMs: sum("ownMs"),
  };
}

type Reading = { usage: Usage | undefined; at: number; machineMs: number; ownMs: number };

async function readUse(target: Target): Promise<Reading> {
  const usage = await target.usage();
  return { usage, at: now(), machineMs: machineCpuMs(), ownMs: ownCpuMs() };
}

/** What neither the server nor this process used of the machine, in percent of one core. */
function othersUse(before: Reading, after: Reading): number {
  if (!before.usage || !after.usage) return Number.NaN;
  const serverMs = (after.usage.cpuSeconds - before.usage.cpuSeconds) * 1000;
  const otherMs = after.machineMs - before.machineMs - (after.ownMs - before.ownMs) - serverMs;
  return Math.max(0, (otherMs / (after.at - before.at)) * 100);
}

/** CPU between two readings around what was measured; what was counted, from the start of the test to its end. */
function serverUse(before: Reading, after: Reading, start: Reading, end: Reading): ServerUse | undefined {
  if (!before.usage || !after.usage) return undefined;
  const counted = (key: "refused" | "dropped") => (end.usage?.[key] ?? 0) - (start.usage?.[key] ?? 0);
  return {
    cpuPercent: ((after.usage.cpuSeconds - before.usage.cpuSeconds) / (after.at - before.at)) * 1e5,
    delayP99Ms: after.usage.lagMs,
    rssBytes: after.usage.rssBytes,
    carrier: carrierUse(before, after, start),
    refused: counted("refused"),
    dropped: counted("dropped"),
  };
}

function carrierUse(before: Reading, after: Reading, start: Reading): ServerUse["carrier"] {
  const [one, other] = [before.usage?.carrier, after.usage?.carrier];
  if (!one || !other) return undefined;
  return {
    cpuPercent: ((other.cpuSeconds - one.cpuSeconds) / (after.at - before.at)) * 1e5,
    rssBytes: other.rssBytes,
    dropped: other.dropped - (start.usage?.carrier?.dropped ?? 0),
  };
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new UsageError("Stopped before anything was measured."));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject);
  });
}
