/** A fast Fourier transform of real samples: windows, transforms and gives the magnitudes. Allocates nothing per call. */

export class Spectrum {
  readonly size: number;
  /** `size / 2 + 1` magnitudes, scaled so that a full-scale sine gives about 1 in its bin. */
  readonly magnitudes: Float32Array;
  readonly #window: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  /** `size` is a power of two. */
  constructor(size: number) {
    const half = size / 2;
    this.size = size;
    this.magnitudes = new Float32Array(half + 1);
    this.#window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    this.#cos = Float64Array.from({ length: half }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float64Array.from({ length: half }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
    this.#reversed = new Uint32Array(half);
    for (let i = 0; i < half; i++) this.#reversed[i] = (this.#reversed[i >> 1]! >> 1) | (i & 1 ? half >> 1 : 0);
  }

  /** Measures the `size` samples from `offset` on. */
  measure(samples: Float32Array, offset = 0): Float32Array {
    const half = this.size / 2;
    const re = this.#re;
    const im = this.#im;
    // half the work for real samples: even ones as real parts, odd ones as imaginary parts
    for (let i = 0; i < half; i++) {
      const to = this.#reversed[i]!;
      re[to] = samples[offset + 2 * i]! * this.#window[2 * i]!;
      im[to] = samples[offset + 2 * i + 1]! * this.#window[2 * i + 1]!;
    }
    this.#transform(half);
    // the spectra of even and odd samples, taken apart and put together; bins k and half - k share the work
    const scale = 2 / this.size;
    const { magnitudes } = this;
    magnitudes[0] = 2 * scale * Math.abs(re[0]! + im[0]!);
    magnitudes[half] = 2 * scale * Math.abs(re[0]! - im[0]!);
    for (let k = 1, j = half - 1; k <= j; k++, j--) {
      const evenRe = re[k]! + re[j]!;
      const evenIm = im[k]! - im[j]!;
      const oddRe = im[k]! + im[j]!;
      const oddIm = re[j]! - re[k]!;
      const x = this.#cos[k]! * oddRe - this.#sin[k]! * oddIm;
      const y = this.#cos[k]! * oddIm + this.#sin[k]! * oddRe;
      magnitudes[k] = scale * Math.sqrt((evenRe + x) ** 2 + (evenIm + y) ** 2);
      magnitudes[j] = scale * Math.sqrt((evenRe - x) ** 2 + (evenIm - y) ** 2);
    }
    return this.magnitudes;
  }

  #transform(n: number): void {
    const re = this.#re;
    const im = this.#im;
    const cos = this.#cos;
    const sin = this.#sin;
    // the first round turns by nothing
    for (let a = 0; a < n; a += 2) {
      const x = re[a + 1]!;
      const y = im[a + 1]!;
      re[a + 1] = re[a]! - x;
      im[a + 1] = im[a]! - y;
      re[a]! += x;
      im[a]! += y;
    }
    for (let span = 2; span < n; span *= 2) {
      const step = n / span; // through twiddles of the double size
      for (let from = 0; from < n; from += 2 * span) {
        for (let a = from, b = from + span, t = 0; t < n; a++, b++, t += step) {
          const c = cos[t]!;
          const s = sin[t]!;
          const x = re[b]! * c - im[b]! * s;
          const y = re[b]! * s + im[b]! * c;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a]! += x;
          im[a]! += y;
        }
      }
    }
  }
}
