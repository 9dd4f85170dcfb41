/**
 * A score as stereo samples: notes laid over each other, a reverb, one loudness for every piece, and a limiter, so that
 * what an MP3 encoder makes of it stays below -1 dBFS.
 */
import { seededRandom } from "../../random.ts";
import { LoudnessMeter } from "../loudness.ts";
import { stroke } from "./drums.ts";
import type { Piece } from "./pieces.ts";
import { scoreOf } from "./score.ts";
import { sampleRate, tone } from "./voices.ts";

const targetLufs = -16;
/** Encoding at 128 kbit/s adds up to 1.5 dB to the peaks. */
const ceiling = 10 ** (-3 / 20);

export type Stereo = [Float32Array, Float32Array];

export function render(piece: Piece): Stereo {
  const { notes, lengthS } = scoreOf(piece);
  const length = Math.round(lengthS * sampleRate);
  const dry: Stereo = [new Float32Array(length), new Float32Array(length)];
  const wet: Stereo = [new Float32Array(length), new Float32Array(length)];
  const random = seededRandom(piece.seed + 1);
  const made = new Map<string, Float32Array>();
  for (const note of notes) {
    const name = note.kind === "drum" ? note.drum : `${note.pitch} ${note.heldS.toFixed(3)} ${voiceName(note.voice)}`;
    let samples = made.get(name);
    if (!samples) {
      samples =
        note.kind === "drum"
          ? stroke(note.drum, piece.drumTune, random)
          : tone(note.voice, 440 * 2 ** ((note.pitch - 69) / 12), note.heldS, random);
      made.set(name, samples);
    }
    const from = Math.round(note.startS * sampleRate);
    // equal power from left to right
    const angle = ((1 + note.pan) * Math.PI) / 4;
    const room = note.room * piece.room;
    lay(samples, dry[0], from, note.gain * Math.cos(angle), wet[0], room);
    lay(samples, dry[1], from, note.gain * Math.sin(angle), wet[1], room);
  }
  reverberate(wet[0], dry[0], 0);
  reverberate(wet[1], dry[1], 23);
  fadeOut(dry);
  master(dry);
  return dry;
}

const voices = new WeakMap<object, number>();
let voicesNamed = 0;
function voiceName(voice: object): number {
  const name = voices.get(voice) ?? ++voicesNamed;
  voices.set(voice, name);
  return name;
}

function lay(note: Float32Array, dry: Float32Array, from: number, gain: number, wet: Float32Array, room: number): void {
  const length = Math.min(note.length, dry.length - from);
  for (let i = 0; i < length; i++) {
    const value = gain * note[i]!;
    dry[from + i]! += value;
    wet[from + i]! += room * value;
  }
}

/** Delays of parallel combs and of the all-passes after them, in samples; no two have a common factor worth hearing. */
const combs = [1557, 1617, 1491, 1422];
const allPasses = [556, 341];

/** Adds what a room makes of `wet` to `to`. */
function reverberate(wet: Float32Array, to: Float32Array, spread: number): void {
  const room = new Float32Array(wet.length);
  for (const delay of combs) {
    const line = new Float32Array(delay + spread);
    let [at, dull] = [0, 0];
    for (let i = 0; i < wet.length; i++) {
      const out = line[at]!;
      dull = out * 0.7 + dull * 0.3;
      line[at] = wet[i]! + dull * 0.8;
      room[i]! += out * 0.25;
      at = at + 1 === line.length ? 0 : at + 1;
    }
  }
  for (const delay of allPasses) {
    const line = new Float32Array(delay + spread);
    let at = 0;
    for (let i = 0; i < room.length; i++) {
      const out = line[at]! - 0.5 * room[i]!;
      line[at] = room[i]! + 0.5 * out;
      room[i] = out;
      at = at + 1 === line.length ? 0 : at + 1;
    }
  }
  for (let i = 0; i < to.length; i++) to[i]! += room[i]!;
}

/** The last two seconds ring out to nothing. */
function fadeOut(stereo: Stereo): void {
  const length = 2 * sampleRate;
  for (const channel of stereo) {
    const from = channel.length - length;
    for (let i = 0; i < length; i++) channel[from + i]! *= 0.5 + 0.5 * Math.cos((Math.PI * i) / length);
  }
}

function master(stereo: Stereo): void {
  const meter = new LoudnessMeter(sampleRate);
  meter.push(...stereo);
  const gain = 10 ** ((targetLufs - meter.finish().loudnessLufs) / 20);
  for (const channel of stereo) for (let i = 0; i < channel.length; i++) channel[i]! *= gain;
  limit(stereo);
}

/** Blocks of 1.5 ms; a gain is reached four blocks ahead of the peak and let go over some 50 ms. */
const block = 64;

function limit(stereo: Stereo): void {
  const [left, right] = stereo;
  const blocks = Math.ceil(left.length / block) + 1;
  const wanted = new Float32Array(blocks).fill(1);
  for (let i = 0; i < left.length; i++) {
    const peak = Math.max(Math.abs(left[i]!), Math.abs(right[i]!));
    const at = Math.floor(i / block);
    if (peak * wanted[at]! > ceiling) wanted[at] = ceiling / peak;
  }
  // the least that any block near wants, coming back by 3 % a block
  const gains = wanted.map((_, at) => Math.min(...wanted.subarray(Math.max(0, at - 1), at + 5)));
  for (let at = 1; at < blocks; at++) gains[at] = Math.min(gains[at]!, gains[at - 1]! * 1.03);
  for (let i = 0; i < left.length; i++) {
    const at = Math.floor(i / block);
    const share = (i % block) / block;
    const gain = gains[at]! * (1 - share) + (gains[at + 1] ?? 1) * share;
    left[i]! *= gain;
    right[i]! *= gain;
  }
}
