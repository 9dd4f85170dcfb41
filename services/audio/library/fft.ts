/** A fast Fourier transform of real samples: windows, transforms and gives the magnitudes. Allocates nothing per call. */

export class Spectrum {
  readonly size: number;
  /** `size / 2 + 1` magnitudes, scaled so that a full-scale sine gives about 1 in its bin. */
  readonly magnitudes: Float32Array;
  readonly #window: Float32Array;
  readonly #cos: Float32Array;
  readonly #sin: Float32Array;
  readonly #reversed: Uint32Array;
  readonly #re: Float32Array;
  readonly #im: Float32Array;

  /** `size` is a power of two. */
  constructor(size: number) {
    const half = size / 2;
    this.size = size;
    this.magnitudes = new Float32Array(half + 1);
    this.#window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    this.#cos = Float32Array.from({ length: half }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float32Array.from({ length: half }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    this.#re = new Float32Array(half);
    this.#im = new Float32Array(half);
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
    const scale = 4 / this.size;
    for (let k = 0; k <= half; k++) {
      const a = k % half;
      const b = (half - k) % half;
      const evenRe = 0.5 * (re[a]! + re[b]!);
      const evenIm = 0.5 * (im[a]! - im[b]!);
      const oddRe = 0.5 * (im[a]! + im[b]!);
      const oddIm = 0.5 * (re[b]! - re[a]!);
      const c = k === half ? -1 : this.#cos[k]!;
      const s = k === half ? 0 : this.#sin[k]!;
      const x = evenRe + c * oddRe - s * oddIm;
      const y = evenIm + c * oddIm + s * oddRe;
      this.magnitudes[k] = scale * Math.sqrt(x * x + y * y);
    }
    return this.magnitudes;
  }

  #transform(n: number): void {
    const re = this.#re;
    const im = this.#im;
    const cos = this.#cos;
    const sin = this.#sin;
    for (let span = 1; span < n; span *= 2) {
      const step = n / span; // through twiddles of the double size
      for (let from = 0; from < n; from += 2 * span) {
        for (let k = 0, t = 0; k < span; k++, t += step) {
          const a = from + k;
          const b = a + span;
          const x = re[b]! * cos[t]! - im[b]! * sin[t]!;
          const y = re[b]! * sin[t]! + im[b]! * cos[t]!;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a] = re[a]! + x;
          im[a] = im[a]! + y;
        }
      }
    }
  }
}
