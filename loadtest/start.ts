/**
 * `npm run bench -- start`: how soon a server takes people and has music, from the start of its process: the first time on
 * an empty data folder, where it has to make its music, beside the second time on the same one. The first round may have
 * to compile its code anew.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, stopChild } from "./lib/child.ts";
import { now, pause } from "./lib/clock.ts";
import { freePort } from "./lib/freePort.ts";
import { parseOptions, whole } from "./lib/options.ts";
import { figure, formatTable } from "./lib/table.ts";
import { serverArgs, serverEnv } from "./lib/target.ts";
import { UsageError } from "./lib/usage.ts";

const options = { rounds: whole(5, 1, 100, "rounds", "of a first and a second start each") };
const withinMs = 60_000;
const lookMs = 5;

export async function benchStart(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { rounds } = parseOptions(args, options);
  const rows: (string | number)[][] = [["round", "first: ready, ms", "music, ms", "second: ready, ms", "music, ms"]];
  for (let round = 1; round <= rounds && !signal.aborted; round++) {
    const data = mkdtempSync(join(tmpdir(), "hereabouts-load-"));
    try {
      const [first, second] = [await timeStart(data), await timeStart(data)];
      rows.push([round, ...[first.ready, first.music, second.ready, second.music].map((ms) => figure(ms))]);
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  }
  console.log(formatTable(rows));
  return 0;
}

async function timeStart(data: string): Promise<{ ready: number; music: number }> {
  const port = await freePort();
  const from = now();
  const child = startChild({ args: serverArgs, env: { ...serverEnv(port, data), AUDIO: "on" }, onLine: () => {} });
  const until = async (path: string) => {
    while (!(await isGood(`http://127.0.0.1:${port}${path}`))) {
      if (now() - from > withinMs) throw new UsageError(`server.ts did not answer ${path} within ${withinMs} ms.`);
      await pause(lookMs);
    }
    return now() - from;
  };
  try {
    return { ready: await until("/readyz"), music: await until("/api/session/info?session=master") };
  } finally {
    await stopChild(child);
  }
}

async function isGood(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
