/**
 * How loud a track is: integrated loudness after ITU-R BS.1770-4 (K-weighting, 400 ms blocks, both gates), fed in chunks
 * of any size at any sample rate, and the true peak (four times oversampled) of a whole track.
 */

/** Loudness that stands for silence: the absolute gate. */
export const silenceLufs = -70;

const toLufs = (power: number) => (power > 0 ? Math.max(silenceLufs, -0.691 + 10 * Math.log10(power)) : silenceLufs);

type Biquad = { b0: number; b1: number; b2: number; a1: number; a2: number };

/** The two filters of BS.1770 for any rate; the constants give the standard's coefficients at 48 kHz. */
function kWeighting(rate: number): [Biquad, Biquad] {
  const shelf = () => {
    const k = Math.tan((Math.PI * 1681.974450955533) / rate);
    const high = 10 ** (3.999843853973347 / 20);
    const middle = high ** 0.4996667741545416;
    const q = 0.7071752369554196;
    const a0 = 1 + k / q + k * k;
    return {
      b0: (high + (middle * k) / q + k * k) / a0,
      b1: (2 * (k * k - high)) / a0,
      b2: (high - (middle * k) / q + k * k) / a0,
      a1: (2 * (k * k - 1)) / a0,
      a2: (1 - k / q + k * k) / a0,
    };
  };
  const highPass = () => {
    const k = Math.tan((Math.PI * 38.13547087602444) / rate);
    const q = 0.5003270373238773;
    const a0 = 1 + k / q + k * k;
    return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
  };
  return [shelf(), highPass()];
}

/** Both filters over one channel, in place of their state: gives the summed power of a run of samples. */
class Weighted {
  readonly #filters: [Biquad, Biquad];
  readonly #state = new Float64Array(4);

  constructor(rate: number) {
    this.#filters = kWeighting(rate);
  }

  power(samples: Float32Array, from: number, to: number): number {
    const [f, g] = this.#filters;
    const z = this.#state;
    let [z0, z1, z2, z3] = [z[0]!, z[1]!, z[2]!, z[3]!];
    let sum = 0;
    for (let i = from; i < to; i++) {
      const x = samples[i]!;
      const y = f.b0 * x + z0;
      z0 = f.b1 * x - f.a1 * y + z1;
      z1 = f.b2 * x - f.a2 * y;
      const w = g.b0 * y + z2;
      z2 = g.b1 * y - g.a1 * w + z3;
      z3 = g.b2 * y - g.a2 * w;
      sum += w * w;
    }
    z.set([z0, z1, z2, z3]);
    return sum;
  }
}

/** Takes a track piece by piece. */
export class LoudnessMeter {
  readonly #step: number;
  readonly #left: Weighted;
  readonly #right: Weighted;
  /** Mean power of each 100 ms. */
  readonly #steps: number[] = [];
  #sum = 0;
  #filled = 0;

  constructor(rate: number) {
    this.#step = Math.round(rate / 10);
    this.#left = new Weighted(rate);
    this.#right = new Weighted(rate);
  }

  push(left: Float32Array, right: Float32Array): void {
    for (let from = 0; from < left.length; ) {
      const to = Math.min(left.length, from + this.#step - this.#filled);
      this.#sum += this.#left.power(left, from, to) + this.#right.power(right, from, to);
      this.#filled += to - from;
      from = to;
      if (this.#filled < this.#step) continue;
      this.#steps.push(this.#sum / this.#step);
      this.#sum = 0;
      this.#filled = 0;
    }
  }

  /** What was heard so far. `range` is between the 10th and the 95th percentile, as in EBU Tech 3342 but of 400 ms. */
  finish(): { loudnessLufs: number; rangeDb: number; quietFromS: number } {
    const blocks = this.#blocks();
    const audible = blocks.filter((power) => toLufs(power) > silenceLufs);
    const relative = toLufs(mean(audible)) - 10;
    const loudnessLufs = toLufs(mean(audible.filter((power) => toLufs(power) > relative)));
    const sorted = audible
      .map(toLufs)
      .filter((lufs) => lufs > loudnessLufs - 20)
      .sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? loudnessLufs;
    const last = blocks.findLastIndex((power) => toLufs(power) > loudnessLufs - 10);
    return { loudnessLufs, rangeDb: at(0.95) - at(0.1), quietFromS: last < 0 ? 0 : last / 10 + 0.4 };
  }

  #blocks(): number[] {
    const s = this.#steps;
    if (s.length < 4) return s.length > 0 ? [mean(s)] : [];
    return s.slice(3).map((power, i) => (power + s[i]! + s[i + 1]! + s[i + 2]!) / 4);
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Taps of a windowed sinc between two samples, for each quarter. */
const quarters = [0.25, 0.5, 0.75].map((shift) =>
  Float64Array.from({ length: 16 }, (_, i) => {
    const x = i - 7 - shift;
    return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.5 + 0.5 * Math.cos((Math.PI * x) / 8.5));
  }),
);

/** Largest value of the signal between the samples too, as a factor of full scale. */
export function truePeak(samples: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) {
    peak = Math.max(peak, Math.abs(samples[i]!));
    // between small samples nothing can exceed the peak by more than the filter's gain
    if (Math.max(Math.abs(samples[i]!), Math.abs(samples[i + 1] ?? 0)) < peak / 3) continue;
    for (const taps of quarters) {
      let sum = 0;
      for (let k = 0; k < 16; k++) sum += taps[k]! * (samples[i + k - 7] ?? 0);
      peak = Math.max(peak, Math.abs(sum));
    }
  }
  return peak;
}

export const toDb = (factor: number) => 20 * Math.log10(Math.max(factor, 1e-6));
