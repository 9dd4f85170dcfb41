/** One load test in a process of its own, for what runs many of them: it starts and stops its server, and leaves figures. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild, stopChild } from "./child.ts";
import { UsageError } from "./usage.ts";

export type LoadRun = {
  figures: Readonly<Record<string, number>>;
  /** 0 all well, 1 something failed, 2 the load generator was the limit. */
  exitCode: number;
  /** Lines in which it told of failures and limits. */
  complaints: string[];
};

/** Ends a load test that is told to stop within this, with its report. */
const patienceMs = 20_000;

/**
 * `args`: a scenario and its options. `core`: for the load generator. Throws a UsageError with what the test said last
 * if there is no report.
 */
export async function runLoad(args: readonly string[], signal: AbortSignal, core?: number): Promise<LoadRun> {
  const folder = mkdtempSync(join(tmpdir(), "hereabouts-bench-"));
  const file = join(folder, "report.json");
  const complaints: string[] = [];
  const onLine = (line: string) => /^(FAILED|WARNING)/.test(line) && complaints.push(line);
  const program = fileURLToPath(new URL("../index.ts", import.meta.url));
  let error = "";
  const onError = (line: string) => {
    error ||= line.replace(/^Error: /, "");
  };
  const child = startChild({ args: [program, ...args, "--json", file], core, onLine, onError });
  const abort = () => void stopChild(child, patienceMs);
  signal.addEventListener("abort", abort, { once: true });
  const exitCode = await new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  signal.removeEventListener("abort", abort);
  try {
    const { figures } = JSON.parse(readFileSync(file, "utf8")) as Pick<LoadRun, "figures">;
    return { figures, exitCode, complaints };
  } catch {
    const why = error || `exit code ${exitCode}`;
    throw new UsageError(`the load test "${args.join(" ")}" ended without a report: ${why}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
