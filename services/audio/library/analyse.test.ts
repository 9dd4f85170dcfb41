/** What is measured in samples whose loudness, tempo and key are known. */
import { describe, expect, it } from "vitest";
import { Analyser } from "./analyse.ts";
import { truePeak } from "./loudness.ts";
import { beats } from "./testing/files.ts";
import type { Sound } from "./track.ts";

/** Fed in chunks of odd lengths: results must not depend on them. */
function measure(samples: Float32Array, rate = 44_100, right = samples, chunk = 10_007): Sound {
  const analyser = new Analyser(rate, 2);
  for (let i = 0; i < samples.length; i += chunk)
    analyser.push([samples.slice(i, i + chunk), right.slice(i, i + chunk)]);
  return analyser.finish();
}

const sine = (hz: number, seconds: number, gain: number, rate = 44_100) =>
  Float32Array.from({ length: seconds * rate }, (_, i) => gain * Math.sin((2 * Math.PI * hz * i) / rate));

describe("loudness", () => {
  it("[AU7] is -23 LUFS for the 1 kHz stereo sine at -23 dBFS of EBU Tech 3341, at any rate", () => {
    for (const rate of [22_050, 44_100, 48_000, 96_000]) {
      const { loudnessLufs, peakDbfs } = measure(sine(1000, 10, 10 ** (-23 / 20), rate), rate);
      expect(loudnessLufs, `${rate}`).toBeCloseTo(-23, 0.5);
      expect(Math.abs(loudnessLufs + 23), `${rate}`).toBeLessThan(0.1);
      expect(peakDbfs).toBeCloseTo(-23, 1);
    }
  });

  it("[AU7] passes over silence and what is far quieter", () => {
    const loud = sine(1000, 20, 0.1);
    const mixed = new Float32Array(60 * 44_100);
    mixed.set(loud, 20 * 44_100);
    mixed.set(sine(1000, 10, 0.001), 45 * 44_100);
    expect(Math.abs(measure(mixed).loudnessLufs - measure(loud).loudnessLufs)).toBeLessThan(0.2);
    expect(measure(new Float32Array(44_100)).loudnessLufs).toBe(-70);
  });

  it("[AU7] sees peaks between samples", () => {
    // a quarter of the rate, shifted by an eighth of a turn: no sample is above 0.71
    const hidden = Float32Array.from({ length: 4410 }, (_, i) => Math.sin((Math.PI * i) / 2 + Math.PI / 4));
    expect(truePeak(hidden.map((value, i) => value * Math.min(1, i / 500, (4409 - i) / 500)))).toBeCloseTo(1, 1);
  });
});

describe("edges", () => {
  it("[AU7] tells where sound begins and ends, and from where on it is quiet", () => {
    const samples = new Float32Array(30 * 44_100);
    samples.set(sine(440, 15, 0.3), 2 * 44_100);
    samples.set(sine(440, 8, 0.01), 17 * 44_100);
    const sound = measure(samples);
    expect(sound.durationS).toBe(30);
    expect(sound.soundFromS).toBeCloseTo(2, 2);
    expect(sound.soundToS).toBeCloseTo(25, 2);
    expect(Math.abs(sound.quietFromS - 17)).toBeLessThan(0.5);
  });
});

describe("features", () => {
  it("[AU7] find the tempo from 62 to 180 beats a minute, with confidence", () => {
    for (const bpm of [62, 75, 90, 100, 120, 133, 150, 180]) {
      const { tempoBpm, tempoConfidence } = measure(beats({ bpm, seconds: 30 })).features;
      const octaves = Math.log2(tempoBpm / bpm);
      expect(Math.abs(octaves - Math.round(octaves)), `${bpm} heard as ${tempoBpm}`).toBeLessThan(0.015);
      expect(tempoConfidence, `${bpm}`).toBeGreaterThan(0.4);
    }
  });

  it("[AU7] fold tempi that nobody taps", () => {
    expect(Math.abs(measure(beats({ bpm: 40, seconds: 30 })).features.tempoBpm - 80)).toBeLessThan(1.5);
    expect(Math.abs(measure(beats({ bpm: 240, seconds: 30 })).features.tempoBpm - 120)).toBeLessThan(1.5);
  });

  it("[AU7] have no confidence where there is no beat, no key or no sound", () => {
    for (const samples of [sine(440, 20, 0.3), new Float32Array(20 * 44_100)]) {
      expect(measure(samples).features.tempoConfidence).toBeLessThan(0.2);
    }
    expect(measure(new Float32Array(44_100)).features.keyConfidence).toBe(0);
  });

  it("[AU7] find the key of a chord: A major, and A minor with C", () => {
    const major = measure(beats({ bpm: 100, seconds: 10 })).features;
    const minor = measure(beats({ bpm: 100, seconds: 10, hz: [220, 261.63, 329.63] })).features;
    expect([major.key, Math.sign(major.majorness)]).toEqual([9, 1]);
    expect([minor.key, Math.sign(minor.majorness)]).toEqual([9, -1]);
  });

  it("[AU7] are the same whatever the volume, the chunks and the rate", () => {
    const plain = measure(beats({ bpm: 110, seconds: 20 }));
    const others = [
      measure(beats({ bpm: 110, seconds: 20, gain: 0.05 })),
      measure(beats({ bpm: 110, seconds: 20 }), 44_100, undefined, 1),
      measure(beats({ bpm: 110, seconds: 20, rate: 48_000 }), 48_000),
      measure(beats({ bpm: 110, seconds: 20, rate: 88_200 }), 88_200),
    ];
    for (const { features } of others) {
      expect(Math.abs(features.tempoBpm - plain.features.tempoBpm)).toBeLessThan(1);
      expect(Math.abs(features.energy - plain.features.energy)).toBeLessThan(0.1);
      expect(features.key).toBe(9);
    }
    expect(others[1]!.features.dynamicsDb).toBeCloseTo(plain.features.dynamicsDb, 9);
    expect({ ...others[1]!.features, energy: 0, dynamicsDb: 0 }).toEqual({
      ...plain.features,
      energy: 0,
      dynamicsDb: 0,
    });
  });

  it("[AU7] order what is brighter, noisier, wider and deeper", () => {
    const [low, high] = [measure(sine(100, 5, 0.3)), measure(sine(4000, 5, 0.3))];
    expect(low.features.brightnessHz).toBeLessThan(200);
    expect(high.features.brightnessHz).toBeGreaterThan(3500);
    expect(low.features.bass).toBeGreaterThan(0.9);
    expect(high.features.bass).toBeLessThan(0.1);
    const noise = measure(beats({ bpm: 600, seconds: 5, hz: [] }));
    expect(noise.features.noisiness).toBeGreaterThan(high.features.noisiness);
    expect(measure(sine(300, 5, 0.3), 44_100, sine(450, 5, 0.3)).features.width).toBeGreaterThan(0.3);
    expect(low.features.width).toBe(0);
  });

  it("[AU7] stay finite for samples that are no numbers", () => {
    const wild = Float32Array.from({ length: 88_200 }, (_, i) => [Number.NaN, Infinity, -1e30, 0.1, 1e-40][i % 5]!);
    const { features, ...sound } = measure(wild);
    for (const value of [...Object.values(features), ...Object.values(sound)])
      expect(Number.isFinite(value)).toBe(true);
  });
});
