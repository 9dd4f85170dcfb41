/**
 * `npm run bench -- world --people 100 --seconds 10 --rounds 3`: hereabouts beside plain Colyseus under the same load.
 *
 * Both take turns in one run on the same machine, each round with fresh processes, the server pinned to one core and
 * the load generator to another where taskset allows. Absolute figures tell about the machine: trust the ratios, and
 * only as far as they exceed the noise, which is how far rounds of the same server lie apart. Exit code 2 if the load
 * generator was the limit in any round, 1 if anything failed.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { canPin, startChild, stopChild } from "./lib/child.ts";
import { canCount } from "./lib/instructions.ts";
import { number, parseOptions, text, whole } from "./lib/options.ts";
import { type Cell, figure, formatTable } from "./lib/table.ts";
import { UsageError } from "./lib/usage.ts";

const options = {
  people: whole(100, 2, 8000, "people", "how many take part"),
  seconds: number(10, 1, 3600, "s", "how long each round measures"),
  warmup: number(10, 0, 600, "s", "how long each walks before: the code of either server is compiled by then"),
  rounds: whole(3, 1, 100, "rounds", "of each server"),
  rate: number(20, 0.1, 60, "Hz", "moves that each sends"),
  spread: number(500, 1, 100_000, "units", "they are spread over -spread..spread in x and y"),
  json: text("file", "where to write the figures of all rounds as JSON"),
};

const subjects = ["hereabouts", "colyseus"] as const;
type Subject = (typeof subjects)[number];
type Figures = Record<string, number>;
type Round = { figures: Figures; exitCode: number };
type Spread = { median: number; min: number; max: number };

const compared: [figure: string, title: string, digits: number][] = [
  ["cpu", "server CPU, % of a core", 1],
  ["instructions", "server instructions, millions/s", 1],
  ["frames", "frames/s each", 1],
  ["bytes", "down, bytes/s each", 0],
  ["up", "up, bytes/s each", 0],
  ["known.p50", "age of the newest known pose p50, ms", 1],
  ["known.p99", "age of the newest known pose p99, ms", 1],
  ["rss", "server memory, MB", 0],
  ["generator.cpu", "generator CPU, % of a core", 1],
  ["others", "CPU of what else ran here, % of a core", 1],
];

const countSeconds = 5;
const countsInstructions = canCount();

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

async function main([scenario = "", ...args]: string[]): Promise<number> {
  if (scenario !== "world") throw new UsageError(`Unknown benchmark ${scenario || "(none)"}. There are: world`);
  const { rounds, json, ...load } = parseOptions(args, options);
  const isPinned = canPin && availableParallelism() > 1;
  if (!isPinned) console.log("Nothing is pinned: that takes taskset and two cores.");
  if (!countsInstructions) console.log("Instructions are not counted: that takes perf and its permission.");
  const results: Record<Subject, Round[]> = { hereabouts: [], colyseus: [] };
  for (let round = 0; round < rounds && !stop.signal.aborted; round++) {
    // Who goes first changes each round, so that a machine that warms up or slows down favours neither.
    const order = round % 2 ? [...subjects].reverse() : subjects;
    for (const subject of order) {
      if (stop.signal.aborted) break;
      const result = await runRound(subject, load, isPinned);
      results[subject].push(result);
      const { cpu, "known.p99": p99, others } = result.figures;
      const shown = `CPU ${figure(cpu, 1)} %  age p99 ${figure(p99, 1)} ms  others' CPU ${figure(others, 1)} %`;
      console.log(`round ${round + 1}  ${subject.padEnd(10)}  ${shown}`);
    }
  }
  const complete = Math.min(...subjects.map((subject) => results[subject].length));
  if (complete === 0) throw new UsageError("Stopped before one round was complete.");
  console.log(`\n${formatTable(summary(results, complete))}\n`);
  console.log(
    "Middle of the rounds, (min..max) over them. Noise: how far rounds of the same server lie apart, of their middle.",
  );
  if (json) writeJson(json, { at: new Date().toISOString(), scenario, load, rounds: complete, isPinned, results });
  return Math.max(...subjects.flatMap((subject) => results[subject].map(({ exitCode }) => exitCode)));
}

/** One round in fresh processes: the load test of one server, which starts and stops it. */
async function runRound(subject: Subject, load: Record<string, string | number>, isPinned: boolean): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "hereabouts-bench-"));
  const file = join(folder, "report.json");
  const args = [fileURLToPath(new URL("./index.ts", import.meta.url)), "world", "--json", file];
  for (const [name, value] of Object.entries(load)) args.push(`--${name}`, String(value));
  if (subject !== "hereabouts") args.push("--baseline", subject);
  if (isPinned) args.push("--server-core", "0");
  if (countsInstructions) args.push("--instructions", String(countSeconds));
  const complaints: string[] = [];
  const onLine = (line: string) => /^(FAILED|WARNING)/.test(line) && complaints.push(line);
  const child = startChild({ args, core: isPinned ? 1 : undefined, onLine });
  const abort = () => void stopChild(child, 20_000);
  stop.signal.addEventListener("abort", abort, { once: true });
  const exitCode = await new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  stop.signal.removeEventListener("abort", abort);
  for (const complaint of complaints) console.log(`${subject}: ${complaint}`);
  try {
    const { figures } = JSON.parse(readFileSync(file, "utf8")) as { figures: Figures };
    return { figures, exitCode };
  } catch {
    throw new UsageError(`The load test of ${subject} ended without a report (exit code ${exitCode}).`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function summary(results: Record<Subject, readonly Round[]>, rounds: number): Cell[][] {
  const head = ["", ...subjects, "hereabouts / colyseus", "noise"];
  const rows = compared.map(([name, title, digits]): Cell[] => {
    const of = (subject: Subject) =>
      results[subject].slice(0, rounds).map(({ figures }) => figures[name] ?? Number.NaN);
    const spreads = subjects.map((subject) => spreadOf(of(subject)));
    const ratio = spreadOf(of("hereabouts").map((value, round) => value / of("colyseus")[round]!));
    const noise = spreads.map(({ median, min, max }) => `${figure(((max - min) / median) * 100, 0)} %`);
    return [title, ...spreads.map((spread) => shown(spread, digits)), shown(ratio, 2), noise.join(" and ")];
  });
  return [head, ...rows];
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

function shown({ median, min, max }: Spread, digits: number): string {
  return `${figure(median, digits)} (${figure(min, digits)}..${figure(max, digits)})`;
}

function writeJson(file: string, content: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
