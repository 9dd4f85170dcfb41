/**
 * A disk that fills up and is emptied again: nothing is said to be stored that is not, whoever asks is told, the process
 * lives, and all goes on by itself. A small file system in memory is the disk, which takes Linux and root.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { now, pause } from "../lib/clock.ts";
import { becomeGuest } from "../lib/lightClient.ts";
import { metric } from "../lib/prometheus.ts";
import type { Run } from "../lib/scenario.ts";
import { startHereabouts, type Target } from "../lib/target.ts";
import { UsageError } from "../lib/usage.ts";
import { Asker } from "./lib/asker.ts";
import type { Limit } from "./lib/limit.ts";
import { get } from "./lib/times.ts";

const sizeMb = 24;
const instance = "disk";
const fullMs = 6000;
const patienceMs = 20_000;
const sayMs = 100;

export const disk: Limit = {
  summary: "a disk that fills up and is emptied again",
  findings: {
    stored: { what: "lines that were answered as stored", unit: "" },
    refused: { what: "lines that were refused while it was full", unit: "" },
    untyped: { what: "of those, refused as a mistake of the server", unit: "", most: 0 },
    missing: { what: "stored lines that are not there afterwards", unit: "", most: 0 },
    unready: { what: "until /readyz says 503", unit: "ms", most: 3000 },
    uploads: { what: "files that were taken while it was full", unit: "", most: 0 },
    dropped: { what: "lines of sessions that were left out, and counted", unit: "" },
    worlds: { what: "who could not say anything in a world meanwhile", unit: "", most: 0 },
    ready: { what: "until /readyz says 200 when there is room again", unit: "ms", most: 5000 },
    said: { what: "until a line is stored again", unit: "ms", most: 5000 },
    logged: { what: "log lines of the server", unit: "a second", digits: 1, most: 10 },
  },
  async run(share, run) {
    const folder = mkdtempSync(join(tmpdir(), "hereabouts-disk-"));
    mount(folder);
    let target: Target | undefined;
    try {
      const data = join(folder, "data");
      mkdirSync(data);
      let logged = 0;
      target = await startHereabouts(undefined, { env: { DATA_DIR: data }, onLine: () => logged++ });
      return await whileFilling(target, folder, share, run, () => logged);
    } finally {
      await target?.stop();
      spawnSync("umount", [folder]);
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function mount(folder: string): void {
  const made =
    process.platform === "linux" && spawnSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m`, "none", folder]);
  if (made && made.status === 0) return;
  rmSync(folder, { recursive: true, force: true });
  throw new UsageError("limits --only disk mounts a file system in memory: that takes Linux and root.");
}

async function whileFilling(target: Target, folder: string, share: number, run: Run, logged: () => number) {
  const { url } = target;
  const guest = await becomeGuest(url);
  const speaker = await Asker.join(url, "chat", { instance }, guest);
  const walker = await Asker.join(url, "world", { slug: instance }, guest);
  const stored = new Set<string>();
  const codes = new Map<string, number>();
  const wrong: string[] = [];
  let n = 0;
  const say = async () => {
    const text = `line ${n++}`;
    const { status, data } = await speaker.ask("say", { text, id: text.replace(" ", "-") });
    if (status === 0) stored.add(text);
    else codes.set(String(data["code"]), (codes.get(String(data["code"])) ?? 0) + 1);
    return status === 0;
  };
  const upload = async () => {
    const headers = { authorization: `Bearer ${guest.token}`, "content-type": "text/plain" };
    const answer = await fetch(`${url}/session/chat/${instance}/files`, {
      method: "POST",
      headers,
      body: "a".repeat(65_536),
    });
    await answer.arrayBuffer();
    return answer.ok;
  };
  for (let i = 0; i < 5; i++) if (!(await say())) wrong.push("a line was refused before the disk was full");
  if (!(await upload())) wrong.push("a file was refused before the disk was full");

  const filler = join(folder, "filler");
  fill(filler);
  const [from, loggedBefore] = [now(), logged()];
  const unready = await until(url, 503);
  let [uploads, worlds] = [0, 0];
  while (now() - from < fullMs * Math.max(0.5, share) && !run.signal.aborted) {
    fill(filler); // whatever was given back meanwhile
    await say();
    if (await upload()) uploads++;
    if ((await walker.ask("say", { text: "still here" })).status !== 0) worlds++;
    await pause(sayMs);
  }
  const loggedPerSecond = (logged() - loggedBefore) / ((now() - from) / 1000);
  rmSync(filler);
  const emptied = now();
  const ready = await until(url, 200);
  while (!(await say()) && now() - emptied < patienceMs) await pause(sayMs);
  const said = now() - emptied;

  const { data } = await speaker.ask("history", { limit: 100 });
  const there = new Set((data["lines"] as { text: string }[]).map(({ text }) => text));
  const missing = [...stored].slice(-100).filter((text) => !there.has(text)).length;
  for (const one of [speaker, walker]) if (one.lost) wrong.push(`a connection was lost: ${one.lost}`);
  const text = await get(`${url}/metrics`);
  for (const one of [speaker, walker]) one.drop();
  run.progress(`refused with ${[...codes].map(([code, times]) => `${code} (${times})`).join(", ") || "nothing"}`);
  const figures = {
    stored: stored.size,
    refused: [...codes.values()].reduce((sum, count) => sum + count, 0),
    untyped: codes.get("INTERNAL") ?? 0,
    ...{ missing, unready, uploads, worlds, ready, said, logged: loggedPerSecond },
    dropped: metric(text, "hereabouts_artifact_dropped_total") ?? 0,
  };
  return { figures, wrong };
}

/** Until nothing more fits, not even a byte. */
function fill(path: string): void {
  const file = openSync(path, "a");
  try {
    for (const bytes of [1 << 20, 4096, 1]) {
      const block = Buffer.alloc(bytes);
      while (isWritten(file, block));
    }
  } finally {
    closeSync(file);
  }
}

function isWritten(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch {
    return false;
  }
}

/** How long until /readyz answers so; NaN if that takes too long. */
async function until(url: string, status: number): Promise<number> {
  const from = now();
  while (now() - from < patienceMs) {
    const answer = await fetch(`${url}/readyz`);
    await answer.arrayBuffer();
    if (answer.status === status) return now() - from;
    await pause(50);
  }
  return Number.NaN;
}
