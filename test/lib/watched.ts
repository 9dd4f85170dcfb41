/** A server that watches itself (watch.ts), asked how it was since it was last asked. */
import { until } from "./raw.ts";
import { type LaunchOptions, startTestServer, type TestServer } from "./server.ts";

export type Watched = { held: number; handles: number; busy: number; away: number };

/** Starts a server that `watched` can be asked about. */
export function startWatched({ preload = [], ...options }: LaunchOptions = {}): Promise<TestServer> {
  return startTestServer({ ...options, preload: [new URL("./watch.ts", import.meta.url), ...preload] });
}

export async function watched(server: TestServer): Promise<Watched> {
  const before = server.lines.length;
  process.kill(server.pid, "SIGUSR2");
  const line = await until(() => server.lines.slice(before).find(({ text }) => text.startsWith("watched ")), 10_000);
  return JSON.parse(line!.text.slice("watched ".length)) as Watched;
}
