/** Key from a chroma: how well the twelve pitch classes fit the profile of each major and minor key. */

/** How much each degree of the scale is felt to belong (Krumhansl and Kessler 1982). */
const major = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const minor = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];

export type Key = { key: number; majorness: number; keyConfidence: number };

/** `chroma` is the strength of C, C sharp and so on. */
export function keyOf(chroma: ArrayLike<number>): Key {
  const fits = [major, minor].map((profile) =>
    Array.from({ length: 12 }, (_, tonic) =>
      correlation(
        profile,
        Array.from(profile, (_, degree) => chroma[(tonic + degree) % 12]!),
      ),
    ),
  );
  const [bestMajor, bestMinor] = [Math.max(...fits[0]!), Math.max(...fits[1]!)];
  const mode = bestMajor >= bestMinor ? 0 : 1;
  const best = fits[mode]![indexOfMax(fits[mode]!)]!;
  const second = fits.flat().sort((a, b) => b - a)[1]!;
  return {
    key: indexOfMax(fits[mode]!),
    majorness: Math.max(-1, Math.min(1, 4 * (bestMajor - bestMinor))),
    keyConfidence: Math.max(0, Math.min(1, best * (0.5 + 4 * (best - second)))),
  };
}

const indexOfMax = (values: readonly number[]) => values.indexOf(Math.max(...values));

/** Pearson's; 0 where one of them is flat. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
