/**
 * `node services/audio/library/bench.ts`: the first start with the built-in set (when each piece is there and analysed, in
 * ms since the process began), the next start, and how much faster than real time each format is analysed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeBuiltinSet } from "./builtin/builtin.ts";
import { Library } from "./library.ts";
import { beats, flac, mp3, opus, vorbis, wav } from "./testing/files.ts";

const dir = mkdtempSync(join(tmpdir(), "hereabouts-bench-"));
const onError = (error: Error) => console.error(error);

async function start(name: string, since: number): Promise<void> {
  const at = () => (performance.now() - since).toFixed(0);
  const library = new Library({
    dir,
    onTrack: ({ tags, sound }) =>
      console.log(
        `${name}: ${tags.title.padEnd(14)} at ${at().padStart(5)} ms  ${sound.durationS.toFixed(1)} s ` +
          `${sound.loudnessLufs.toFixed(1)} LUFS  ${sound.features.tempoBpm.toFixed(0)} bpm ` +
          `${sound.features.brightnessHz.toFixed(0)} Hz  energy ${sound.features.energy.toFixed(2)}`,
      ),
  });
  const adding: Promise<unknown>[] = [];
  await makeBuiltinSet({ dir: join(dir, "builtin"), onError, onReady: (path) => adding.push(library.add(path)) }).done;
  await Promise.all(adding);
  await library.close();
  console.log(`${name}: all at ${at()} ms`);
}

await start("first start", 0);
await start("next start", performance.now());

const seconds = 120;
const song = beats({ bpm: 120, seconds });
const files = {
  "a.mp3": await mp3(song),
  "a.flac": flac(song),
  "a.ogg": await vorbis(song),
  "a.opus": opus(seconds),
  "a.wav": wav(song),
};
const library = new Library({ dir: ":memory:" });
for (const [name, bytes] of Object.entries(files)) {
  writeFileSync(join(dir, name), bytes);
  const from = performance.now();
  await library.add(join(dir, name));
  console.log(`${name.padEnd(7)} ${((seconds * 1000) / (performance.now() - from)).toFixed(0)} times real time`);
}
await library.close();
rmSync(dir, { recursive: true, force: true });
