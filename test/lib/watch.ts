/**
 * Loaded into a server before it starts: tells memory that is held from memory that was not collected yet, and being slow
 * from being kept waiting by the machine. At SIGUSR2 it collects garbage and writes, since the last time:
 *
 * - `held`: bytes held
 * - `handles`: timers, sockets and whatever else keeps a process from its end
 * - `busy`: the longest that its own work kept a timer waiting, in ms
 * - `away`: the longest that a timer was late without any work of the process's own: others had the processor, or the disk
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const everyMs = 10;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
let [at, cpu, busy, away] = [performance.now(), cpuMs(), 0, 0];
setInterval(() => {
  const [now, used] = [performance.now(), cpuMs()];
  const late = Math.max(0, now - at - everyMs);
  const worked = Math.min(late, used - cpu);
  busy = Math.max(busy, worked);
  away = Math.max(away, late - worked);
  [at, cpu] = [now, used];
}, everyMs).unref();

process.on("SIGUSR2", () => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  console.log(`watched ${JSON.stringify({ held: heapUsed + arrayBuffers, handles, busy, away })}`);
  [at, cpu, busy, away] = [performance.now(), cpuMs(), 0, 0];
});
