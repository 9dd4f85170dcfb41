/**
 * A library of 100,000 tracks: the second start with it, and choosing among them. Its files are tiny, and what analysis
 * would have found in them is made up and put where it is kept: what analysing costs, `services/audio/library/bench.ts` tells.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { directions } from "../../schema/directions.ts";
import { madeUpPoints } from "../../services/audio/explorer/testing/points.ts";
import { analysisVersion, LibraryCache } from "../../services/audio/library/cache.ts";
import { now, pause } from "../lib/clock.ts";
import { glanceAt } from "../lib/glance.ts";
import { createHistogram } from "../lib/histogram.ts";
import { metric } from "../lib/prometheus.ts";
import type { Run } from "../lib/scenario.ts";
import { makeStations } from "../lib/stations.ts";
import { audioEnv, startHereabouts, type Target } from "../lib/target.ts";
import type { Limit } from "./lib/limit.ts";
import { costOf, cpuOf, figuresOf, get, msOf, repeat, timed, timesOf } from "./lib/times.ts";

const inFull = 100_000;
const perFolder = 1000;
const scanMs = 120_000;
const lookMs = 200;
/** As many as one may command at once; each kind in a session of its own would be the same person's still. */
const times = 19;

export const tracks: Limit = {
  summary: "a library of 100,000 tracks",
  findings: {
    tracks: { what: "tracks", unit: "" },
    ready: { what: "until the server takes people", unit: "ms", most: 5000 },
    scan: { what: "until all are found again", unit: "s", digits: 1 },
    ...timesOf("scan.answer", "a request that does nothing meanwhile", 100),
    memory: { what: "memory each", unit: "kB", digits: 2 },
    ...costOf("round", "a request that does nothing then"),
    ...costOf("next", "choosing the next track, by HTTP", 15),
    ...costOf("turn", "turning in each direction, by HTTP", 15),
    ...costOf("list", "a page of the list", 30),
    ...costOf("search", "a page of a search", 60),
    ...costOf("last", "the last page", 30),
  },
  async run(share, run) {
    const count = Math.max(perFolder, Math.round(inFull * share));
    const dir = mkdtempSync(join(tmpdir(), "hereabouts-limits-"));
    try {
      makeLibrary(dir, count, run);
      let target: Target | undefined;
      const env = { ...audioEnv, MUSIC_DIR: join(dir, "music"), DATA_DIR: join(dir, "data") };
      const ready = await msOf(async () => {
        target = await startHereabouts(undefined, { env });
      });
      try {
        return { figures: { tracks: count, ready, ...(await measure(target!, count, run)) }, wrong: [] };
      } finally {
        await target!.stop();
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

async function measure(target: Target, count: number, run: Run) {
  const { url } = target;
  const before = await glanceAt(target);
  const meanwhile = createHistogram();
  const from = now();
  for (let found = 0; found < count; await pause(lookMs, run.signal)) {
    if (run.signal.aborted || now() - from > scanMs) throw new Error(`only ${found} of ${count} tracks were found`);
    for (let i = 0; i < 10; i++) await timed(meanwhile, () => get(`${url}/healthz`));
    found = metric(await get(`${url}/metrics`), "hereabouts_audio_tracks") ?? 0;
  }
  const scan = (now() - from) / 1000;
  await pause(2000, run.signal);
  const after = await glanceAt(target);
  const station = (await makeStations(target, 1, false))[0]!;
  const headers = { "content-type": "application/json" };
  const command = (path: string, body: object) =>
    get(`${url}/session/${station.session}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const measured = async (name: string, work: (i: number) => Promise<unknown>) => {
    let found = {};
    const repeated = async () => {
      found = await repeat(name, times, work);
    };
    return { [`${name}.cpu`]: await cpuOf(target, times, repeated), ...found };
  };
  const page = (name: string, query: string) => measured(name, () => get(`${url}/api/audio/tracks?${query}`));
  await command("next-track", {}); // the first builds what the rest choose in
  return {
    scan,
    ...figuresOf("scan.answer", meanwhile),
    memory: (after!.rssBytes - before!.rssBytes) / 1000 / count,
    ...(await measured("round", () => get(`${url}/healthz`))),
    ...(await measured("next", () => command("next-track", {}))),
    ...(await measured("turn", (i) => command("direction", { direction: directions[i % directions.length] }))),
    ...(await page("list", "limit=50")),
    ...(await page("search", "query=piece 99 artist&limit=50")),
    ...(await page("last", `offset=${count - 50}&limit=50`)),
  };
}

/** Files of music that are none, and a cache that knows them. */
function makeLibrary(dir: string, count: number, run: Run): void {
  run.progress(`${count} files are made`);
  new LibraryCache(join(dir, "data", "audio")).close();
  const db = new DatabaseSync(join(dir, "data", "audio", "library.db"));
  const file = db.prepare("INSERT INTO files VALUES (?, ?, ?, ?)");
  const content = db.prepare("INSERT INTO contents VALUES (?, ?, ?)");
  db.exec("BEGIN");
  for (const [i, { tags, sound }] of madeUpPoints(count, 1).entries()) {
    const folder = join(dir, "music", `album ${Math.floor(i / perFolder)}`);
    if (i % perFolder === 0) mkdirSync(folder, { recursive: true });
    const path = join(folder, `track ${i}.mp3`);
    writeFileSync(path, `track ${i}`);
    const { size, mtimeMs } = statSync(path);
    const hash = createHash("sha256").update(`track ${i}`).digest("hex");
    file.run(path, size, mtimeMs, hash);
    const whole = { durationS: 180, sampleRate: 44_100, channels: 2, loudnessLufs: -14, peakDbfs: -1 };
    const heard = { soundFromS: 0, soundToS: 180, quietFromS: 178 };
    const analysis = {
      format: "mp3",
      tags: { title: `Piece ${i}`, artist: tags.artist, album: `Album ${Math.floor(i / 10)}`, track: i % 10 },
      sound: { ...whole, ...heard, features: sound.features },
    };
    content.run(hash, analysisVersion, JSON.stringify({ analysis }));
  }
  db.exec("COMMIT");
  db.close();
}
