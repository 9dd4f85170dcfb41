/**
 * People who come and go: with the SDK as pages have it, each walks, talks and listens, and after some thinking travels to
 * another piece, reloads, switches the audio session, or goes for good while someone new comes. Reports how long each
 * change took, and whether everyone knew everyone at the end and had heard every line.
 */
import { churnFigures, churnReport } from "./lib/churnReport.ts";
import { now, pause } from "./lib/clock.ts";
import { addHistogram, createHistogram } from "./lib/histogram.ts";
import type { Station } from "./lib/listener.ts";
import { choice, number, type Values, whole } from "./lib/options.ts";
import { compareRosters, isExact } from "./lib/rosters.ts";
import { type commonOptions, type Run, type Scenario, warmupOption } from "./lib/scenario.ts";
import { processesOption, startServer } from "./lib/startServer.ts";
import { makeStations, musicOf } from "./lib/stations.ts";
import type { Target } from "./lib/target.ts";
import { Threads } from "./lib/threads.ts";
import type { PersonView, WanderersData, WanderersOutcome, WanderersProgress } from "./lib/wanderers.ts";
import { Watch } from "./lib/watch.ts";

export const churnOptions = {
  think: number(3, 0.05, 3600, "s", "mean time between two things that one does; random"),
  rate: number(4, 0.1, 30, "Hz", "moves that each sends"),
  pieces: whole(5, 1, 1000, "pieces", "that they walk in"),
  chats: whole(3, 1, 1000, "chats", "that they talk in"),
  sessions: whole(0, 0, 1000, "sessions", "audio sessions that they listen to; 0: nobody listens"),
  warmup: warmupOption,
  carrier: choice(["datagram"], "have datagrams, as browsers do; else all goes over WebSockets"),
  processes: processesOption,
};

export type ChurnOptions = Values<typeof churnOptions> & Values<typeof commonOptions>;

const settleMs = 10_000;
const lookMs = 200;
const leaveMs = 5000;

export const churn: Scenario<typeof churnOptions> = {
  summary: "people with the SDK who come and go, travel, reload, and switch audio sessions",
  times: "Until someone is where they went",
  options: churnOptions,
  figures: churnFigures,
  absent: { sdk: "everyone has the SDK there" },
  async run(options, run) {
    const withAudio = options.sessions > 0;
    const target = await startServer(options, { withAudio });
    try {
      if (withAudio && !options.url) await musicOf(target, run);
      const stations = withAudio ? await makeStations(target, options.sessions, true) : [];
      return await runChurn(target, stations, options, run);
    } finally {
      await target.stop();
    }
  },
};

export async function runChurn(target: Target, stations: readonly Station[], options: ChurnOptions, run: Run) {
  const { people, workers, seconds, ramp, think, rate, pieces, chats, warmup, url, carrier } = options;
  const rampMs = (ramp || people / 50) * 1000;
  const shared = { url: target.url, pieces, chats, stations, every: workers, people, rampMs, rate, carrier };
  const data = Array.from(
    { length: workers },
    (_, first): WanderersData => ({ ...shared, first, thinkMs: think * 1000 }),
  );
  const threads = new Threads(new URL("./lib/wanderers.ts", import.meta.url), data, {
    inProcesses: carrier === "datagram",
  });
  const watch = new Watch(target, run, async () => {
    const parts = await threads.all<WanderersProgress>("progress");
    const times = createHistogram();
    for (const { there } of parts) addHistogram(times, there);
    const sum = (key: "people" | "acts" | "ownMs") => parts.reduce((total, part) => total + part[key], 0);
    return { people: sum("people"), times, delivered: sum("acts"), ownMs: sum("ownMs") };
  });
  try {
    run.progress(`${people} people with the SDK come to ${target.url} over ${rampMs / 1000} s`);
    const ending = AbortSignal.any([run.signal, threads.failed]);
    await threads.all("join");
    await threads.all("live");
    await pause(warmup * 1000, ending);
    await threads.all("measure");
    watch.measure();
    const from = now();
    const before = await target.usage();
    await pause(seconds * 1000, ending);
    const after = await target.usage();
    const measuredMs = now() - from;
    watch.stop();
    await threads.all("quiet");
    const rosters = await untilExact(threads, url !== "");
    await Promise.race([threads.all("leave"), pause(leaveMs)]);
    const outcomes = await threads.all<WanderersOutcome>("outcome");
    return churnReport(options, { measuredMs, before, after, ...rosters, outcomes, interrupted: run.signal.aborted });
  } finally {
    watch.stop();
    await threads.stop();
  }
}

/** Everyone is to know everyone soon after the last change. */
async function untilExact(threads: Threads, isShared: boolean) {
  const from = now();
  for (;;) {
    const views = (await threads.all<PersonView[]>("views")).flat();
    const errors = compareRosters(views, isShared);
    const exactMs = now() - from;
    if (isExact(errors)) return { errors, exactMs };
    if (exactMs > settleMs) return { errors, exactMs: Number.NaN };
    await pause(lookMs);
  }
}
