/**
 * What other processes used of this machine while something was measured on it: the first thing to know when figures
 * are odd. By the kernel's ticks, so a few percent of a core are within its error.
 */
import { cpus } from "node:os";

/** CPU time that everything on this machine has used since it started, in ms. */
export function machineCpuMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

/** CPU time that this process has used, in ms. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU time that everything but this process has used, in ms. */
export function otherCpuMs(): number {
  return machineCpuMs() - ownCpuMs();
}

/** How busy all cores of this machine were, if they used so much CPU time meanwhile, in percent. */
export function busyPercent(usedMs: number, meanwhileMs: number): number {
  return Math.min(100, (usedMs / meanwhileMs / cpus().length) * 100);
}
