/**
 * `npm run load -- <scenario> [options]`: puts load on a server and says how it did.
 *
 * Exit code: 0 all well; 1 wrong options, a threshold not met, or something that must never be; 2 the load generator
 * was the limit, so the figures tell about it and not about the server.
 */
import { parseExpectations, unmet } from "./lib/expect.ts";
import { htmlOf } from "./lib/html/page.ts";
import { thisMachine } from "./lib/machine.ts";
import { describeOptions, flag, type Options, parseOptions } from "./lib/options.ts";
import { mustBeWritable, writeReport } from "./lib/reportFile.ts";
import { commonOptions, type Report, type Run, type Scenario } from "./lib/scenario.ts";
import { formatTable } from "./lib/table.ts";
import { UsageError } from "./lib/usage.ts";

/** One file for each scenario, loaded when asked for. */
const scenarios: Record<string, () => Promise<Scenario>> = {
  audio: async () => (await import("./audio.ts")).audio as Scenario<Options>,
  chat: async () => (await import("./chat.ts")).chat as Scenario<Options>,
  churn: async () => (await import("./churn.ts")).churn as Scenario<Options>,
  crash: async () => (await import("./crash.ts")).crash as Scenario<Options>,
  limits: async () => (await import("./limits.ts")).limits as Scenario<Options>,
  mixed: async () => (await import("./mixed.ts")).mixed as Scenario<Options>,
  presence: async () => (await import("./presence.ts")).presence as Scenario<Options>,
  processes: async () => (await import("./processes.ts")).processes as Scenario<Options>,
  soak: async () => (await import("./soak.ts")).soak as Scenario<Options>,
  stalled: async () => (await import("./stalled.ts")).stalled as Scenario<Options>,
  world: async () => (await import("./world.ts")).world as Scenario<Options>,
};

async function main([name = "", ...args]: string[]): Promise<number> {
  const names = Object.keys(scenarios).join(" ");
  if (name === "" || name.startsWith("-")) throw new UsageError(`Which scenario? npm run load -- <${names}> [options]`);
  if (!Object.hasOwn(scenarios, name)) throw new UsageError(`Unknown scenario ${name}. There are: ${names}`);
  const scenario = await scenarios[name]!();
  const spec = { ...commonOptions, ...scenario.options };
  if (args.includes("--help")) {
    console.log(
      `${name}: ${scenario.summary}\n\n${formatTable(describeOptions(spec))}\n\nfigures: ${scenario.figures.join(" ")}`,
    );
    return 0;
  }
  for (const [option, why] of Object.entries(scenario.absent ?? {})) {
    if (args.some((arg) => arg.split("=")[0] === flag(option)))
      throw new UsageError(`${name} takes no ${flag(option)}: ${why}.`);
  }
  const options = parseOptions(args, spec);
  const expectations = parseExpectations(options.expect, scenario.figures);
  for (const file of [options.json, options.html]) mustBeWritable(file);
  const run: Run = { signal: stopSignal(), progress: (line) => console.log(line), samples: [] };
  const report = await scenario.run(options, run);
  const failures = [...report.failures, ...unmet(expectations, report.figures)];
  print(report, failures);
  const at = new Date();
  const machine = thisMachine();
  if (options.json) {
    const content = { scenario: name, at, failures, machine, ...report.detail, samples: run.samples };
    writeReport(options.json, content);
  }
  if (options.html) {
    const { summary, times } = scenario;
    const { samples } = run;
    writeReport(
      options.html,
      htmlOf({ scenario: name, summary, times, at, report, failures, samples, machine, spec, options }),
    );
  }
  return report.limit ? 2 : failures.length ? 1 : 0;
}

function print(report: Report, failures: readonly string[]): void {
  console.log();
  for (const table of report.tables) console.log(`${formatTable(table)}\n`);
  if (report.interrupted) console.log("Stopped early: this is the report so far.");
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  if (report.limit) console.log(`WARNING: ${report.limit}: these figures are its own, not the server's.`);
  if (!report.limit && failures.length === 0) console.log("All well.");
}

/** Aborts at the first Ctrl+C or SIGTERM; the second ends the process at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  return stop.signal;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
