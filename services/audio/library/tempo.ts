/**
 * Tempo from an onset envelope: the beat whose multiples the envelope repeats at. People disagree by octaves, so what is
 * found is folded to where most tap; the confidence tells how far it stands above tempi that are no octave of it.
 */

const slowestBpm = 60;
const fastestBpm = 190;
/** Multiples of a beat that must agree, and how much each counts. */
const multiples = [
  [1, 1],
  [2, 0.9],
  [3, 0.5],
  [4, 0.8],
] as const;

export type Tempo = { tempoBpm: number; tempoConfidence: number };

/** `envelope` has `perS` values a second. */
export function tempoOf(envelope: Float32Array, perS: number): Tempo {
  const unknown = { tempoBpm: 110, tempoConfidence: 0 };
  const sharp = sharpened(envelope, Math.round(perS / 2));
  const repeats = autocorrelation(sharp, Math.ceil((4.1 * 60 * perS) / slowestBpm));
  if (!repeats) return unknown;

  const scored: { bpm: number; score: number }[] = [];
  for (let bpm = slowestBpm; bpm <= fastestBpm; bpm *= 1.002) {
    const lag = (60 * perS) / bpm;
    let fit = 0;
    for (const [times, weight] of multiples) fit += weight * at(repeats, lag * times);
    const taste = Math.exp(-0.5 * (Math.log2(bpm / 118) / 0.9) ** 2);
    scored.push({ bpm, score: Math.max(0, fit) * taste });
  }
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score <= 0) return unknown;
  const rival = scored.reduce((most, one) => (isOctave(one.bpm, best.bpm) ? most : Math.max(most, one.score)), 0);
  const height = Math.min(1, Math.max(0, at(repeats, (60 * perS) / best.bpm)) * 2.5);
  return { tempoBpm: best.bpm, tempoConfidence: height * Math.min(1, 1.5 * (1 - rival / best.score)) };
}

/** Within 4 % of the same tempo, its double or its half. */
function isOctave(a: number, b: number): boolean {
  const octaves = Math.log2(a / b);
  return Math.abs(octaves - Math.round(octaves)) < 0.06;
}

/** What rises above its surroundings. */
function sharpened(envelope: Float32Array, around: number): Float32Array {
  const sums = new Float64Array(envelope.length + 1);
  for (let i = 0; i < envelope.length; i++) sums[i + 1] = sums[i]! + envelope[i]!;
  return envelope.map((value, i) => {
    const from = Math.max(0, i - around);
    const to = Math.min(envelope.length, i + around + 1);
    return Math.max(0, value - (sums[to]! - sums[from]!) / (to - from));
  });
}

/** Normalized: 1 at lag 0, without the mean. Nothing if the envelope is flat or too short to repeat anything. */
function autocorrelation(values: Float32Array, lags: number): Float32Array | undefined {
  const n = values.length;
  if (n < 1.5 * lags) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const centred = values.map((value) => value - mean);
  const repeats = new Float32Array(lags + 1);
  for (let lag = 0; lag <= lags; lag++) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += centred[i]! * centred[i - lag]!;
    repeats[lag] = sum / (n - lag);
  }
  const power = repeats[0]!;
  return power > 1e-9 ? repeats.map((value) => value / power) : undefined;
}

/** Between two lags. */
function at(values: Float32Array, lag: number): number {
  const below = Math.floor(lag);
  const share = lag - below;
  return (values[below] ?? 0) * (1 - share) + (values[below + 1] ?? 0) * share;
}
