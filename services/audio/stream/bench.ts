/**
 * `node services/audio/stream/bench.ts [sessions] [seconds] [folder]`: named sessions with a listener each, tracks of
 * 210 s: what is late, CPU and memory per session, beside a live decode, mix and encode of the same in the same run; and
 * the same sessions with nobody listening. For one core: `taskset -c 0`. A folder that is kept spares the next run the
 * analysis.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { encode, type Quality } from "../crossfade/codec.ts";
import { createCrossfades } from "../crossfade/crossfades.ts";
import { transcode } from "../crossfade/transcode.ts";
import { remux } from "../mp3/remux.ts";
import { frameCount } from "../mp3/track.ts";
import { seededRandom } from "../random.ts";
import { music, trackOf } from "../testing/music.ts";
import type { Clock } from "./streams.ts";
import { createStreams, crossfadeOptions } from "./streams.ts";

const [sessions = 500, seconds = 60] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
const dir = kept ?? mkdtempSync(join(tmpdir(), "hereabouts-bench-"));
const random = seededRandom(1);
const trackSeconds = 210;
const pieceSeconds = 35;
const qualities: Quality[] = [{ bitrate: 128 }, { bitrate: 192 }, { vbrQuality: 2 }];

/** Twelve tracks out of the same six pieces, in other orders. */
async function writeTracks(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  const pieces = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => trackOf(await encode(music(pieceSeconds, i), qualities[i % 3]!))),
  );
  for (let i = 0; i < 12; i++) {
    const runs = Array.from({ length: trackSeconds / pieceSeconds }, () => {
      const track = pieces[Math.floor(random() * pieces.length)]!;
      return { track, from: 0, to: frameCount(track), gain: 0 };
    });
    writeFileSync(join(folder, `${i}.mp3`), remux(runs));
  }
}

async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

await writeTracks(join(dir, "music"));
const live = await encode(music(20, 9), { bitrate: 192 });
/** CPU of a second of one stream that is decoded and encoded all the time, in ms. */
const liveMs = async () => (await cpuMs(() => transcode({ source: { mp3: live }, bitrate: 128 }))) / 20;
await liveMs();

let shiftMs = 0;
const clock: Clock = {
  now: () => performance.timeOrigin + performance.now() - shiftMs,
  every(ms, run) {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};
let fades = 0;
// no fade is used twice: in a large library hardly any would be
const pool = createCrossfades({ ...crossfadeOptions(), cacheBytes: 0 });
const crossfades: typeof pool = {
  ...pool,
  fade: (...args) => {
    fades++;
    return pool.fade(...args);
  },
};
const onSkipped = (path: string, reason: string) => console.error(path, reason);
const streams = createStreams({ musicDir: join(dir, "music"), dataDir: dir, onSkipped, clock, crossfades });
await streams.ready;
while (streams.figures.tracks < 12) await wait(100);

const rssBefore = process.memoryUsage().rss;
const all = Array.from({ length: sessions }, () => {
  shiftMs = random() * trackSeconds * 1000;
  return streams.open();
});
shiftMs = 0;
const unheardMs = await cpuMs(() => wait(5000));

let bytes = 0;
const sink = {
  pendingBytes: 0,
  write(part: Uint8Array) {
    bytes += part.length;
    return true;
  },
  end() {},
  destroy() {},
};
const listeners = [];
for (const session of all) {
  listeners.push(session.listen({ sink, icy: false }));
  await wait(5000 / sessions);
}
await wait(5000);
const liveBefore = await liveMs();
const before = { ...streams.figures, fades, bytes };
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const mainBefore = process.threadCpuUsage();
const since = performance.now();
const spent = await cpuMs(() => wait(seconds * 1000));
const passed = (performance.now() - since) / 1000;
const main = process.threadCpuUsage(mainBefore);
delay.disable();
const liveAfter = await liveMs();
const rss = process.memoryUsage().rss;
const { late, rendering } = streams.figures;

const figure = (value: number, digits = 2) => value.toFixed(digits);
const perSession = spent / passed / sessions;
const lives = (liveBefore + liveAfter) / 2;
console.log(`${rendering} sessions with a listener each for ${figure(passed, 0)} s, tracks of ${trackSeconds} s`);
console.log(
  `late: ${late - before.late} (and ${before.late} while they began); fades asked for: ${fades - before.fades}`,
);
console.log(`CPU: ${figure(spent / passed / 10, 1)} % of a core, ${figure(perSession / 10, 4)} % a session`);
console.log(`  of it on the server's thread: ${figure((main.user + main.system) / 1000 / passed / 10, 1)} % of a core`);
console.log(
  `  live decode, mix, encode: ${figure(lives / 10, 3)} % a session, ${figure(lives / perSession, 1)} times as much`,
);
console.log(
  `event loop held up: p99 ${figure(delay.percentile(99) / 1e6, 1)} ms, longest ${figure(delay.max / 1e6, 1)} ms`,
);
console.log(`sent: ${figure((bytes - before.bytes) / passed / sessions / 125, 0)} kbit/s a session`);
console.log(
  `memory: ${figure((rss - rssBefore) / 1e6, 0)} MB more, ${figure((rss - rssBefore) / sessions / 1e3, 0)} kB a session`,
);
console.log(`nobody listening, 5 s: ${figure(unheardMs / 50, 2)} % of a core for all`);
await streams.close();
if (!kept) rmSync(dir, { recursive: true, force: true });
