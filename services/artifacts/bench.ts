/**
 * `node services/artifacts/bench.ts [sessions] [seconds] [rounds]`: so many sessions begin within so many seconds and
 * someone joins each, each says one line within as many seconds again, and all end. CPU, longest pause of the event loop and
 * memory, beside the same bus and lines with nothing kept, which goes first in every other round.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { LifecycleBus, type LiveSession } from "../lifecycle.ts";
import type { Artifacts } from "./artifacts.ts";
import { Folders } from "./folders.ts";
import { noArtifacts } from "./off.ts";

const [sessions = 10_000, seconds = 10, rounds = 2] = process.argv.slice(2).map(Number);
const stepMs = 10;
const line = JSON.stringify({ level: 30, time: Date.now(), room: "world:field", msg: "x".repeat(100) });
const who = { as: "room", person: "adaadaadaadaada1", handle: "ada", connection: "tab" } as const;

type Figures = { phase: string; cpu: string; "longest pause, ms": string; "memory, MB": string };

async function measure(phase: string, work: () => Promise<void>): Promise<Figures> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const [cpu, since] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  const ms = performance.now() - since;
  delay.disable();
  const rss = process.memoryUsage.rss() / (1 << 20);
  return {
    phase: `${phase} (${(ms / 1000).toFixed(1)} s)`,
    cpu: `${((user + system) / 10 / ms).toFixed(1)} %`,
    "longest pause, ms": (delay.max / 1e6).toFixed(1),
    "memory, MB": rss.toFixed(0),
  };
}

/** Does `work` for all of them, evenly spread. */
async function spread(work: (index: number) => void): Promise<void> {
  const since = performance.now();
  for (let done = 0; done < sessions; await pause(stepMs)) {
    const due = Math.min(sessions, ((performance.now() - since) / (seconds * 1000)) * sessions);
    for (; done < due; done++) work(done);
  }
}

async function run(bus: LifecycleBus, artifacts: Artifacts): Promise<Figures[]> {
  const all = Array.from({ length: sessions }, (_, i): LiveSession => {
    const key = `world:w${i}`;
    return { id: `w${i}-session`, kind: "world", key, label: `w${i}`, created: Date.now() };
  });
  return [
    await measure("begin and join", () =>
      spread((i) => {
        bus.emit("session.created", { session: all[i]! });
        bus.emit("session.joined", { session: all[i]!, who });
      }),
    ),
    await measure("a line each", () => spread((i) => artifacts.folder(all[i]!.id)?.log("server", line))),
    await measure("end", async () => {
      for (const session of all) bus.emit("session.removed", { session, reason: "empty" });
      await artifacts.close();
    }),
  ];
}

for (let round = 1; round <= rounds; round++) {
  for (const isKept of round % 2 ? [false, true] : [true, false]) {
    const dataDir = mkdtempSync(join(tmpdir(), "hereabouts-bench-"));
    const bus = new LifecycleBus(console.error);
    const folders = new Folders({
      config: { dataDir, artifactsDays: 14, artifactsMb: 5000, sessionMb: 200, uploadMb: 5 },
      channel: { publish: async () => {}, listen: () => () => {} },
      ...{ bus: isKept ? bus : new LifecycleBus(console.error), onError: console.error, now: Date.now },
    });
    folders.begin();
    console.log(`\nround ${round}: ${sessions} sessions within ${seconds} s, ${isKept ? "kept" : "nothing kept"}`);
    console.table(await run(bus, isKept ? folders : noArtifacts));
    if (isKept) console.log(`${readdirSync(join(dataDir, "sessions")).length - 1} folders`);
    await folders.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
