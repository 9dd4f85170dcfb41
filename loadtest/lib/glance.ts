/**
 * What a server uses now, for looks that must not cost it anything: of a process of this machine by the kernel's counts, as
 * its /metrics would tell; of any other server by asking it.
 */
import { readFile } from "node:fs/promises";
import type { Usage } from "./prometheus.ts";
import type { Target } from "./target.ts";

/** What Linux counts CPU time in (sysconf _SC_CLK_TCK, 100 on all that Node runs on), and a page of memory. */
const tickSeconds = 0.01;
const pageBytes = 4096;

export async function glanceAt(target: Pick<Target, "pid" | "usage">): Promise<Usage | undefined> {
  if (target.pid === undefined || process.platform !== "linux") return target.usage();
  const text = await readFile(`/proc/${target.pid}/stat`, "utf8").catch(() => undefined);
  return text === undefined ? undefined : usageOfStat(text);
}

/** From a line of /proc/PID/stat: see proc(5). The name in it may hold anything. */
export function usageOfStat(text: string): Usage {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number);
  return { cpuSeconds: (user! + system!) * tickSeconds, rssBytes: pages! * pageBytes };
}
