/** Measures decoded samples, chunk by chunk: duration, loudness, where sound begins and ends, features. Keeps no samples. */
import { FeatureMeter } from "./features.ts";
import { LoudnessMeter, toDb } from "./loudness.ts";
import type { Sound } from "./track.ts";

/** What is quieter than -60 dBFS at an end is silence. */
const silence = 0.001;

export class Analyser {
  readonly #rate: number;
  readonly #channels: number;
  readonly #loudness: LoudnessMeter;
  readonly #features: FeatureMeter;
  #samples = 0;
  #peak = 0;
  #firstSound = -1;
  #lastSound = -1;

  constructor(sampleRate: number, channels: number) {
    this.#rate = sampleRate;
    this.#channels = channels;
    this.#loudness = new LoudnessMeter(sampleRate);
    this.#features = new FeatureMeter(sampleRate);
  }

  /** `channels` are the front ones; a single one is both. Samples that are no numbers count as silence. */
  push(channels: readonly Float32Array[]): void {
    const left = channels[0]!;
    const right = channels[1] ?? left;
    for (let i = 0; i < left.length; i++) {
      if (!Number.isFinite(left[i])) left[i] = 0;
      if (!Number.isFinite(right[i])) right[i] = 0;
      const loud = Math.max(Math.abs(left[i]!), Math.abs(right[i]!));
      if (loud > this.#peak) this.#peak = loud;
      if (loud < silence) continue;
      if (this.#firstSound < 0) this.#firstSound = this.#samples + i;
      this.#lastSound = this.#samples + i;
    }
    this.#samples += left.length;
    this.#loudness.push(left, right);
    this.#features.push(left, right);
  }

  get durationS(): number {
    return this.#samples / this.#rate;
  }

  finish(): Sound {
    const { loudnessLufs, rangeDb, quietFromS } = this.#loudness.finish();
    const soundToS = (this.#lastSound + 1) / this.#rate;
    return {
      durationS: this.durationS,
      sampleRate: this.#rate,
      channels: this.#channels,
      loudnessLufs,
      peakDbfs: toDb(this.#peak),
      soundFromS: Math.max(0, this.#firstSound) / this.#rate,
      soundToS,
      quietFromS: Math.min(quietFromS, soundToS),
      features: this.#features.finish(rangeDb),
    };
  }
}
