/** Percussion: one stroke each, at 44.1 kHz. `tune` moves its pitch or its colour: 1 is as made, 2 an octave up. */
import { sampleRate } from "./voices.ts";

export const drumNames = ["kick", "snare", "hat", "shaker", "tom", "rim"] as const;
export type Drum = (typeof drumNames)[number];

/** What a stroke is made of: a tone that falls from one pitch to another, and filtered noise. */
type Stroke = {
  seconds: number;
  fromHz: number;
  toHz: number;
  /** How fast the pitch falls, and how fast tone and noise die away. */
  fallS: number;
  toneS: number;
  noiseS: number;
  tone: number;
  noise: number;
  highPassHz: number;
  lowPassHz: number;
};

const strokes: Record<Drum, Stroke> = {
  kick: {
    ...{ seconds: 0.4, fromHz: 150, toHz: 48, fallS: 0.03, toneS: 0.12, noiseS: 0.004 },
    ...{ tone: 1, noise: 0.25, highPassHz: 400, lowPassHz: 5000 },
  },
  snare: {
    ...{ seconds: 0.3, fromHz: 240, toHz: 185, fallS: 0.03, toneS: 0.06, noiseS: 0.08 },
    ...{ tone: 0.5, noise: 0.7, highPassHz: 900, lowPassHz: 9000 },
  },
  hat: {
    ...{ seconds: 0.12, fromHz: 1, toHz: 1, fallS: 1, toneS: 1, noiseS: 0.025 },
    ...{ tone: 0, noise: 0.6, highPassHz: 6500, lowPassHz: 14_000 },
  },
  shaker: {
    ...{ seconds: 0.14, fromHz: 1, toHz: 1, fallS: 1, toneS: 1, noiseS: 0.04 },
    ...{ tone: 0, noise: 0.4, highPassHz: 3500, lowPassHz: 8000 },
  },
  tom: {
    ...{ seconds: 0.5, fromHz: 150, toHz: 88, fallS: 0.08, toneS: 0.16, noiseS: 0.01 },
    ...{ tone: 0.9, noise: 0.15, highPassHz: 300, lowPassHz: 3000 },
  },
  rim: {
    ...{ seconds: 0.08, fromHz: 820, toHz: 780, fallS: 0.02, toneS: 0.012, noiseS: 0.006 },
    ...{ tone: 0.6, noise: 0.2, highPassHz: 1500, lowPassHz: 7000 },
  },
};

export function stroke(drum: Drum, tune: number, random: () => number): Float32Array {
  const it = strokes[drum];
  const samples = new Float32Array(Math.round(it.seconds * sampleRate));
  const opens = (hz: number) => 1 - Math.exp((-2 * Math.PI * Math.min(16_000, hz * tune)) / sampleRate);
  const [high, low] = [opens(it.highPassHz), opens(it.lowPassHz)];
  let [phase, under, held] = [0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const t = i / sampleRate;
    phase += (tuneOf(it, t) * tune) / sampleRate;
    held += low * (2 * random() - 1 - held);
    under += high * (held - under);
    const toneNow = it.tone * Math.exp(-t / it.toneS) * Math.sin(2 * Math.PI * phase);
    const noiseNow = it.noise * Math.exp(-t / it.noiseS) * (held - under);
    const ends = Math.min(1, i / 40, (samples.length - 1 - i) / 400);
    samples[i] = (toneNow + noiseNow) * ends;
  }
  return samples;
}

const tuneOf = (it: Stroke, t: number) => it.toHz + (it.fromHz - it.toHz) * Math.exp(-t / it.fallS);
