/**
 * Counts the instructions and cycles that a process takes, in the kernel too, by `perf` where it is installed and allowed.
 * On a machine that others use too, times wander by tens of percent (what a hypervisor takes away counts in them) while
 * instructions stay within two, and cycles in between. Counting costs CPU of its own, so it belongs beside the measuring of
 * times, not into it.
 */
import { spawn, spawnSync } from "node:child_process";
import { pause } from "./clock.ts";

/** A second of a process and its threads. NaN where that cannot be counted. */
export type Counted = { instructions: number; cycles: number };

const perfStat = ["stat", "-x", ",", "-e", "instructions,cycles"];

/** Whether instructions can be counted here: not in every virtual machine. */
export const canCount = () =>
  countIn(spawnSync("perf", [...perfStat, "true"], { encoding: "utf8" }).stderr ?? "", "instructions") > 0;

const counting = new Map<number, Promise<Counted>>();

/** Counts over `seconds`; nothing of a process that is not ours to count, or in no time. Who asks meanwhile gets the same. */
export async function count(pid: number | undefined, seconds: number): Promise<Counted> {
  if (pid === undefined || seconds === 0) return { instructions: Number.NaN, cycles: Number.NaN };
  const counted = counting.get(pid) ?? countAnew(pid, seconds).finally(() => counting.delete(pid));
  counting.set(pid, counted);
  return counted;
}

async function countAnew(pid: number, seconds: number): Promise<Counted> {
  const perf = spawn("perf", [...perfStat, "-p", String(pid)], { stdio: ["ignore", "ignore", "pipe"] });
  let report = "";
  perf.stderr.on("data", (text: Buffer) => (report += text));
  const ended = new Promise<void>((resolve) => perf.once("close", () => resolve()).once("error", () => resolve()));
  await Promise.race([pause(seconds * 1000), ended]);
  perf.kill("SIGINT");
  await ended;
  return { instructions: countIn(report, "instructions") / seconds, cycles: countIn(report, "cycles") / seconds };
}

/** What a report of `perf stat -x ,` says of an event; NaN if nothing. */
export function countIn(report: string, event: string): number {
  const line = report.split("\n").find((one) => one.includes(`,${event}`));
  return line ? Number.parseInt(line, 10) : Number.NaN;
}
