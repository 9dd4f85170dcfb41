/** Made-up tracks for tests and benchmarks: seeded, spread like a library of music. */
import { seededRandom } from "../../random.ts";
import type { Point } from "../space.ts";

export function madeUpPoints(count: number, seed: number): Point[] {
  const random = seededRandom(seed);
  const id = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return Array.from({ length: count }, () => ({
    id: id() + id(),
    tags: { artist: `artist ${Math.floor(random() * Math.ceil(count / 10))}` },
    sound: {
      features: {
        tempoBpm: Math.round(60 + 130 * random()),
        tempoConfidence: random(),
        key: Math.floor(12 * random()),
        majorness: 2 * random() - 1,
        keyConfidence: random(),
        energy: Math.round(100 * random()) / 100,
        brightnessHz: Math.round(300 * 2 ** (4 * random())),
        bass: random(),
        noisiness: random() ** 2,
        onsetsPerS: 10 * random(),
        dynamicsDb: 15 * random(),
        width: random() / 2,
      },
    },
  }));
}
