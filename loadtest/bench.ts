/**
 * `npm run bench -- world --people 100 --seconds 10 --rounds 3`: hereabouts beside plain Colyseus under the same load, or
 * `npm run bench -- chat --people 1000` beside a bare fan-out of the same bytes over `ws`, or
 * `npm run bench -- audio --people 1000` beside Icecast, or
 * `npm run bench -- processes --people 200`: two processes and their Redis beside one process.
 *
 * Both take turns in one run on the same machine, each round with fresh processes, the server pinned to one core and
 * the load generator to another where taskset allows and the servers do not need all cores. Absolute figures tell about the machine: trust the ratios, and
 * only as far as they exceed the noise, which is how far rounds of the same server lie apart. Exit code 2 if the load
 * generator was the limit in any round, 1 if anything failed. `npm run bench -- capsule`,
 * `context`, `datagrams`, `movement`, `predict`, `redis` and `start` are in files of their own.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { plainSubjects } from "./baselines/plainClient.ts";
import { benchCapsule } from "./capsule.ts";
import { benchContext } from "./context.ts";
import { benchDatagrams } from "./datagrams.ts";
import { canPin } from "./lib/child.ts";
import { type Compared, calmRounds, compare, disturbedPercent, type Figures, type Pair } from "./lib/comparison.ts";
import { canCount } from "./lib/counted.ts";
import { type LoadRun, runLoad } from "./lib/loadRun.ts";
import { describeMachine, thisMachine } from "./lib/machine.ts";
import { choice, flag, number, type Options, parseOptions, text, whole } from "./lib/options.ts";
import { type Comparison, readmeTable, withTable } from "./lib/readmeTable.ts";
import { mustBeWritable, writeReport } from "./lib/reportFile.ts";
import { figure, formatTable } from "./lib/table.ts";
import { UsageError } from "./lib/usage.ts";
import { benchMovement } from "./movement.ts";
import { benchPredict } from "./predict.ts";
import { benchRedis } from "./redis.ts";
import { benchStart } from "./start.ts";

/** What every comparison takes. */
const commonOptions = {
  people: whole(100, 2, 8000, "people", "how many take part"),
  seconds: number(10, 1, 3600, "s", "how long each round measures"),
  warmup: number(10, 0, 600, "s", "load before that: the code of either server is compiled by then"),
  rounds: whole(3, 1, 100, "rounds", "of each server"),
  json: text("file", "where to write the figures of all rounds as JSON"),
};

/** A scenario of `npm run load`, on hereabouts and on one of its baselines. */
type Bench = {
  readonly baseline: string;
  /** It takes all cores: nothing is pinned, and instructions are not counted. */
  readonly isWide?: true;
  /** More options, passed on to the scenario. */
  readonly options: Options;
  readonly compared: readonly Compared[];
  /** The time shown of each round. */
  readonly shown: Compared;
};

const cost: readonly Compared[] = [
  ["cpu", "server CPU, % of a core", 1],
  ["instructions", "server instructions, millions/s", 1],
  ["cycles", "server cycles, millions/s", 1],
  ["bytes", "down, bytes/s each", 0],
  ["up", "up, bytes/s each", 0],
  ["rss", "server memory, MB", 0],
  ["generator.cpu", "generator CPU, % of a core", 1],
];

const benches: Readonly<Record<string, Bench>> = {
  world: {
    baseline: "colyseus",
    options: {
      rate: number(20, 0.1, 60, "Hz", "moves that each sends"),
      spread: number(500, 1, 100_000, "units", "they are spread over -spread..spread in x and y"),
      against: choice(["colyseus", ...plainSubjects], "what it is compared with; plain Colyseus if not given"),
    },
    compared: [
      ...cost,
      ["frames", "frames/s each", 1],
      ["known.p50", "age of the newest known pose p50, ms", 1],
      ["known.p99", "age of the newest known pose p99, ms", 1],
    ],
    shown: ["known.p99", "age p99", 1],
  },
  audio: {
    baseline: "icecast",
    options: { ramp: number(5, 0, 3600, "s", "over how long they join") },
    compared: [
      ...cost,
      ["buffered", "least in a player's buffer, ms", 0],
      ["first.p50", "to the first byte of sound p50, ms", 1],
      ["first.p99", "to the first byte of sound p99, ms", 1],
    ],
    shown: ["first.p99", "first byte p99", 1],
  },
  processes: {
    baseline: "one",
    isWide: true,
    options: {
      size: whole(50, 2, 1000, "people", "in each world and each chat"),
      rate: number(20, 0.1, 30, "Hz", "moves that each sends"),
      lines: number(20, 0.1, 10_000, "1/s", "lines a second, of all together"),
    },
    compared: [
      ["moves", "moves/s", 0],
      ["frames", "frames/s each", 1],
      ["lines", "lines/s", 1],
      ["cpu", "CPU of all processes, % of a core", 1],
      ["busiest", "CPU of the busiest one, % of a core", 1],
      ["redis", "CPU of Redis, % of a core", 1],
      ["rss", "memory of all processes, MB", 0],
      ["generator.cpu", "generator CPU, % of a core", 1],
      ["age.p50", "age of poses p50, ms", 1],
      ["age.p99", "age of poses p99, ms", 1],
      ["line.p50", "from saying to seeing p50, ms", 1],
      ["line.p99", "from saying to seeing p99, ms", 1],
    ],
    shown: ["age.p99", "age p99", 1],
  },
  chat: {
    baseline: "fanout",
    options: {
      rate: number(20, 0.1, 10_000, "1/s", "lines a second, of all writers together"),
      lineBytes: whole(140, 64, 16_000, "bytes", "size of a line on the bare fan-out: what one costs in hereabouts"),
    },
    compared: [
      ...cost,
      ["line.bytes", "bytes a line each", 0],
      ["p50", "from saying to seeing p50, ms", 1],
      ["p99", "from saying to seeing p99, ms", 1],
    ],
    shown: ["p99", "seen p99", 1],
  },
};

/** What the README compares a world with, and its names there. */
const readmeBaselines = {
  colyseus: "plain Colyseus schema sync",
  socketio: "a Socket.IO relay",
  ws: "bare `ws`: the floor",
  udp: "bare UDP: the floor",
};
const readme = fileURLToPath(new URL("../README.md", import.meta.url));

const countSeconds = 5;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

async function main([scenario = "", ...args]: string[]): Promise<number> {
  if (scenario === "capsule") return benchCapsule(args, stop.signal);
  if (scenario === "datagrams") return benchDatagrams(args, stop.signal);
  if (scenario === "context") return benchContext(args, stop.signal);
  if (scenario === "movement") return benchMovement(args, stop.signal);
  if (scenario === "predict") return benchPredict(args, stop.signal);
  if (scenario === "redis") return benchRedis(args, stop.signal);
  if (scenario === "start") return benchStart(args, stop.signal);
  if (scenario === "readme") return benchReadme(args);
  const bench = Object.hasOwn(benches, scenario) ? benches[scenario] : undefined;
  const names = [
    ...Object.keys(benches),
    "capsule",
    "context",
    "datagrams",
    "movement",
    "predict",
    "redis",
    "start",
    "readme",
  ].join(" ");
  if (!bench) throw new UsageError(`Unknown benchmark ${scenario || "(none)"}. There are: ${names}`);
  const { rounds, json, against, ...load } = {
    against: "",
    ...parseOptions(args, { ...commonOptions, ...bench.options }),
  };
  mustBeWritable(json);
  const subjects = ["hereabouts", against || bench.baseline] as const;
  const { pairs, worst, isPinned } = await runRounds(scenario, bench, subjects, load, rounds);
  const calm = calmRounds(pairs);
  console.log(`\n${formatTable(compare(calm, subjects, bench.compared))}\n`);
  console.log("Middle of the rounds, (min..max) over them. Noise: how far rounds of the same server lie apart.");
  console.log(`By ${calm.length} of ${pairs.length} rounds: ${describeCalm(calm, pairs)}.`);
  const machine = thisMachine();
  console.log(`On ${describeMachine(machine)}.`);
  if (json) writeReport(json, { at: new Date().toISOString(), machine, scenario, load, isPinned, subjects, pairs });
  return worst;
}

/** A world beside each of its baselines, as the table that the README shows. */
async function benchReadme(args: readonly string[]): Promise<number> {
  const { rounds, json: _, ...load } = parseOptions(args, commonOptions);
  const comparisons: Comparison[] = [];
  let worst = 0;
  for (const [baseline, title] of Object.entries(readmeBaselines)) {
    const result = await runRounds("world", benches["world"]!, ["hereabouts", baseline], load, rounds);
    comparisons.push({ title, pairs: calmRounds(result.pairs) });
    worst = Math.max(worst, result.worst);
  }
  const table = readmeTable(comparisons, load.people, thisMachine(), new Date());
  console.log(`\n${table}`);
  // figures of a load generator that was the limit are no figures
  if (worst === 0) writeFileSync(readme, withTable(readFileSync(readme, "utf8"), table));
  else console.log("\nREADME.md is left as it is: see what failed above.");
  return worst;
}

async function runRounds(
  scenario: string,
  bench: Bench,
  subjects: readonly [string, string],
  load: Readonly<Record<string, unknown>>,
  rounds: number,
): Promise<{ pairs: Pair[]; worst: number; isPinned: boolean }> {
  const isPinned = canPin && availableParallelism() > 1 && !bench.isWide;
  if (!isPinned && !bench.isWide) console.log("Nothing is pinned: that takes taskset and two cores.");
  const countsInstructions = !bench.isWide && canCount();
  if (!countsInstructions && !bench.isWide)
    console.log("Instructions are not counted: that takes perf and its permission.");
  const pairs: Pair[] = [];
  let worst = 0;
  for (let round = 1; round <= rounds && !stop.signal.aborted; round++) {
    const figures: Partial<Record<string, Figures>> = {};
    // Who goes first changes each round, so that a machine that warms up or slows down favours neither.
    for (const subject of round % 2 ? subjects : subjects.toReversed()) {
      if (stop.signal.aborted) break;
      const result = await runRound(scenario, subject, load, { isPinned, countsInstructions });
      figures[subject] = result.figures;
      worst = Math.max(worst, result.exitCode);
      const { cpu, others } = result.figures;
      const [name, title, digits] = bench.shown;
      const time = `${title} ${figure(result.figures[name], digits)} ms`;
      const shown = `CPU ${figure(cpu, 1)} %  ${time}  others' CPU ${figure(others, 1)} %`;
      console.log(`round ${round}  ${subject.padEnd(10)}  ${shown}`);
    }
    const [first, second] = subjects.map((subject) => figures[subject]);
    if (first && second) pairs.push([first, second]);
  }
  if (pairs.length === 0) throw new UsageError("Stopped before one round was complete.");
  return { pairs, worst, isPinned };
}

/** Tells whether rounds were left out; all are kept if others disturbed all of them. */
function describeCalm(calm: readonly Pair[], pairs: readonly Pair[]): string {
  const disturbed = `others used more than ${disturbedPercent} % of a core`;
  if (calm.length < pairs.length) return `in the rest ${disturbed}`;
  const most = Math.max(...pairs.flat().map(({ others = 0 }) => others));
  return most > disturbedPercent
    ? `${disturbed} in each of them: do not quote times`
    : `others used ${figure(most)} % of a core at most`;
}

/** One round in fresh processes: the load test of one server, which starts and stops it. */
async function runRound(
  scenario: string,
  subject: string,
  load: Readonly<Record<string, unknown>>,
  { isPinned, countsInstructions }: { isPinned: boolean; countsInstructions: boolean },
): Promise<LoadRun> {
  const args = [scenario];
  for (const [name, value] of Object.entries(load)) args.push(flag(name), String(value));
  if (subject !== "hereabouts") args.push("--baseline", subject);
  if (isPinned) args.push("--server-core", "0");
  if (countsInstructions) args.push("--instructions", String(countSeconds));
  const round = await runLoad(args, stop.signal, isPinned ? 1 : undefined);
  for (const complaint of round.complaints) console.log(`${subject}: ${complaint}`);
  return round;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
