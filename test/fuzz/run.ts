/**
 * `npm run fuzz`: bad input for every entry, in the millions, and what came of it: how many of each kind, how fast, the
 * slowest answer, and what the process holds before and after. Ends with 1 where something was not as it must be.
 *
 * A case of a reader is its name and a number, from --seed on; the live part is chunks, each with a seed of its own.
 */
import { describeOptions, parseOptions, text, whole } from "../../loadtest/lib/options.ts";
import { formatTable } from "../../loadtest/lib/table.ts";
import { UsageError } from "../../loadtest/lib/usage.ts";
import { runLive } from "./live.ts";
import { runReaders } from "./offline.ts";
import { readers } from "./readers.ts";

const most = 2 ** 31;
const names = ["live", ...readers.map(({ name }) => name)];
const options = {
  cases: whole(10_000_000, 1, most, "cases", "in all; those that are not live go to the readers, without a server"),
  live: whole(1_000_000, 0, most, "cases", "of them against a running server"),
  seed: whole(
    1,
    0,
    most,
    "number",
    "where the cases begin: a run that was ended goes on with the seed that it printed last",
  ),
  only: text("names", `of these: ${names.join(",")}`),
};

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(formatTable(describeOptions(options)));
    return 0;
  }
  const { cases, live, seed, only } = parseOptions(args, options);
  const chosen = only ? only.split(",") : names;
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new UsageError(`--only ${unknown.join(",")}: there are ${names.join(", ")}.`);
  const isAll = only === "";
  const isOk = await runReaders(
    isAll ? cases - live : cases,
    seed,
    readers.filter(({ name }) => chosen.includes(name)),
  );
  const liveCases = isAll ? live : chosen.includes("live") ? cases : 0;
  const isLiveOk = liveCases === 0 || (await runLive(liveCases, seed));
  return isOk && isLiveOk ? 0 : 1;
}

let exitCode = 1;
try {
  exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
}
// the native library of the data channels may keep a process that exits by itself
process.exit(exitCode);
