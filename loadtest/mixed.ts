/**
 * Everything at once on one server: worlds in which people walk, chats in which they talk, people who are only online, and
 * listeners, by shares. Each part is the load test of its kind, with its own checks; figures have its name before them.
 */
import { audio, loadAudio } from "./audio.ts";
import { chat, loadChat } from "./chat.ts";
import { groupsOf, type Kind, kinds, shareOut, together, worst } from "./lib/mixture.ts";
import { defaultsOf, number, type Options, text, type Values, whole } from "./lib/options.ts";
import type { Sample } from "./lib/sample.ts";
import {
  commonOptions,
  instructionsOption,
  mustSuitSdk,
  type Report,
  type Run,
  type Scenario,
  sdkOption,
  warmupOption,
} from "./lib/scenario.ts";
import { processesOption, startServer } from "./lib/startServer.ts";
import { musicOf } from "./lib/stations.ts";
import type { Target } from "./lib/target.ts";
import { UsageError } from "./lib/usage.ts";
import { lineOf } from "./lib/watch.ts";
import { weatherOption } from "./lib/weatherOption.ts";
import { loadPresence, presence } from "./presence.ts";
import { loadWorld, world } from "./world.ts";

const ownOptions = {
  shares: text("list", "of the people, by kind", "world=4,chat=3,presence=2,audio=1"),
  size: whole(50, 2, 1000, "people", "in each world and each chat"),
  sessions: whole(0, 0, 1000, "sessions", "named audio sessions, heard in turn; 0: all hear the master"),
  think: number(
    0,
    0,
    3600,
    "s",
    "mean time between two things that one does, as of each kind; 0: all of them act steadily",
  ),
  sdk: sdkOption,
  warmup: warmupOption,
  instructions: instructionsOption,
  processes: processesOption,
  weather: weatherOption,
};

/** Lines a second in each chat, and people a second who come and go among those who are only online. */
const chatRate = 2;
const onlineChurn = 2;
const showMs = 1000;

type MixedOptions = Values<typeof ownOptions> & Values<typeof commonOptions>;
type Part = { kind: Kind; load(run: Run): Promise<Report> };

type Load = (target: Target, options: never, run: Run) => Promise<Report>;

const scenarios = { world, chat, presence, audio };
const loads: Record<Kind, Load> = { world: loadWorld, chat: loadChat, presence: loadPresence, audio: loadAudio };

export const mixed: Scenario<typeof ownOptions> = {
  summary: "worlds, chats, people who are online, and listeners at once",
  times: "Longest of all times: poses, lines, first bytes",
  options: ownOptions,
  figures: kinds.flatMap((kind) => scenarios[kind].figures.map((name) => `${kind}.${name}`)),
  async run(options, run) {
    mustSuitSdk(options);
    const shares = shareOut(options.shares, options.people);
    const withAudio = shares.audio > 0;
    const target = await startServer(options, { withAudio });
    try {
      if (withAudio && !options.url) await musicOf(target, run);
      return await runTogether(partsOf(target, shares, options), options, run);
    } finally {
      await target.stop();
    }
  },
};

function partsOf(target: Target, shares: Record<Kind, number>, options: MixedOptions): Part[] {
  const { seconds, ramp, size, sessions, warmup, weather, instructions, people: all, sdk, think } = options;
  const common = { ...defaultsOf(commonOptions), seconds, ramp: ramp || all / 100, warmup, weather };
  // half of those who are online stay, whatever the others do
  const stay = Math.min(think, shares.presence / 2 / onlineChurn);
  const part = (kind: Kind, people: number, own: object): Part => {
    const values = { ...defaultsOf(scenarios[kind].options as Options), ...common, people, think, ...own };
    if (kind !== "audio") Object.assign(values, { sdk: Math.round((people * sdk) / all) });
    return { kind, load: (run) => loads[kind](target, values as never, run) };
  };
  return [
    ...groupsOf(shares.world, size).map((people, i) => part("world", people, { slug: `mixed-${i}`, instructions })),
    ...groupsOf(shares.chat, size).map((people, i) => part("chat", people, { instance: `mixed-${i}`, rate: chatRate })),
    ...(shares.presence > 1
      ? [part("presence", shares.presence, { instance: "mixed-online", churn: onlineChurn, think: stay })]
      : []),
    ...(shares.audio > 0 ? [part("audio", shares.audio, { sessions })] : []),
  ];
}

async function runTogether(parts: readonly Part[], options: MixedOptions, run: Run): Promise<Report> {
  if (parts.length === 0) throw new UsageError("--people are too few for these --shares.");
  const samples = parts.map((): Sample[] => []);
  run.progress(
    `${parts.map(({ kind }) => kind).join(", ")}: ${parts.length} loads at once, of ${options.people} people`,
  );
  let shown = 0;
  const show = setInterval(() => {
    const all = together(samples);
    for (const sample of all.slice(shown)) run.progress(lineOf(sample));
    shown = all.length;
  }, showMs);
  const quiet = { signal: run.signal, progress() {} };
  const settled = await Promise.allSettled(parts.map(({ load }, i) => load({ ...quiet, samples: samples[i]! })));
  clearInterval(show);
  run.samples.push(...together(samples));
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  const reports = settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  return mixedReport(
    parts.map(({ kind }, i) => ({ kind, report: reports[i]! })),
    options,
    run.signal.aborted,
  );
}

/** Of each kind the tables of the first, and the figures of the worst. */
function mixedReport(all: { kind: Kind; report: Report }[], options: MixedOptions, interrupted: boolean): Report {
  const byKind = Map.groupBy(all, ({ kind }) => kind);
  const figures: Record<string, number> = {};
  const tables: Report["tables"] = [];
  const histograms: Report["histograms"] = {};
  for (const [kind, parts] of byKind) {
    const { report } = parts[0]!;
    for (const [name, value] of Object.entries(worst(parts.map((part) => part.report.figures)))) {
      figures[`${kind}.${name}`] = value;
    }
    const title = parts.length > 1 ? `the first of ${parts.length}; figures by name are those of the worst` : "";
    tables.push([[kind, title]], ...report.tables);
    for (const [name, histogram] of Object.entries(report.histograms)) histograms[`${kind}: ${name}`] = histogram;
  }
  const limit = all.map(({ report }) => report.limit).find((reason) => reason !== undefined);
  const failures = all.flatMap(({ kind, report }) => report.failures.map((failure) => `${kind}: ${failure}`));
  return {
    figures,
    tables,
    histograms,
    failures,
    limit,
    interrupted,
    detail: { options, figures, limit, interrupted },
  };
}
