/**
 * Runs the tests, as `vitest run` does. On CI, whose machine may be slow for a moment, files that start servers or browsers
 * and failed are run again, one at a time, twice at most; the end says which held only then. Exits with 1 if anything
 * failed to the last.
 */
import { parseCLI, startVitest, type TestModule, type Vitest } from "vitest/node";

const given = process.argv.slice(2);
const tries = process.env["CI"] && given.length === 0 ? 3 : 1;
/** A machine that is slow for a moment fails few: with more it is no use. */
const mostAgain = 12;

const { filter, options } = parseCLI(["vitest", "run", ...given]);
const late: string[] = [];
let vitest = await startVitest("test", filter, options);
let isFailed = hasFailed(vitest);
for (let run = 1; run < tries && isFailed; run++) {
  const failed = vitest.state.getTestModules().filter((module) => !module.ok());
  if (!mayBeSlowness(vitest, failed)) break;
  late.push(...failed.flatMap(problemsOf));
  console.warn(`\nOnce more, by themselves: ${failed.map((module) => module.relativeModuleId).join(", ")}`);
  process.exitCode = 0;
  const files = failed.map(({ moduleId }) => moduleId);
  vitest = await startVitest("test", files, { ...options, fileParallelism: false });
  isFailed = hasFailed(vitest) || vitest.state.getTestModules().length < files.length;
}
if (late.length > 0)
  console.warn(`\nFailed in an earlier run${isFailed ? "" : ", and held later"}:\n  ${late.join("\n  ")}`);
if (isFailed) process.exitCode = 1;
await vitest.exit();

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
  const suites = [module, ...module.children.allSuites()];
  const before = suites.flatMap((suite) => suite.errors().map((error) => ({ name: "before its tests", error })));
  const tests = [...module.children.allTests("failed")].map((test) => {
    return { name: test.fullName, error: test.result().errors?.[0] };
  });
  return [...before, ...tests].map(
    ({ name, error }) => `${module.relativeModuleId} > ${name}: ${error?.message.replace(/\s+/g, " ").slice(0, 500)}`,
  );
}
