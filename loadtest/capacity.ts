/**
 * `npm run capacity`: how much one server on this machine holds, of each kind by itself: movers in one world and in worlds of
 * 50, members of a chat, listeners, audio sessions, and people who are only online. Finds the most that keeps stated limits of
 * latency, and says where something else was the limit and not the server. Prints a page, in a time that it says beforehand.
 */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { capacityPage, type Figures, figureText, type Held, reasonOf, sizeOf } from "./lib/capacityPage.ts";
import { type Name, names, type Question, questions } from "./lib/capacityQuestions.ts";
import { now } from "./lib/clock.ts";
import { judge } from "./lib/judged.ts";
import { runLoad } from "./lib/loadRun.ts";
import { thisMachine } from "./lib/machine.ts";
import { choice, describeOptions, list, number, parseOptions, text, whole } from "./lib/options.ts";
import { mustBeWritable, writeReport } from "./lib/reportFile.ts";
import { findMost, type Trial } from "./lib/search.ts";
import { formatTable } from "./lib/table.ts";
import { TimeLimit } from "./lib/timeLimit.ts";
import { UsageError } from "./lib/usage.ts";

const most = 8000;

const options = {
  only: list(choice<Name>(names, "ask these only"), []),
  quick: choice(["on"], "shorter, and only within half as much again"),
  minutes: number(0, 0, 600, "min", "for each; 0: 5, or 2 if quick. The last try may take longer"),
  seconds: whole(0, 0, 600, "s", "how long each try is measured; 0: 10, or 5 if quick"),
  workers: whole(0, 0, 64, "threads", "of the load generator, in one world; 0: one for each core but one"),
  markdown: text("file", "where to write the page; rows that it has of others of these are kept"),
  json: text("file", "where to write what was found as JSON"),
};
/** What does not change how it is asked. */
const notSettings = /--(only|markdown|json)[ =]\S+ ?/g;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    console.log("\nstopping: the page so far follows");
    stop.abort();
  });
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(formatTable(describeOptions(options)));
    return 0;
  }
  const values = parseOptions(args, options);
  for (const file of [values.markdown, values.json]) mustBeWritable(file);
  const seconds = values.seconds || (values.quick ? 5 : 10);
  const minutes = values.minutes || (values.quick ? 2 : 5);
  const workers = values.workers || Math.max(1, availableParallelism() - 1);
  const shared = ["--seconds", String(seconds), "--workers", String(workers)];
  const asked = values.only.length ? names.filter((name) => values.only.includes(name)) : names;
  console.log(
    `${asked.join(", ")}: about ${minutes} minutes each at most, ${minutes * asked.length} in all. Ctrl+C ends it with the page so far.`,
  );
  const held: Held[] = [];
  for (const name of asked) {
    if (stop.signal.aborted) break;
    held.push(await answer(questions[name], shared, values.quick ? 1.5 : 1.15, minutes));
  }
  const settings = args.join(" ").concat(" ").replace(notSettings, "").trim();
  const machine = thisMachine();
  const earlier = values.markdown && existsSync(values.markdown) ? readFileSync(values.markdown, "utf8") : "";
  const page = capacityPage(held, machine, settings && ` -- ${settings}`, earlier);
  console.log(`\n${page}`);
  if (values.markdown) writeReport(values.markdown, page);
  if (values.json) writeReport(values.json, { at: new Date(), machine, seconds, held });
  return 0;
}

async function answer(question: Question, shared: readonly string[], within: number, minutes: number): Promise<Held> {
  const { title, unit, limits, from } = question;
  console.log(`\n${title}: ${limits}`);
  const limit = new TimeLimit(minutes * 60_000, now);
  let figures: Figures = {};
  const attempt = (size: number) =>
    limit.time(size, async () => {
      process.stdout.write(`${String(size).padStart(6)}  `);
      const tried = await tryAgain(question, size, shared);
      if (tried?.trial.outcome === "holds") figures = tried.figures;
      console.log(tried ? `${tried.trial.outcome}  ${tried.trial.why || costOf(tried.figures)}` : "stopped");
      return tried?.trial;
    });
  const mayTry = (size: number) => !stop.signal.aborted && limit.allows(size);
  const found = await findMost(attempt, { from, most, within, mayTry });
  console.log(`  so it holds ${sizeOf(found)} ${unit}; ${reasonOf(found)}`);
  return { title, unit, limits, found, figures };
}

function costOf(figures: Figures): string {
  return `server ${figureText(figures, "cpu", "%")}, load generator ${figureText(figures, "generator.cpu", "%")}, others ${figureText(figures, "others", "%")} of a core`;
}

/** How often before it counts: on a machine that others use too, one hitch is no limit, and what they keep from it is none. */
const rounds = { holds: 1, fails: 2, unknown: 3 };

/** Undefined if it was stopped. */
async function tryAgain(
  question: Question,
  size: number,
  shared: readonly string[],
): Promise<{ trial: Trial; figures: Figures } | undefined> {
  const args = [...question.args(size), ...shared, "--expect", question.expect];
  for (let round = 1; ; round++) {
    // without a report not even the joining went through
    const none = (error: Error) => ({ figures: {}, exitCode: 1, complaints: [error.message] });
    const run = await runLoad(args, stop.signal).catch(none);
    if (stop.signal.aborted) return undefined;
    const trial = judge(run);
    if (round >= rounds[trial.outcome]) return { trial, figures: run.figures };
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
