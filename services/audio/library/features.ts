/**
 * What a track is like, from its spectrum: tempo, key, energy, brightness and the rest of Features. Fed in chunks of any
 * size; memory grows by some 700 bytes per second of music. Onsets are relative to the level so far, not to full scale.
 */
import { Spectrum } from "./fft.ts";
import { keyOf } from "./key.ts";
import { tempoOf } from "./tempo.ts";
import type { Features } from "./track.ts";

/** Bands that onsets are looked for in: about a third of an octave each, from 60 Hz on. */
const bands = 24;

/** Of a frame: some -80 dBFS. */
const silentPower = 1e-8;

const clamp = (value: number) => Math.max(0, Math.min(1, value));

export class FeatureMeter {
  readonly #rate: number;
  readonly #size: number;
  readonly #hop: number;
  readonly #fine: Spectrum;
  readonly #coarse: Spectrum;
  /** The last samples, as long as the longer window. */
  readonly #mono: Float32Array;
  #filled = 0;
  #hops = 0;
  readonly #edges: number[];
  readonly #before = new Float32Array(bands);
  readonly #onsets: number[] = [];
  readonly #chroma = new Float64Array(12);
  #frames = 0;
  #power = 0;
  #lowPower = 0;
  #flatness = 0;
  #weightedHz = 0;
  #weights = 0;
  #middle = 0;
  #sides = 0;

  constructor(rate: number) {
    this.#rate = rate;
    // windows of about 46 ms whatever the rate
    this.#size = 2 ** Math.round(Math.log2(rate * 0.0464));
    this.#hop = this.#size / 4;
    this.#fine = new Spectrum(this.#size);
    this.#coarse = new Spectrum(this.#size * 4);
    this.#mono = new Float32Array(this.#size * 4);
    this.#edges = Array.from({ length: bands + 1 }, (_, i) => this.#bin(60 * 2 ** (i / 3)));
  }

  #bin(hz: number): number {
    return Math.min(this.#size / 2, Math.round((hz * this.#size) / this.#rate));
  }

  push(left: Float32Array, right: Float32Array): void {
    const window = this.#mono.length;
    for (let from = 0; from < left.length; ) {
      // the window slides by a hop once it is full
      if (this.#filled === window) {
        this.#mono.copyWithin(0, this.#hop);
        this.#filled -= this.#hop;
      }
      const to = Math.min(left.length, from + this.#hop - (this.#filled % this.#hop));
      this.#mix(left, right, from, to);
      from = to;
      if (this.#filled % this.#hop !== 0) continue;
      if (this.#filled >= this.#size) this.#takeFine();
      if (this.#filled === window && ++this.#hops % 16 === 1) this.#takeCoarse();
    }
  }

  #mix(left: Float32Array, right: Float32Array, from: number, to: number): void {
    const mono = this.#mono;
    let [at, middles, sides] = [this.#filled, 0, 0];
    for (let i = from; i < to; i++) {
      const middle = (left[i]! + right[i]!) / 2;
      const side = left[i]! - middle;
      middles += middle * middle;
      sides += side * side;
      mono[at++] = middle;
    }
    this.#filled = at;
    this.#middle += middles;
    this.#sides += sides;
  }

  /** Onsets and timbre: every hop. */
  #takeFine(): void {
    const magnitudes = this.#fine.measure(this.#mono, this.#filled - this.#size);
    const perBin = this.#rate / this.#size;
    const top = this.#bin(16_000);
    const low = this.#bin(150);
    let [sum, sumHz, power, lowPower, logs] = [0, 0, 0, 0, 0];
    for (let k = 1; k < top; k++) {
      const m = magnitudes[k]!;
      sum += m;
      sumHz += m * k * perBin;
      power += m * m;
      if (k <= low) lowPower += m * m;
    }
    const level = (this.#power + power + silentPower) / (this.#frames + 1);
    let rise = 0;
    let loudBands = 0;
    for (let band = 0; band < bands; band++) {
      let strength = 0;
      const [from, to] = [this.#edges[band]!, this.#edges[band + 1]!];
      for (let k = from; k < to; k++) strength += magnitudes[k]! * magnitudes[k]!;
      logs += Math.log(strength / Math.max(1, to - from) + 1e-12);
      loudBands += strength;
      const now = Math.log10(1 + (1e3 * strength) / level);
      rise += Math.max(0, now - this.#before[band]!);
      this.#before[band] = now;
    }
    this.#onsets.push(rise);
    if (power < silentPower) return; // silence has no timbre
    this.#frames++;
    this.#power += power;
    this.#lowPower += lowPower;
    this.#weightedHz += sumHz;
    this.#weights += sum;
    this.#flatness += Math.exp(logs / bands) / (loudBands / this.#edges[bands]! + 1e-12);
  }

  /** Pitch needs finer bins, and far less often. */
  #takeCoarse(): void {
    const magnitudes = this.#coarse.measure(this.#mono);
    const perBin = this.#rate / this.#coarse.size;
    const to = Math.floor(2000 / perBin);
    for (let k = Math.ceil(100 / perBin); k < to; k++) {
      const [a, b, c] = [magnitudes[k - 1]!, magnitudes[k]!, magnitudes[k + 1]!];
      if (b < a || b <= c) continue;
      const peak = k + (0.5 * (a - c)) / (a - 2 * b + c || 1);
      const pitch = 69 + 12 * Math.log2((peak * perBin) / 440);
      const nearest = Math.round(pitch);
      const closeness = 1 - 2 * Math.abs(pitch - nearest);
      this.#chroma[((nearest % 12) + 12) % 12]! += closeness * Math.sqrt(b);
    }
  }

  finish(dynamicsDb: number): Features {
    const onsets = Float32Array.from(this.#onsets);
    const perS = this.#rate / this.#hop;
    const seconds = Math.max(1, onsets.length / perS);
    const peaks = countPeaks(onsets);
    const activity = onsets.reduce((sum, value) => sum + value, 0) / seconds;
    return {
      ...tempoOf(onsets, perS),
      ...keyOf(this.#chroma),
      energy: clamp(0.75 * clamp(activity / 160) + 0.25 * clamp(1 - dynamicsDb / 20)),
      brightnessHz: this.#weights > 0 ? this.#weightedHz / this.#weights : 0,
      bass: this.#power > 0 ? this.#lowPower / this.#power : 0,
      noisiness: this.#frames > 0 ? clamp(this.#flatness / this.#frames) : 0,
      onsetsPerS: peaks / seconds,
      dynamicsDb,
      width: this.#middle + this.#sides > 0 ? this.#sides / (this.#middle + this.#sides) : 0,
    };
  }
}

/** Local maxima that stand clearly above the mean. */
function countPeaks(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  let peaks = 0;
  for (let i = 2; i < values.length - 2; i++) {
    const value = values[i]!;
    if (value < 2 * mean || value < 2) continue;
    if (value > values[i - 1]! && value >= values[i + 1]! && value > values[i - 2]! && value >= values[i + 2]!) peaks++;
  }
  return peaks;
}
