/**
 * What a second of sound costs that `remux` lays out: `node services/audio/mp3/bench.ts [seconds]` for each of 500 sessions, each of
 * which holds its last ten. Count instructions by `perf stat`, once with few and once with many, to leave out the start.
 */
import { headerBytes, sideBytes } from "./header.ts";
import { remux, segmentFrames } from "./remux.ts";
import type { Track } from "./track.ts";

const sessions = 500;
const kept = 10;
/** Of one frame, at some 110 kbit/s. */
const mainBytes = 360;

const seconds = Number(process.argv[2] ?? 60);
const track: Track = {
  headers: new Uint8Array(segmentFrames * headerBytes),
  sides: new Uint8Array(segmentFrames * sideBytes),
  starts: Uint32Array.from({ length: segmentFrames + 1 }, (_, frame) => frame * mainBytes),
  main: new Uint8Array(segmentFrames * mainBytes).fill(5),
  needs: new Uint16Array(segmentFrames),
  musicFrom: 0,
  musicTo: segmentFrames,
};
const held: Uint8Array[] = [];
const from = performance.now();
for (let n = 0; n < seconds * sessions; n++) {
  held[n % (sessions * kept)] = remux([{ track, from: 0, to: segmentFrames, gain: 0 }]);
}
const each = (performance.now() - from) / seconds / sessions;
console.log(`${(each * 1000).toFixed(1)} us a second of a session, ${held[0]?.length} bytes`);
