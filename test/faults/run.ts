/**
 * Runs schedules of faults: `npm run test:faults -- --schedules 100 --from 1`, or one with `--seed 17`. What has been run
 * is remembered in results.jsonl beside this file, and not run again unless `--fresh` is given. Pinned seeds go first.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pinned from "./pinned.json" with { type: "json" };
import { scheduleOf } from "./schedule.ts";
import { type Outcome, runTrial } from "./trial.ts";

const results = fileURLToPath(new URL("./results.jsonl", import.meta.url));

const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    processes: { type: "string", default: "3" },
    people: { type: "string", default: "40" },
    fresh: { type: "boolean", default: false },
  },
});
const processes = Number(values.processes);
const people = Number(values.people);

if (values.seed !== undefined) {
  const outcome = await run(Number(values.seed));
  tell(outcome);
  process.exit(outcome.violations.length > 0 ? 1 : 0);
}

if (values.fresh) rmSync(results, { force: true });
const before = existsSync(results) ? readFileSync(results, "utf8").trim().split("\n").filter(Boolean) : [];
const outcomes = before.map((line) => JSON.parse(line) as Outcome).filter((outcome) => outcome.processes === processes);
const done = new Set(outcomes.map(({ seed }) => seed));
const from = Number(values.from);
const seeds = [...pinned, ...Array.from({ length: Number(values.schedules) }, (_, i) => from + i)];
for (const seed of new Set(seeds)) {
  if (done.has(seed)) continue;
  const outcome = await run(seed);
  appendFileSync(results, `${JSON.stringify(outcome)}\n`);
  outcomes.push(outcome);
  tell(outcome);
}
summarize(outcomes.filter(({ seed }) => seeds.includes(seed)));
process.exit(outcomes.some(({ violations }) => violations.length > 0) ? 1 : 0);

function run(seed: number): Promise<Outcome> {
  return runTrial({ schedule: scheduleOf(seed, processes), processes, people });
}

function tell({ seed, faults, healedMs, lines, violations, tookMs }: Outcome): void {
  const seconds = Math.round(tookMs / 1000);
  const healed = healedMs === undefined ? "never healed" : `healed in ${healedMs} ms`;
  console.log(
    `seed ${seed}: ${faults.length} faults, ${healed}, ${lines} lines stored, ${violations.length} violations (${seconds} s)`,
  );
  for (const violation of violations.slice(0, 10)) console.log(`  ${violation}`);
}

function summarize(all: readonly Outcome[]): void {
  const healed = all.flatMap(({ healedMs }) => healedMs ?? []).sort((a, b) => a - b);
  const at = (share: number) => healed[Math.min(healed.length - 1, Math.floor(share * healed.length))];
  const wrong = all.filter(({ violations }) => violations.length > 0).map(({ seed }) => seed);
  const lines = all.reduce((sum, outcome) => sum + outcome.lines, 0);
  console.log(
    `${all.length} schedules with ${processes} processes: healing p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${healed.at(-1)} ms; ${lines} lines stored`,
  );
  console.log(wrong.length === 0 ? "no violation" : `violations with seeds ${wrong.join(", ")}`);
}
