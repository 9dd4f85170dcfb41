/** The transform against its definition. */
import { describe, expect, it } from "vitest";
import { seededRandom } from "../random.ts";
import { Spectrum } from "./fft.ts";

describe("Spectrum", () => {
  it("gives the magnitudes that the definition gives", () => {
    const random = seededRandom(1);
    const size = 64;
    const samples = Float32Array.from({ length: size + 3 }, () => random() - 0.5);
    const magnitudes = new Spectrum(size).measure(samples, 3);
    for (let k = 0; k <= size / 2; k++) {
      let [re, im] = [0, 0];
      for (let i = 0; i < size; i++) {
        const windowed = samples[i + 3]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
        re += windowed * Math.cos((2 * Math.PI * k * i) / size);
        im -= windowed * Math.sin((2 * Math.PI * k * i) / size);
      }
      expect(magnitudes[k]).toBeCloseTo((4 / size) * Math.hypot(re, im), 5);
    }
  });

  it("shows a full-scale sine as 1 in its bin", () => {
    const sine = Float32Array.from({ length: 2048 }, (_, i) => Math.sin((2 * Math.PI * 100 * i) / 2048));
    const magnitudes = new Spectrum(2048).measure(sine);
    expect(magnitudes.indexOf(Math.max(...magnitudes))).toBe(100);
    expect(magnitudes[100]).toBeCloseTo(1, 3);
  });
});
