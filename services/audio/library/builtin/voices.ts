/**
 * Instruments: each gives the samples of one note or stroke at 44.1 kHz, starting and ending at silence so that notes can
 * be laid over each other without a click.
 */
export const sampleRate = 44_100;

/** Oscillator, envelope and low-pass filter of a tone. */
export type Voice = {
  wave: "sine" | "triangle" | "saw" | "square" | "bell" | "pluck";
  attackS: number;
  /** Time in which the tone falls to a third of what is above `sustain`. */
  decayS: number;
  sustain: number;
  releaseS: number;
  cutoffHz: number;
  /** Octaves that the filter opens further at the start of a note. */
  sweep: number;
  /** Cents between two oscillators; 0 is one. */
  detune: number;
};

/** What rounds a waveform's corners so that it does not alias (polynomial band-limited step). */
function bent(phase: number, step: number): number {
  if (phase < step) {
    const t = phase / step;
    return t + t - t * t - 1;
  }
  if (phase > 1 - step) {
    const t = (phase - 1) / step;
    return t * t + t + t + 1;
  }
  return 0;
}

function oscillate(wave: Voice["wave"], phase: number, step: number): number {
  switch (wave) {
    case "saw":
      return 2 * phase - 1 - bent(phase, step);
    case "square":
      return (phase < 0.5 ? 1 : -1) + bent(phase, step) - bent((phase + 0.5) % 1, step);
    case "triangle":
      return 1 - 4 * Math.abs(phase - 0.5);
    default:
      return Math.sin(2 * Math.PI * phase);
  }
}

/** A tone that is held for `heldS` and then released. */
export function tone(voice: Voice, hz: number, heldS: number, random: () => number): Float32Array {
  if (voice.wave === "pluck") return pluck(voice, hz, heldS, random);
  const held = Math.round(heldS * sampleRate);
  const samples = new Float32Array(held + Math.round(voice.releaseS * sampleRate));
  const ratio = 2 ** (voice.detune / 2400);
  const steps = voice.detune > 0 ? [(hz * ratio) / sampleRate, hz / ratio / sampleRate] : [hz / sampleRate];
  const phases = steps.map(() => random());
  const attack = Math.max(1, voice.attackS * sampleRate);
  const decay = Math.exp(-1 / (voice.decayS * sampleRate));
  let [above, low, lower, open] = [1, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    if (i % 32 === 0) open = coefficient(voice.cutoffHz * 2 ** (voice.sweep * above));
    let sum = 0;
    for (let o = 0; o < steps.length; o++) {
      const phase = phases[o]!;
      sum +=
        voice.wave === "bell"
          ? Math.sin(2 * Math.PI * phase + 1.6 * above * Math.sin(2 * Math.PI * 3.5 * phase))
          : oscillate(voice.wave, phase, steps[o]!);
      // a bell's second oscillator wraps at whole numbers of both
      phases[o] = voice.wave === "bell" ? (phase + steps[o]!) % 2 : (phase + steps[o]!) % 1;
    }
    low += open * (sum - low);
    lower += open * (low - lower);
    const gain = Math.min(1, i / attack) * (voice.sustain + (1 - voice.sustain) * above);
    samples[i] = lower * gain * released(i, held, samples.length);
    if (i > attack) above *= decay;
  }
  return samples;
}

const coefficient = (hz: number) => 1 - Math.exp((-2 * Math.PI * Math.min(hz, 18_000)) / sampleRate);

/** 1 while held, then down to 0 at the end of the samples, without a corner. */
function released(i: number, held: number, length: number): number {
  return i < held ? 1 : 0.5 + 0.5 * Math.cos((Math.PI * (i - held)) / (length - held));
}

/** A plucked string: noise that runs round a loop and is softened at each turn (Karplus and Strong). */
function pluck(voice: Voice, hz: number, heldS: number, random: () => number): Float32Array {
  const held = Math.round(heldS * sampleRate);
  const samples = new Float32Array(held + Math.round(voice.releaseS * sampleRate));
  const turn = sampleRate / hz - 0.5;
  const loop = new Float32Array(Math.floor(turn) + 1);
  const open = coefficient(voice.cutoffHz);
  let low = 0;
  for (let i = 0; i < loop.length; i++) {
    low += open * (2 * random() - 1 - low);
    loop[i] = low;
  }
  const mean = loop.reduce((sum, value) => sum + value, 0) / loop.length;
  const loss = Math.exp(-1 / (voice.decayS * hz));
  // an all-pass of the fraction keeps it in tune
  const fraction = turn - Math.floor(turn);
  const bend = (1 - fraction) / (1 + fraction);
  const attack = voice.attackS * sampleRate;
  let [at, before, soft, tuned] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const now = loop[at]! - mean;
    const softBefore = soft;
    soft = loss * 0.5 * (now + before);
    tuned = bend * (soft - tuned) + softBefore;
    loop[at] = tuned + mean;
    before = now;
    at = (at + 1) % loop.length;
    samples[i] = 2 * now * Math.min(1, i / attack) * released(i, held, samples.length);
  }
  return samples;
}
