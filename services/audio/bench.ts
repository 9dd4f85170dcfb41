/**
 * `node services/audio/bench.ts`: what audio costs without anybody listening. CPU of remuxing one session for an hour,
 * of one fade and of a transcode; memory of parsed tracks. Sources are made first, at four qualities. CPU is that of
 * this thread, which does everything here that worker threads do on a server.
 */
import { decode, encode, type Quality } from "./crossfade/codec.ts";
import { cutFadeJob, makeFade } from "./crossfade/fade.ts";
import { transcode } from "./crossfade/transcode.ts";
import { frameSamples, streamHz } from "./mp3/header.ts";
import { parse } from "./mp3/parse.ts";
import { segments } from "./mp3/remux.ts";
import { frameCount, type Track, trackBytes } from "./mp3/track.ts";
import { music, seeded } from "./testing/music.ts";

const qualities: Record<string, Quality> = {
  "128 kbit/s": { bitrate: 128 },
  "192 kbit/s": { bitrate: 192 },
  V2: { vbrQuality: 2 },
  "320 kbit/s": { bitrate: 320 },
};
const sourceSeconds = 60;
const fades = 40;
const fadeFrames = 96;
const hourFrames = Math.round((3600 * streamHz) / frameSamples);

async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const figure = (value: number, digits = 1) => value.toFixed(digits).padStart(8);

console.log(
  "source        parse, ms/min   memory, kB/min   of file   an hour remuxed, CPU s   % of a core   bytes/file",
);
const tracks: Track[] = [];
for (const [index, [name, quality]] of Object.entries(qualities).entries()) {
  const file = await encode(music(sourceSeconds, index), quality);
  const minutes = sourceSeconds / 60;
  parse(file);
  const parseMs =
    (await cpuMs(() => {
      for (let i = 0; i < 10; i++) parse(file);
    })) / 10;
  const parsed = parse(file);
  if (parsed.kind !== "track") throw new Error(`${name}: ${parsed.kind}`);
  const { track } = parsed;
  tracks.push(track);
  const frames = frameCount(track);
  const rounds = Math.ceil(hourFrames / frames);
  let bytes = 0;
  const remuxMs = await cpuMs(() => {
    const runs = Array.from({ length: rounds }, () => ({ track, from: 0, to: frames, gain: -2 }));
    for (const segment of segments(runs)) bytes += segment.bytes.length;
  });
  const hourMs = (remuxMs * hourFrames) / (rounds * frames);
  console.log(
    `${name.padEnd(12)}${figure(parseMs / minutes)}${figure(trackBytes(track) / 1000 / minutes).padStart(17)}` +
      `${figure(trackBytes(track) / file.length, 3).padStart(12)}${figure(hourMs / 1000, 3).padStart(20)}` +
      `${figure(hourMs / 36_000, 4).padStart(18)}${figure(bytes / rounds / file.length, 3).padStart(13)}`,
  );
}

const random = seeded(1);
const pick = (count: number) => Math.floor(random() * count);
const times: number[] = [];
for (let i = 0; i < fades; i++) {
  const side = () => ({ track: tracks[pick(tracks.length)]!, at: 20 + pick(1900), gain: -1 });
  times.push(await cpuMs(() => makeFade(cutFadeJob({ a: side(), b: side(), frames: fadeFrames }))));
}
times.sort((a, b) => a - b);
const at = (part: number) => figure(times[Math.floor(times.length * part)]!);
console.log(
  `\na fade of ${fadeFrames} frames, CPU ms: middle ${at(0.5)}   9 of 10 below ${at(0.9)}   most ${at(0.999)}`,
);

const pcm = music(sourceSeconds, 9);
const source = await encode(pcm, { bitrate: 320 }, 48_000);
const transcodeMs = await cpuMs(() => transcode({ source: { mp3: source }, bitrate: 128 }));
const decodeMs = await cpuMs(() => decode(source));
console.log(
  `a transcode, CPU ms for each minute: ${figure(transcodeMs)}   (decoding alone ${figure(decodeMs)})` +
    `   that is ${figure(transcodeMs / 600, 2)} % of a core for one that is heard`,
);
