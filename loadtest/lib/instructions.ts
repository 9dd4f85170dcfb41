/**
 * Counts the instructions that a process executes, by `perf` where it is installed and allowed. On a machine that
 * others use too, times wander by tens of percent while instructions stay within two. Counting costs CPU of its own, so
 * it belongs beside the measuring of times, not into it.
 */
import { spawn, spawnSync } from "node:child_process";
import { pause } from "./clock.ts";

const arguments_ = ["stat", "-x", ",", "-e", "instructions"];

/** Whether instructions can be counted here: not in every virtual machine. */
export const canCount = () =>
  instructionsIn(spawnSync("perf", [...arguments_, "true"], { encoding: "utf8" }).stderr ?? "") > 0;

/** Instructions a second of a process and its threads, over `seconds`. NaN if they cannot be counted. */
export async function countInstructions(pid: number, seconds: number): Promise<number> {
  const perf = spawn("perf", [...arguments_, "-p", String(pid)], { stdio: ["ignore", "ignore", "pipe"] });
  let report = "";
  perf.stderr.on("data", (text: Buffer) => (report += text));
  const ended = new Promise<void>((resolve) => perf.once("close", () => resolve()).once("error", () => resolve()));
  await Promise.race([pause(seconds * 1000), ended]);
  perf.kill("SIGINT");
  await ended;
  return instructionsIn(report) / seconds;
}

/** The count in a report of `perf stat -x ,`; NaN if there is none. */
export function instructionsIn(report: string): number {
  const line = report.split("\n").find((one) => one.includes(",instructions"));
  return line ? Number.parseInt(line, 10) : Number.NaN;
}
