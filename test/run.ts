/**
 * Runs the tests, as `vitest run` does and with its arguments. On CI, whose machine may be slow for a moment, files that start
 * servers or browsers and failed are run again when nothing else runs, twice at most; the end says which held only then.
 * Exits with 1 if anything failed to the last.
 */
import { parseCLI, startVitest, type TestModule, type Vitest } from "vitest/node";

const tries = process.env["CI"] ? 3 : 1;
/** A machine that is slow for a moment fails few: with more it is no use. */
const mostAgain = 12;

const { filter, options } = parseCLI(["vitest", "run", ...process.argv.slice(2)]);
const late: string[] = [];
let vitest = await startVitest("test", filter, options);
let isFailed = hasFailed(vitest);
for (let run = 1; run < tries && isFailed; run++) {
  const failed = vitest.state.getTestModules().filter((module) => !module.ok());
  if (!mayBeSlowness(vitest, failed)) break;
  const problems = failed.flatMap(problemsOf);
  console.warn(`\nOnce more, by themselves: ${failed.map((module) => module.relativeModuleId).join(", ")}`);
  vitest = await startVitest(
    "test",
    failed.map(({ moduleId }) => moduleId),
    options,
  );
  isFailed = hasFailed(vitest);
  late.push(...problems);
}
if (late.length > 0)
  console.warn(`\nFailed in an earlier run${isFailed ? "" : ", and held later"}:\n  ${late.join("\n  ")}`);
process.exitCode = isFailed ? 1 : 0;

function hasFailed({ state }: Vitest): boolean {
  const modules = state.getTestModules();
  return modules.length === 0 || modules.some((module) => !module.ok()) || state.getUnhandledErrors().length > 0;
}

/** What runs in one process and by a clock of its own fails for a reason. */
function mayBeSlowness({ state }: Vitest, failed: readonly TestModule[]): boolean {
  if (state.getUnhandledErrors().length > 0 || failed.length > mostAgain) return false;
  return failed.length > 0 && failed.every(({ project }) => project.name !== "unit");
}

function problemsOf(module: TestModule): string[] {
  const tests = [...module.children.allTests("failed")];
  const of = (name: string, error: { message: string } | undefined) =>
    `${module.relativeModuleId} > ${name}: ${error?.message.replace(/\s+/g, " ").slice(0, 500)}`;
  if (tests.length === 0) return [of("before any test", module.errors()[0])];
  return tests.map((test) => of(test.fullName, test.result().errors?.[0]));
}
