/** The live part of `npm run fuzz`: chunks of cases against one server, which must be as it was after all of them. */
import { readdirSync } from "node:fs";
import { joinWorld, newGuest } from "../lib/raw.ts";
import type { TestServer } from "../lib/server.ts";
import { watched } from "../lib/watched.ts";
import type { FuzzReport } from "./report.ts";
import { fuzz, startTarget } from "./target.ts";

const chunk = 50_000;
const casesPerSecond = 2000;
const megabyte = 2 ** 20;
/** After a chunk, until what is held for a while (seats that may come back, peers) is let go. */
const restMs = 25_000;

/** Prints a line for each chunk. False if something was not as it must be. */
export async function runLive(cases: number, seed: number): Promise<boolean> {
  const { server, credentials } = await startTarget();
  const wrong: string[] = [];
  const must = (isSo: boolean, what: string) => void (isSo || wrong.push(what));
  try {
    await fuzz({ url: server.url, seed, cases: 5000, ms: 1500, credentials });
    console.log(`live: before ${await heldBy(server, true)}`);
    for (let done = 0; done < cases && wrong.length === 0; done += chunk) {
      const count = Math.min(chunk, cases - done);
      const began = performance.now();
      const ms = (count / casesPerSecond) * 1000;
      const report = await fuzz({ url: server.url, seed: seed + 1 + done / chunk, cases: count, ms, credentials });
      const seconds = (performance.now() - began) / 1000;
      for (const what of wrongWith(report)) wrong.push(what);
      console.log(
        `live: ${done + count} cases, ${Math.round(count / seconds)} a second, ${await heldBy(server, false)},` +
          ` slowest answer ${report.slowest.ms.toFixed(0)} ms (${report.slowest.to})`,
      );
      if (done === 0) console.log(`live: ${JSON.stringify(report.sent)} ${JSON.stringify(report.statuses)}`);
      must(await isOpen(server), "an honest person has no seat or no answer");
      must((await server.metric("hereabouts_errors_total")) === 0, "the server counts errors of its own");
    }
    console.log(`live: after ${await heldBy(server, true)}`);
    const errors = server.logs().filter(({ level }) => Number(level) >= 50);
    for (const error of errors.slice(0, 5)) wrong.push(JSON.stringify(error));
    must(
      server.lines.every(({ from }) => from === "stdout"),
      "something was written to stderr",
    );
  } catch (error) {
    wrong.push(String(error));
  } finally {
    await server.stop();
  }
  for (const what of wrong) console.error(`live: wrong, with --seed ${seed}: ${what}`);
  return wrong.length === 0;
}

function wrongWith({ failures, closes, lost, open, answering }: FuzzReport): string[] {
  const closed = Object.keys(closes).filter((code) => code !== "1009");
  return [
    ...failures,
    ...closed.map((code) => `seats closed with ${code}`),
    ...lost,
    ...(open === answering ? [] : ["silent seats"]),
  ];
}

async function isOpen({ url }: TestServer): Promise<boolean> {
  const guest = await newGuest(url, "Honest");
  const client = await joinWorld(url, { guest });
  const answer = await client.request("say", { text: "still here" });
  await client.leave();
  return answer?.status === 0;
}

async function heldBy(server: TestServer, isAtRest: boolean): Promise<string> {
  if (isAtRest) await new Promise((resolve) => setTimeout(resolve, restMs));
  const { held, handles, busy } = await watched(server);
  const files = readdirSync(`/proc/${server.pid}/fd`).length;
  return `${(held / megabyte).toFixed(1)} MB held, ${handles} handles, ${files} open files, busy for ${busy.toFixed(0)} ms at most`;
}
