/**
 * The built-in set: what each piece is made of. They lie apart in tempo, brightness and energy, and not all on one line:
 * there are slow bright ones and fast dark ones, so that every direction leads somewhere from everywhere but the ends.
 * The first is the shortest, as it is what a first start waits for.
 */
import type { Drum } from "./drums.ts";
import type { Voice } from "./voices.ts";

export type Piece = {
  /** Stands in the file's name. */
  name: string;
  title: string;
  artist: string;
  seed: number;
  bpm: number;
  bars: number;
  /** Pitch class, 0 is C. */
  tonic: number;
  scale: keyof typeof scales;
  /** Degrees of the scale, one a bar, repeated. */
  chords: readonly number[];
  /** Sixteen steps a bar: `x` a stroke, `o` a soft one. */
  beat: Partial<Record<Drum, string>>;
  drumGain: number;
  drumTune: number;
  bass: { voice: Voice; steps: string; gain: number };
  pad: { voice: Voice; gain: number };
  melody: { voice: Voice; octave: number; gain: number; notesPerBar: number };
  /** Broken chords in sixteenths (or eighths with `every` 2). */
  arpeggio?: { voice: Voice; octave: number; gain: number; every: number };
  /** Share of reverb. */
  room: number;
};

export const scales = {
  major: [0, 2, 4, 5, 7, 9, 11],
  lydian: [0, 2, 4, 6, 7, 9, 11],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  minor: [0, 2, 3, 5, 7, 8, 10],
} as const;

const voice = (wave: Voice["wave"], cutoffHz: number, more: Partial<Voice> = {}): Voice => ({
  ...{ wave, cutoffHz, attackS: 0.005, decayS: 0.3, sustain: 0.6, releaseS: 0.12, sweep: 0, detune: 0 },
  ...more,
});
const softPad = (cutoffHz: number) =>
  voice("saw", cutoffHz, { attackS: 0.5, decayS: 2, sustain: 0.8, releaseS: 1.2, detune: 14 });
const bell = (cutoffHz: number, decayS = 0.7) =>
  voice("bell", cutoffHz, { attackS: 0.002, decayS, sustain: 0.02, releaseS: 0.6 });
const string = (cutoffHz: number, decayS = 0.4) => voice("pluck", cutoffHz, { attackS: 0.002, decayS, releaseS: 0.25 });

export const pieces: readonly Piece[] = [
  {
    ...{ name: "first-light", title: "First Light", artist: "Mill Pond", seed: 11 },
    ...{ bpm: 99, bars: 24, tonic: 7, scale: "major", chords: [0, 4, 5, 3] },
    beat: { kick: "x.......x.o.....", snare: "....o.......o...", hat: "x.o.x.o.x.o.x.o." },
    ...{ drumGain: 0.7, drumTune: 1, room: 0.3 },
    bass: { voice: voice("triangle", 900, { sweep: 1 }), steps: "x.....x.x.......", gain: 0.8 },
    pad: { voice: softPad(1400), gain: 0.5 },
    melody: { voice: string(6000, 0.5), octave: 5, gain: 0.9, notesPerBar: 4 },
  },
  {
    ...{ name: "undertow", title: "Undertow", artist: "Slow Harbour", seed: 23 },
    ...{ bpm: 70, bars: 20, tonic: 2, scale: "minor", chords: [0, 5, 3, 4] },
    beat: { kick: "x.......o.......", rim: "....x.......x...", shaker: "..o...o...o...o." },
    ...{ drumGain: 0.5, drumTune: 0.6, room: 0.5 },
    bass: {
      voice: voice("sine", 400, { attackS: 0.03, decayS: 1.5, releaseS: 0.5 }),
      steps: "x.........x.....",
      gain: 1,
    },
    pad: { voice: softPad(450), gain: 0.9 },
    melody: { voice: voice("sine", 900, { attackS: 0.08, releaseS: 0.6 }), octave: 4, gain: 0.7, notesPerBar: 2 },
  },
  {
    ...{ name: "glass-garden", title: "Glass Garden", artist: "Mill Pond", seed: 37 },
    ...{ bpm: 80, bars: 22, tonic: 4, scale: "lydian", chords: [0, 1, 4, 0] },
    beat: { hat: "x...o...x...o...", rim: "......o.......o.", kick: "o..............." },
    ...{ drumGain: 0.5, drumTune: 1.5, room: 0.45 },
    bass: { voice: voice("triangle", 500, { releaseS: 0.5 }), steps: "x...............", gain: 0.5 },
    pad: { voice: softPad(3600), gain: 0.4 },
    melody: { voice: bell(12_000, 0.9), octave: 6, gain: 0.7, notesPerBar: 4 },
    arpeggio: { voice: string(12_000, 0.3), octave: 6, gain: 0.35, every: 2 },
  },
  {
    ...{ name: "night-bus", title: "Night Bus", artist: "Slow Harbour", seed: 41 },
    ...{ bpm: 112, bars: 30, tonic: 9, scale: "dorian", chords: [0, 3, 0, 6] },
    beat: { kick: "x.....x.x.......", snare: "....x.......x..o", tom: "..............o.", shaker: "o.o.o.o.o.o.o.o." },
    ...{ drumGain: 0.7, drumTune: 0.5, room: 0.25 },
    bass: { voice: voice("saw", 260, { sweep: 1.5, decayS: 0.15, sustain: 0.4 }), steps: "x..x..x.x..x....", gain: 1 },
    pad: { voice: softPad(650), gain: 0.6 },
    melody: { voice: voice("square", 900, { releaseS: 0.2, sweep: 1 }), octave: 4, gain: 0.45, notesPerBar: 4 },
  },
  {
    ...{ name: "signal-fires", title: "Signal Fires", artist: "Tin Comet", seed: 53 },
    ...{ bpm: 132, bars: 36, tonic: 5, scale: "minor", chords: [0, 5, 2, 6] },
    beat: { kick: "x...x...x...x...", snare: "....x.......x...", hat: "xoxxxoxxxoxxxoxx" },
    ...{ drumGain: 0.95, drumTune: 1.1, room: 0.2 },
    bass: {
      voice: voice("saw", 700, { sweep: 2, decayS: 0.1, sustain: 0.3, releaseS: 0.05 }),
      steps: "..x...x...x...xx",
      gain: 0.8,
    },
    pad: { voice: softPad(3000), gain: 0.35 },
    melody: {
      voice: voice("saw", 5000, { detune: 18, releaseS: 0.2, sweep: 1 }),
      octave: 5,
      gain: 0.4,
      notesPerBar: 6,
    },
    arpeggio: {
      voice: voice("square", 7000, { decayS: 0.06, sustain: 0.05, releaseS: 0.05 }),
      octave: 5,
      gain: 0.3,
      every: 1,
    },
  },
  {
    ...{ name: "paper-kites", title: "Paper Kites", artist: "Mill Pond", seed: 61 },
    ...{ bpm: 120, bars: 31, tonic: 0, scale: "major", chords: [0, 3, 1, 4] },
    beat: { kick: "x.......x.......", rim: "....x..o....x...", shaker: "xoxoxoxoxoxoxoxo", hat: "..x...x...x...x." },
    ...{ drumGain: 0.6, drumTune: 1.2, room: 0.3 },
    bass: { voice: string(1500, 0.3), steps: "x...x.x.x...x.x.", gain: 1 },
    pad: { voice: softPad(2200), gain: 0.3 },
    melody: { voice: string(9000, 0.35), octave: 5, gain: 0.8, notesPerBar: 6 },
    arpeggio: { voice: string(7000, 0.2), octave: 4, gain: 0.5, every: 2 },
  },
  {
    ...{ name: "slow-machines", title: "Slow Machines", artist: "Iron Tide", seed: 71 },
    ...{ bpm: 88, bars: 26, tonic: 10, scale: "minor", chords: [0, 0, 5, 6] },
    beat: { kick: "x.x.....x.x...x.", snare: "....x.......x..o", tom: "......x.......xx", hat: "xoxoxoxoxoxoxoxo" },
    ...{ drumGain: 1.1, drumTune: 0.8, room: 0.15 },
    bass: {
      voice: voice("saw", 420, { sweep: 2, decayS: 0.12, sustain: 0.5, detune: 20, releaseS: 0.05 }),
      steps: "x.xxx.x.x.xxx.xx",
      gain: 0.9,
    },
    pad: { voice: softPad(800), gain: 0.4 },
    melody: { voice: voice("square", 1500, { detune: 12, releaseS: 0.1 }), octave: 4, gain: 0.5, notesPerBar: 5 },
  },
  {
    ...{ name: "quick-water", title: "Quick Water", artist: "Slow Harbour", seed: 83 },
    ...{ bpm: 144, bars: 38, tonic: 2, scale: "mixolydian", chords: [0, 6, 3, 0] },
    beat: { rim: "o.......o.......", shaker: "o...o...o...o...", kick: "o...............", hat: "....o.......o..." },
    ...{ drumGain: 0.55, drumTune: 1.2, room: 0.4 },
    bass: { voice: voice("triangle", 700, { releaseS: 0.3 }), steps: "x.......x.......", gain: 0.7 },
    pad: { voice: softPad(1800), gain: 0.5 },
    melody: { voice: bell(8000, 0.5), octave: 5, gain: 0.5, notesPerBar: 2 },
    arpeggio: { voice: string(2500, 0.5), octave: 5, gain: 0.45, every: 2 },
  },
  {
    ...{ name: "iron-tide", title: "Iron Tide", artist: "Iron Tide", seed: 97 },
    ...{ bpm: 156, bars: 42, tonic: 4, scale: "minor", chords: [0, 0, 6, 5] },
    beat: { kick: "x...x...x...x...", snare: "....x.......x...", tom: "..x...x...x...xx", rim: "o.o.o.o.o.o.o.o." },
    ...{ drumGain: 1, drumTune: 0.5, room: 0.15 },
    bass: {
      voice: voice("saw", 350, { sweep: 1.5, decayS: 0.1, sustain: 0.5, detune: 16, releaseS: 0.04 }),
      steps: "xxxxxxxxxxxxxxxx",
      gain: 1,
    },
    pad: { voice: softPad(700), gain: 0.4 },
    melody: { voice: voice("saw", 1200, { detune: 14, releaseS: 0.15 }), octave: 4, gain: 0.5, notesPerBar: 4 },
  },
  {
    ...{ name: "white-noon", title: "White Noon", artist: "Tin Comet", seed: 101 },
    ...{ bpm: 92, bars: 25, tonic: 11, scale: "major", chords: [3, 0, 4, 5] },
    beat: { kick: "x.......x..x....", snare: "....x.......x...", hat: "xxoxxxoxxxoxxxox" },
    ...{ drumGain: 0.9, drumTune: 1.5, room: 0.25 },
    bass: {
      voice: voice("square", 600, { sweep: 1, decayS: 0.2, sustain: 0.5 }),
      steps: "x..x..x...x.x...",
      gain: 0.5,
    },
    pad: { voice: softPad(5000), gain: 0.4 },
    melody: { voice: voice("saw", 9000, { detune: 22, releaseS: 0.3 }), octave: 5, gain: 0.35, notesPerBar: 5 },
    arpeggio: { voice: bell(14_000, 0.2), octave: 6, gain: 0.3, every: 1 },
  },
];
