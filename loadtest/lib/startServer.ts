/** The server that a scenario's options ask for: one that runs already, one started here, or several processes of it. */
import { whole } from "./options.ts";
import { startProcesses } from "./processes.ts";
import { coreOf } from "./scenario.ts";
import { runningServer, type ServerOptions, startHereabouts, type Target } from "./target.ts";
import { UsageError } from "./usage.ts";

export const processesOption = whole(1, 1, 16, "processes", "of the server that is started, behind one address");

export type Asked = { url: string; serverCore: number; processes: number };

export function startServer(asked: Asked, options: ServerOptions = {}): Promise<Target> {
  const { url, processes } = asked;
  if (url && processes > 1) throw new UsageError("--processes starts its own server: leave out --url.");
  if (url) return runningServer(url);
  return processes > 1 ? startProcesses(processes, options) : startHereabouts(coreOf(asked), options);
}
