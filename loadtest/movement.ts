/**
 * `npm run bench -- movement`: what movement is held to, in one run: what each of 300 people in one world and each of 1,000
 * in worlds of 50 costs the server, beside each of 100 on plain Colyseus and beside the floor (a bare `ws` server that sends as
 * many frames); and the bytes that each receives beside plain Colyseus, at 300 and at 1,000 in one world. Each round
 * runs all of them, each in fresh processes, in turn from either end. Exit code 1 if a ratio's middle is above what it may be.
 *
 * Nobody's machine reads what plain Colyseus sends 1,000 who move 20 times a second. There they move once a second, and what
 * each receives counts 20 times: a patch holds those who moved, at so many bytes for each.
 */
import { canPin } from "./lib/child.ts";
import { calmRounds, disturbedPercent, type Figures, type Spread, spreadOf } from "./lib/comparison.ts";
import { canCount } from "./lib/counted.ts";
import { runLoad } from "./lib/loadRun.ts";
import { describeMachine, thisMachine } from "./lib/machine.ts";
import { flag, number, parseOptions, text, whole } from "./lib/options.ts";
import { mustBeWritable, writeReport } from "./lib/reportFile.ts";
import { type Cell, figure, formatTable } from "./lib/table.ts";
import { UsageError } from "./lib/usage.ts";

const options = {
  seconds: number(8, 1, 600, "s", "how long each measures"),
  warmup: number(8, 0, 600, "s", "load before that"),
  rounds: whole(3, 1, 100, "rounds", "of each"),
  json: text("file", "where to write the figures of all rounds as JSON"),
};

/** Counting takes CPU of its own, so it comes after what is measured. */
const countSeconds = 5;
const inOneWorld = ["world"];
const inWorldsOf50 = ["mixed", "--shares", "world=1", "--size", "50"];
const onColyseus = [...inOneWorld, "--baseline", "colyseus"];
const onFloor = [...inOneWorld, "--baseline", "ws"];

/** `slower`: by so much they move less often than the others. */
type Subjected = { people: number; args: readonly string[]; slower?: number };

const subjects = {
  "plain Colyseus, 100": { people: 100, args: onColyseus },
  "hereabouts, 300": { people: 300, args: inOneWorld },
  "plain Colyseus, 300": { people: 300, args: onColyseus },
  "bare ws, 300": { people: 300, args: onFloor },
  "hereabouts, 20 x 50": { people: 1000, args: inWorldsOf50 },
  "bare ws, 1,000": { people: 1000, args: onFloor },
  "hereabouts, 1,000": { people: 1000, args: inOneWorld },
  "plain Colyseus, 1,000": { people: 1000, args: [...onColyseus, "--rate", "1"], slower: 20 },
} as const satisfies Record<string, Subjected>;
type Subject = keyof typeof subjects;
const names = Object.keys(subjects) as Subject[];

/** Of each person, the first divided by the second: at most, or at least, so much. */
type Bar = { figure: "cpu" | "instructions" | "bytes"; of: Subject; beside: Subject; most?: number; least?: number };
const bars: readonly Bar[] = [
  { figure: "cpu", of: "hereabouts, 300", beside: "plain Colyseus, 100", most: 1 },
  { figure: "cpu", of: "hereabouts, 20 x 50", beside: "plain Colyseus, 100", most: 1 },
  { figure: "cpu", of: "hereabouts, 300", beside: "bare ws, 300", most: 1.5 },
  { figure: "cpu", of: "hereabouts, 20 x 50", beside: "bare ws, 1,000", most: 1.5 },
  { figure: "bytes", of: "plain Colyseus, 300", beside: "hereabouts, 300", least: 8 },
  { figure: "bytes", of: "plain Colyseus, 1,000", beside: "hereabouts, 1,000", least: 25 },
];
/** Beside the CPU, which is what a machine runs out of, what is told of it: instructions repeat better. */
const told = bars.flatMap(({ figure, of, beside }): Bar[] =>
  figure === "cpu" ? [{ figure: "instructions", of, beside }] : [],
);

type Round = Readonly<Record<Subject, Figures>>;

export async function benchMovement(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { rounds, json, ...load } = parseOptions(args, options);
  mustBeWritable(json);
  const isPinned = canPin && thisMachine().cores > 1;
  const measured: Round[] = [];
  let failed = false;
  for (let round = 1; round <= rounds && !signal.aborted; round++) {
    const figures: Partial<Record<Subject, Figures>> = {};
    for (const name of round % 2 ? names : names.toReversed()) {
      if (signal.aborted) break;
      const { people, args, slower = 1 }: Subjected = subjects[name];
      const result = await runLoad(
        [...args, ...argsOf({ people, ...load }, isPinned)],
        signal,
        isPinned ? 1 : undefined,
      );
      figures[name] = ofWorlds(result.figures, slower);
      // that the generator was the limit (2) is told
      failed ||= result.exitCode === 1;
      for (const complaint of result.complaints) console.log(`${name}: ${complaint}`);
      console.log(`round ${round}  ${name.padEnd(22)} ${lineOf(figures[name], people)}`);
    }
    if (names.every((name) => figures[name])) measured.push(figures as Round);
  }
  if (measured.length === 0) throw new UsageError("Stopped before one round was complete.");
  const calm = calmRounds(measured.map((round) => names.map((name) => round[name])));
  const ratios = [...bars, ...told].map((bar) => ({ ...bar, ...ratioOf(bar, calm) }));
  console.log(`\n${formatTable([["of each person", "ratio", "(least..most)", "may be", ""], ...ratios.map(rowOf)])}\n`);
  console.log(`By ${calm.length} of ${measured.length} rounds: others used at most ${othersIn(calm)} % of a core.`);
  console.log(`On ${describeMachine(thisMachine())}.`);
  if (json)
    writeReport(json, { at: new Date().toISOString(), machine: thisMachine(), load, isPinned, rounds: measured });
  return failed || ratios.some((ratio) => isMet(ratio) === false) ? 1 : 0;
}

function argsOf(load: Readonly<Record<string, unknown>>, isPinned: boolean): string[] {
  return [
    ...Object.entries(load).flatMap(([name, value]) => [flag(name), String(value)]),
    ...(isPinned ? ["--server-core", "0"] : []),
    ...(canCount() ? ["--instructions", String(countSeconds)] : []),
  ];
}

/** Of several worlds at once, as those of one; of those who moved `slower` than the others, the bytes as if they had not. */
function ofWorlds(all: Figures, slower: number): Figures {
  const figures = Object.fromEntries(Object.entries(all).map(([name, value]) => [name.replace(/^world\./, ""), value]));
  return { ...figures, bytes: (figures["bytes"] ?? Number.NaN) * slower };
}

function ratioOf({ figure: name, of, beside }: Bar, rounds: readonly (readonly Figures[])[]): Spread {
  const each = (round: readonly Figures[], subject: Subject) => {
    const value = round[names.indexOf(subject)]![name] ?? Number.NaN;
    // bytes are those of each already
    return name === "bytes" ? value : value / subjects[subject].people;
  };
  return spreadOf(rounds.map((round) => each(round, of) / each(round, beside)));
}

/** Undefined where it is only told. */
function isMet({ median, most, least }: Bar & Spread): boolean | undefined {
  if (most === undefined && least === undefined) return undefined;
  return median <= (most ?? Number.POSITIVE_INFINITY) && median >= (least ?? 0);
}

function rowOf(bar: Bar & Spread): Cell[] {
  const { figure: name, of, beside, median, min, max, most, least } = bar;
  const limit = most !== undefined ? `at most ${most}` : least !== undefined ? `at least ${least}` : "";
  const verdict = { true: "met", false: "NOT MET", undefined: "told" }[`${isMet(bar)}`];
  return [`${name}: ${of} / ${beside}`, figure(median, 2), `(${figure(min, 2)}..${figure(max, 2)})`, limit, verdict];
}

function lineOf({ cpu, instructions, bytes, frames, others }: Figures, people: number): string {
  const each = figure((instructions! / people) * 1000);
  return `CPU ${figure(cpu, 1)} %  ${each} thousand instructions/s each  ${figure(bytes)} bytes/s each  ${figure(frames, 1)} frames/s each  others ${figure(others)} %`;
}

function othersIn(rounds: readonly (readonly Figures[])[]): Cell {
  const most = Math.max(...rounds.flat().map(({ others = 0 }) => others));
  return most > disturbedPercent ? `${figure(most)} (do not quote times)` : figure(most);
}
